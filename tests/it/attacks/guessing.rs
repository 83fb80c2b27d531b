//! F: guessing and listening.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use chrono::Datelike as _;
use http::StatusCode;

use crate::{
    attacks::Ground,
    client::{Client, Page},
};

const WRONG: &str = "не тот пароль";

/// What a stranger sees of an answer: status, headers, body.
type Shape = (StatusCode, BTreeSet<String>, String);

#[tokio::test(flavor = "multi_thread")]
async fn f1_one_counter_serves_both_doors() -> Result<()> {
    let ground = Ground::new("f1").await?;
    let form = ground.stand.client();
    for _ in 0..4 {
        let page = ground
            .stand
            .sign_in_by_form(&form, "sokolov", WRONG)
            .await?;
        ensure!(page.status == StatusCode::FORBIDDEN && page.refusal().is_none());
    }
    let flow = ground.stand.client();
    let page = ground.stand.come_from_provider(&flow, "sokolov").await?;
    let prove = ground.stand.agree(&flow, &page).await?;
    ground
        .stand
        .prove_with(&flow, &prove, "sokolov", WRONG)
        .await?
        .expect_refusal("too-many-attempts")?;
    // Now at both doors, with the right password too.
    let right = ground.stand.password_of("sokolov")?;
    let page = ground
        .stand
        .sign_in_by_form(&form, "sokolov", right)
        .await?;
    ensure!(page.status == StatusCode::TOO_MANY_REQUESTS);
    ensure!(page.header("retry-after").parse::<u64>()? >= 1);
    page.expect_refusal("too-many-attempts")?;
    ground
        .stand
        .prove_with(&flow, &prove, "sokolov", right)
        .await?
        .expect_refusal("too-many-attempts")?;
    ensure!(ground.records.count("link").await? == 0);
    // The provider's answer waits for the end of the pause.
    flow.open(prove.url.as_str()).await?.expect("prove")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn f1_one_identity_cannot_try_many_logins() -> Result<()> {
    let ground = Ground::new("f1-identity").await?;
    let client = ground.stand.client();
    let page = ground.stand.come_from_provider(&client, "sokolov").await?;
    let prove = ground.stand.agree(&client, &page).await?;
    let logins = [
        "dmitrieva30",
        "sokolova",
        "polina",
        "nobody-at-all",
        "li",
        "rahimov",
    ];
    let mut refused = 0;
    for login in logins {
        let page = ground
            .stand
            .prove_with(&client, &prove, login, WRONG)
            .await?;
        refused += usize::from(page.refusal().as_deref() == Some("too-many-attempts"));
    }
    ensure!(
        refused == 2,
        "the fifth and the sixth are paused: {refused}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn f1_an_own_account_washes_no_guesses() -> Result<()> {
    let ground = Ground::new("f1-network").await?;
    let client = ground.stand.client();
    let own = ground.stand.password_of("sokolov")?.to_owned();
    let mut paused = None;
    // The network's limit is sixty in an hour; each guess is another login.
    for guess in 0..64 {
        let page = ground
            .stand
            .sign_in_by_form(&client, &format!("guess{guess}"), WRONG)
            .await?;
        if page.refusal().is_some() {
            page.expect_refusal("too-many-attempts")?;
            paused = Some(guess);
            break;
        }
        if guess % 10 == 9 {
            let own = ground
                .stand
                .sign_in_by_form(&ground.stand.client(), "sokolov", &own)
                .await?;
            own.expect("home")?;
        }
    }
    let paused = paused.context("guesses were never paused")?;
    ensure!((58..=60).contains(&paused), "paused after {paused}");
    Ok(())
}

/// What a stranger can tell of an answer: everything but what is random or typed.
fn told(page: &Page, login: &str) -> (StatusCode, BTreeSet<String>, String) {
    let headers = page
        .headers
        .keys()
        .map(ToString::to_string)
        .filter(|name| name != "date")
        .collect();
    let mut body = page.body.replace(login, "LOGIN");
    if let Some(token) = page.hidden("form-token") {
        body = body.replace(&token, "TOKEN");
    }
    (page.status, headers, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn f3_one_answer_for_whatever_does_not_fit() -> Result<()> {
    let ground = Ground::new("f3").await?;
    ground.records.forget_password("orlov").await?;
    ground.stand.linked("belova", "belova").await?;
    ground.records.forget_password("belova").await?;
    let other = ground.stand.organization("Луговое 13", "school").await?;
    let own = ground.stand.own_school().await?;
    let archived = ground.stand.passwords().get("osipova").cloned();
    let right = ground.stand.password_of("sokolov")?.to_owned();
    let cases = [
        ("nobody-here", WRONG, &own),
        ("sokolov", WRONG, &own),
        ("arkhipov", WRONG, &own),
        ("osipova", archived.as_deref().unwrap_or(WRONG), &own),
        ("sokolov", right.as_str(), &other),
        ("orlov", WRONG, &own),
        ("belova", WRONG, &own),
        ("ab cd ef", WRONG, &own),
    ];
    let mut seen: Vec<(String, Shape)> = Vec::new();
    let mut size: Option<usize> = None;
    for (login, password, school) in cases {
        // Each in a browser of its own that has seen nothing yet.
        let client = ground.stand.client();
        let page = ground.stand.sign_in_page(&client).await?;
        let typed = [
            ("organization", school.as_str()),
            ("login", login),
            ("password", password),
        ];
        let answer = client.send(Client::filled(&page, "Войти", &typed)?).await?;
        let told_by = answer.header("set-cookie").len();
        ensure!(
            *size.get_or_insert(told_by) == told_by,
            "{login}: {told_by}"
        );
        let answer = client.follow(answer, None).await?;
        let (status, headers, body) = told(&answer, login);
        let body = body
            .replace(&other, &own)
            .replace("МБОУ СОШ № 13 п/р Луговое", "МБОУ СОШ № 30 п/р Луговое");
        seen.push((format!("{login} at the form"), (status, headers, body)));
        ensure!(
            client.cookie("localhost", "__Host-session").is_none(),
            "{login}"
        );
    }
    let (_, first) = seen.first().context("none")?;
    for (case, told) in &seen {
        ensure!(told.0 == first.0, "{case}: {}", told.0);
        ensure!(told.1 == first.1, "{case}: {:?}", told.1);
        ensure!(told.2 == first.2, "{case}:\n{}\n{}", told.2, first.2);
    }
    // The same inside a flow.
    let client = ground.stand.client();
    let mut first: Option<(StatusCode, BTreeSet<String>, String)> = None;
    for (login, password) in [
        ("nobody-here-2", WRONG),
        ("kuznetsova", WRONG),
        ("arkhipov", WRONG),
    ] {
        let page = ground.stand.come_from_provider(&client, "rahimov").await?;
        let flow = page.url.path().replace("/not-linked", "");
        let prove = ground.stand.agree(&client, &page).await?;
        let answer = ground
            .stand
            .prove_with(&client, &prove, login, password)
            .await?;
        let (status, headers, body) = told(&answer, login);
        let body = body.replace(&flow, "/flow/FLOW");
        let body: String = body
            .split("Этот шаг открыт до")
            .next()
            .unwrap_or_default()
            .to_owned();
        let told = (status, headers, body);
        match &first {
            None => first = Some(told),
            Some(first) => ensure!(told == *first, "{login}: {told:?}\n{first:?}"),
        }
    }
    // The buttons do not depend on a login, and the way to a new password answers one text.
    let mut first = None;
    for login in ["kuznetsova", "nobody-at-all", "nobody@example.org"] {
        let page = client.open(&ground.stand.at("/restore")).await?;
        let sent = client
            .press(&page, "Прислать ссылку", &[("login", login)])
            .await?;
        let told = (sent.status, sent.url.path().to_owned(), sent.text());
        match &first {
            None => first = Some(told),
            Some(first) => ensure!(told == *first, "{login}: {told:?}\n{first:?}"),
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn f5_the_mismatch_page_is_no_oracle() -> Result<()> {
    let ground = Ground::new("f5").await?;
    let right = ground.stand.password_of("kuznetsova")?.to_owned();
    let mut told = 0;
    for guess in 0..8 {
        // A provider whose answers the attacker writes: another birth date each time.
        ground.stand.control().edit_person("rahimov", |person| {
            "Кузнецова".clone_into(&mut person.last_name);
            "Ольга".clone_into(&mut person.first_name);
            person.middle_name = Some("Петровна".to_owned());
            person.snils = None;
            if let Some(day) = person.birth_date.with_day0(guess) {
                person.birth_date = day;
            }
        });
        let client = ground.stand.client();
        let page = ground.stand.come_from_provider(&client, "rahimov").await?;
        let prove = ground
            .stand
            .agree(&client, &page.expect("not-linked")?)
            .await?;
        let page = ground
            .stand
            .prove_with(&client, &prove, "kuznetsova", &right)
            .await?;
        match page.refusal().as_deref() {
            Some("birth-date-mismatch") => told += 1,
            Some("too-many-attempts") => {}
            other => anyhow::bail!("{other:?}: {}", page.text()),
        }
    }
    ensure!((1..=5).contains(&told), "the page answered {told} times");
    ensure!(ground.records.count("link").await? == 0);
    // Whoever knows the password is not its owner alone: it lets nobody in until a letter or the
    // school gives a new one. The owner is told of each try.
    let owner = ground.stand.client();
    let page = ground
        .stand
        .sign_in_by_form(&owner, "kuznetsova", &right)
        .await?;
    page.expect_refusal("new-password-needed")?;
    let dump = ground.records.dump().await?;
    let told = dump.get("audit_concern").into_iter().flatten();
    ensure!(told.filter(|row| row.contains("mismatch-tried")).count() >= 5);

    // Name, SNILS and birth date all differ: the page names the name alone.
    let client = ground.stand.client();
    let page = ground
        .stand
        .link_by_provider(&client, "dmitrieva30", "sokolov")
        .await?;
    let page = page.expect_refusal("name-mismatch")?;
    for field in ["СНИЛС", "дата рождения"] {
        ensure!(!page.text().contains(field), "{}", page.text());
    }
    for value in ["Дмитриева", "Светлана", "1990", "100-200"] {
        ensure!(!page.text().contains(value), "{}", page.text());
    }
    Ok(())
}
