//! A: the browser and the redirect.

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use url::Url;

use crate::{
    attacks::Ground,
    client::{Attempt, Client, Page},
};

/// The address with one parameter in place of what stood there, or without it.
fn with_parameter(url: &Url, name: &str, value: Option<&str>) -> Url {
    let pairs: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(known, _)| known != name)
        .map(|(known, value)| (known.into_owned(), value.into_owned()))
        .collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(pairs);
    if let Some(value) = value {
        changed.query_pairs_mut().append_pair(name, value);
    }
    changed
}

fn parameter(url: &Url, name: &str) -> Result<String> {
    let found = url.query_pairs().find(|(known, _)| known == name);
    Ok(found.with_context(|| format!("no {name}"))?.1.into_owned())
}

/// One of the two cookies of a browser that is signed in.
const SESSION: &str = "__Host-session";

impl Ground {
    /// The callback of a sign-in that nobody has opened yet.
    async fn callback(&self, client: &Client, persona: &str) -> Result<Url> {
        self.stand.callback(client, persona).await
    }

    async fn open(&self, client: &Client, url: &Url) -> Result<Page> {
        client.open(url.as_str()).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a1_login_csrf_is_refused() -> Result<()> {
    let ground = Ground::new("a1").await?;
    let attacker = ground.stand.client();
    let callback = ground.callback(&attacker, "sokolov").await?;
    let before = ground.dump().await?;

    let victim = ground.stand.client();
    let page = ground.open(&victim, &callback).await?;
    ensure!(page.status == StatusCode::FORBIDDEN);
    page.expect_refusal("flow-not-yours")?;
    ensure!(victim.cookie("localhost", SESSION).is_none());
    ground.holds(&before).await?;

    // With a session, and with a flow of the victim's own.
    ground.stand.sign_in(&victim, "kuznetsova").await?;
    let session = victim.cookie("localhost", SESSION);
    let own = ground.callback(&ground.stand.client(), "kuznetsova").await;
    own?;
    let before = ground.dump().await?;
    ground
        .open(&victim, &callback)
        .await?
        .expect_refusal("flow-not-yours")?;
    ensure!(victim.cookie("localhost", SESSION) == session);
    let busy = ground.stand.client();
    ground.stand.begin_at_provider(&busy).await?;
    ground
        .open(&busy, &callback)
        .await?
        .expect_refusal("flow-not-yours")?;

    // Without state, with an empty one, with two.
    let mut doubled = callback.clone();
    doubled
        .query_pairs_mut()
        .append_pair("state", &parameter(&callback, "state")?);
    for (url, status) in [
        (
            with_parameter(&callback, "state", None),
            StatusCode::FORBIDDEN,
        ),
        (
            with_parameter(&callback, "state", Some("")),
            StatusCode::FORBIDDEN,
        ),
        (doubled, StatusCode::BAD_REQUEST),
    ] {
        for client in [&busy, &attacker] {
            let page = ground.open(client, &url).await?;
            ensure!(page.status == status, "{} {url}", page.status);
            page.expect_refusal("flow-not-yours")?;
        }
    }
    ground.holds(&before).await?;
    ensure!(ground.token_requests() == 0);

    // The one who began can still finish.
    ground
        .open(&attacker, &callback)
        .await?
        .expect("not-linked")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_link_csrf_is_refused() -> Result<()> {
    let ground = Ground::new("a2").await?;
    let attacker = ground.stand.client();
    ground.stand.sign_in(&attacker, "sokolov").await?;
    let page = ground.stand.begin_link(&attacker).await?;
    let callback = ground.stand.callback_of(&attacker, page, "sokolov").await?;
    let victim = ground.stand.client();
    ground.stand.sign_in(&victim, "kuznetsova").await?;
    let before = ground.dump().await?;

    ground
        .open(&victim, &callback)
        .await?
        .expect_refusal("flow-not-yours")?;
    ground.holds(&before).await?;

    // It works for the account that began it, and a look alone links nothing.
    let page = ground.open(&attacker, &callback).await?.expect("who")?;
    ensure!(ground.records.count("link").await? == 0);
    // The victim cannot press the attacker's button either.
    let id = page.url.path().to_owned();
    let confirm = format!("{}/confirm", id.trim_end_matches("/who"));
    let own = victim.open(&ground.stand.at("/settings")).await?;
    let token = own.hidden("form-token").context("no token")?;
    let fields = [("form-token", token.as_str()), ("text-version", "2026-11")];
    let answer = victim
        .send(Attempt::form(&ground.stand.at(&confirm), &fields)?)
        .await?;
    let answer = victim.follow(answer, None).await?;
    answer.expect_refusal("flow-not-yours")?;
    ensure!(ground.records.count("link").await? == 0);
    attacker
        .press(&page, "Связать", &[])
        .await?
        .expect("contacts")?;
    ensure!(ground.records.links("sokolov").await?.len() == 1);
    ensure!(ground.records.links("kuznetsova").await?.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_reverse_link_csrf_is_refused() -> Result<()> {
    let ground = Ground::new("a3").await?;
    let attacker = ground.stand.client();
    ground.stand.sign_in(&attacker, "sokolov").await?;
    let settings = attacker.open(&ground.stand.at("/settings")).await?;
    let simulator = ground.stand.simulator();
    let sent = attacker
        .press_until(
            &settings,
            "Привязать учетную запись портала Госуслуг",
            &[],
            |to| to.as_str().starts_with(&simulator),
        )
        .await?;
    let lure = sent.location()?.context("nobody was sent anywhere")?;
    let before = ground.dump().await?;

    // The victim signs in at the provider by the attacker's address.
    let victim = ground.stand.client();
    let page = victim.open(lure.as_str()).await?;
    let page = ground
        .stand
        .sign_in_at_gosuslugi(&victim, page, "kuznetsova")
        .await?;
    page.expect_refusal("flow-not-yours")?;
    ground.holds(&before).await?;
    ensure!(ground.token_requests() == 0);

    // Nothing of the victim was used up: their own sign-in goes its normal way.
    ground
        .stand
        .come_from_provider(&victim, "kuznetsova")
        .await?
        .expect("not-linked")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a5_a_tossed_cookie_is_not_believed() -> Result<()> {
    let ground = Ground::new("a5").await?;
    let attacker = ground.stand.client();
    let callback = ground.callback(&attacker, "sokolov").await?;
    let victim = ground.stand.client();
    ground.stand.sign_in(&victim, "kuznetsova").await?;
    let (tossed, own) = (
        attacker
            .cookie("localhost", "__Host-browser")
            .context("none")?,
        victim
            .cookie("localhost", "__Host-browser")
            .context("none")?,
    );
    let session = victim.cookie("localhost", SESSION).context("none")?;
    let before = ground.dump().await?;
    for (first, second) in [(&tossed, &own), (&own, &tossed)] {
        let cookies =
            format!("__Host-browser={first}; __Host-browser={second}; {SESSION}={session}");
        let attempt =
            Attempt::bare(http::Method::GET, callback.as_str())?.with("cookie", &cookies)?;
        ground
            .stand
            .client()
            .send(attempt)
            .await?
            .expect_refusal("flow-not-yours")?;
        let attempt = Attempt::bare(http::Method::GET, &ground.stand.at("/settings"))?
            .with("cookie", &cookies)?;
        let answer = ground.stand.client().send(attempt).await?;
        ensure!(answer.location()?.is_some_and(|to| to.path() == "/sign-in"));
    }
    // A twin without the prefix is nothing.
    let twin = format!(
        "__Host-browser={own}; session={session}; __host-session={session}; __Secure-session={session}"
    );
    let attempt =
        Attempt::bare(http::Method::GET, &ground.stand.at("/settings"))?.with("cookie", &twin)?;
    let answer = ground.stand.client().send(attempt).await?;
    ensure!(answer.location()?.is_some_and(|to| to.path() == "/sign-in"));
    // A session is worth nothing in another browser.
    let thief = ground.stand.client();
    thief.open(&ground.stand.at("/sign-in")).await?;
    thief.set_cookie("localhost", SESSION, &session);
    thief
        .open(&ground.stand.at("/settings"))
        .await?
        .expect("sign-in")?;
    ground.holds(&before).await?;

    // Every cookie that was ever set has the prefix and the attributes.
    let lines: Vec<String> = [&attacker, &victim, &thief]
        .into_iter()
        .flat_map(|client| client.cookies_set_by("localhost"))
        .collect();
    ensure!(lines.len() > 4);
    for line in lines {
        ensure!(line.starts_with("__Host-"), "{line}");
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            ensure!(line.split("; ").any(|part| part == attribute), "{line}");
        }
        ensure!(!line.to_ascii_lowercase().contains("domain"), "{line}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a6_a_changed_state_is_refused() -> Result<()> {
    let ground = Ground::new("a6").await?;
    let client = ground.stand.client();
    let first = ground.callback(&client, "sokolov").await?;
    let second = ground.callback(&client, "sokolov").await?;
    let state = parameter(&first, "state")?;
    ensure!(state != parameter(&second, "state")?);
    let before = ground.dump().await?;

    let flipped: String = state
        .chars()
        .enumerate()
        .map(|(at, c)| match (at, c) {
            (3, 'a') => 'b',
            (3, _) => 'a',
            (_, c) => c,
        })
        .collect();
    let cut: String = state.chars().skip(1).collect();
    for wrong in [
        flipped,
        cut,
        format!("{state}0"),
        state.to_uppercase(),
        format!(" {state}"),
        hex::encode(&state),
        state.replace('-', ""),
    ] {
        ensure!(wrong != state);
        let url = with_parameter(&first, "state", Some(&wrong));
        ground
            .open(&client, &url)
            .await?
            .expect_refusal("flow-not-yours")?;
    }
    ensure!(ground.token_requests() == 0);

    // A code of one flow with the state of another one of the same browser.
    let crossed = with_parameter(&first, "state", Some(&parameter(&second, "state")?));
    ground
        .open(&client, &crossed)
        .await?
        .expect_refusal("provider-answer-invalid")?;
    // A state at the callback address of a provider that is not the flow's.
    let mut elsewhere = first.clone();
    elsewhere.set_path("/auth/vk-id/callback");
    ensure!(ground.open(&client, &elsewhere).await?.status == StatusCode::NOT_FOUND);
    ground.holds(&before).await?;

    ground.open(&client, &first).await?.expect("not-linked")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a12_the_callback_address_is_never_taken_from_the_request() -> Result<()> {
    let ground = Ground::new("a12").await?;
    let client = ground.stand.client();
    let page = ground.stand.sign_in_page(&client).await?;
    let own = ground.stand.at("/auth/gosuslugi/callback");
    let label = "Вход с учетной записью портала гос. услуг";
    for (name, value) in [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "1"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-original-url", "/evil"),
        ("x-rewrite-url", "/evil"),
    ] {
        let attempt = Client::filled(&page, label, &[])?.with(name, value)?;
        let to = client
            .send(attempt)
            .await?
            .location()?
            .context("no redirect")?;
        ensure!(parameter(&to, "redirect_uri")? == own, "{name}: {to}");
    }
    let before = ground.dump().await?;
    for host in [
        "evil.example",
        "localhost",
        "localhost:1",
        "localhost.evil.example",
    ] {
        let attempt = Client::filled(&page, label, &[])?.with("host", host)?;
        let answer = client.send(attempt).await?;
        ensure!(answer.status == StatusCode::MISDIRECTED_REQUEST, "{host}");
        ensure!(!answer.body.contains("evil"), "{host}");
    }
    let two = Client::filled(&page, label, &[])?
        .and("host", "evil.example")?
        .and("host", "localhost")?;
    let answer = client.send(two).await;
    ensure!(answer.is_err() || answer?.status.is_client_error());
    ground.holds(&before).await
}

/// Return addresses that lead away, or would if they were believed.
const AWAY: [&str; 11] = [
    "//evil.example",
    "/\\evil.example",
    "/%2f%2fevil.example",
    "https:evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "/ok@evil.example",
    "\u{2215}\u{2215}evil.example",
    "/\u{ff0f}evil.example",
    "settings\r\nLocation: //evil.example",
    "link.//evil.example",
];

#[tokio::test(flavor = "multi_thread")]
async fn a13_no_return_address_leads_away() -> Result<()> {
    let ground = Ground::new("a13").await?;
    let ours = |page: &Page| -> Result<()> {
        let to = page.header("location");
        ensure!(
            to.starts_with('/') && !to.starts_with("//") && !to.contains("evil"),
            "{to}"
        );
        Ok(())
    };
    let password = ground.stand.password_of("rahimov")?.to_owned();
    for away in AWAY {
        let client = ground.stand.client();
        let page = ground.stand.sign_in_page(&client).await?;
        let typed = [
            ("login", "rahimov"),
            ("password", password.as_str()),
            ("to", away),
        ];
        let answer = client.send(Client::filled(&page, "Войти", &typed)?).await?;
        ensure!(answer.status == StatusCode::SEE_OTHER, "{}", answer.text());
        ours(&answer)?;
        ensure!(answer.header("location") == "/", "the default page");

        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("next", away)
            .finish();
        let page = client
            .open(&ground.stand.at(&format!("/settings/step-up?{query}")))
            .await?;
        let typed = [("password", password.as_str()), ("next", away)];
        let answer = client
            .send(Client::filled(&page, "Продолжить", &typed)?)
            .await?;
        ours(&answer)?;
        let page = client.open(&ground.stand.at("/")).await?;
        let answer = client
            .send(Client::filled(&page, "Выход", &[("then", away)])?)
            .await?;
        ours(&answer)?;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("through", away)
            .finish();
        let page = client
            .open(&ground.stand.at(&format!("/signed-out?{query}")))
            .await?;
        ensure!(!page.links().iter().any(|(_, to)| to.contains("evil")));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a14_doubled_and_reserved_parameters_are_refused() -> Result<()> {
    let ground = Ground::new("a14").await?;
    let client = ground.stand.client();
    let callback = ground.callback(&client, "sokolov").await?;
    let before = ground.dump().await?;
    for more in [
        ("state", parameter(&callback, "state")?),
        ("state", "0".to_owned()),
        ("code", parameter(&callback, "code")?),
        ("code", "0".to_owned()),
    ] {
        let mut url = callback.clone();
        url.query_pairs_mut().append_pair(more.0, &more.1);
        let page = ground.open(&client, &url).await?;
        ensure!(page.status == StatusCode::BAD_REQUEST, "{}", page.status);
        page.expect_refusal("flow-not-yours")?;
    }
    ensure!(ground.token_requests() == 0, "nothing was spent");
    let mut both = callback.clone();
    both.query_pairs_mut().append_pair("error", "access_denied");
    let page = ground.open(&client, &both).await?;
    ensure!(page.refusal().is_some(), "{}", page.text());
    ensure!(ground.token_requests() == 0);

    // The caller cannot name anything of the protocol.
    let start = ground.stand.sign_in_page(&client).await?;
    let label = "Вход с учетной записью портала гос. услуг";
    for name in [
        "state",
        "nonce",
        "redirect_uri",
        "scope",
        "client_id",
        "client_secret",
        "response_type",
        "access_type",
        "timestamp",
        "code_challenge",
        "code_challenge_method",
        "permissions",
    ] {
        let answer = client
            .send(Client::filled(&start, label, &[(name, "mine")])?)
            .await?;
        ensure!(answer.status == StatusCode::BAD_REQUEST, "{name}");
    }
    let mut attempt = Client::filled(&start, label, &[])?;
    attempt = attempt.at_query("state=mine&redirect_uri=https://evil.example&scope=all");
    let answer = client.send(attempt).await?;
    if let Some(to) = answer.location()? {
        for name in ["state", "redirect_uri", "scope", "client_id"] {
            let values: Vec<_> = to
                .query_pairs()
                .filter(|(known, _)| known == name)
                .collect();
            ensure!(values.len() == 1, "{name} stands {} times", values.len());
        }
        ensure!(!to.as_str().contains("evil") && parameter(&to, "state")? != "mine");
    }
    ground.holds(&before).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a15_an_error_answer_needs_the_state_and_shows_no_text() -> Result<()> {
    let ground = Ground::new("a15").await?;
    let victim = ground.stand.client();
    let callback = ground.callback(&victim, "sokolov").await?;
    let mut error = with_parameter(&callback, "code", None);
    let marker = "<script>alert('marker-7731')</script>";
    error
        .query_pairs_mut()
        .append_pair("error", "access_denied")
        .append_pair(
            "error_description",
            &format!("ESIA-007004: {marker}{}", "x".repeat(10_000)),
        );
    let before = ground.dump().await?;

    for state in [None, Some("0123456789abcdef")] {
        let url = with_parameter(&error, "state", state);
        ground
            .open(&victim, &url)
            .await?
            .expect_refusal("flow-not-yours")?;
    }
    let attacker = ground.stand.client();
    attacker.open(&ground.stand.at("/sign-in")).await?;
    ground
        .open(&attacker, &error)
        .await?
        .expect_refusal("flow-not-yours")?;

    // With the right state it is a refusal that another try mends.
    let page = ground
        .open(&victim, &error)
        .await?
        .expect_refusal("consent-refused")?;
    for text in ["marker-7731", "xxxxxxxx", "access_denied"] {
        ensure!(!page.body.contains(text), "the page tells {text}");
        ensure!(!ground.stand.log()?.contains(text), "the log tells {text}");
    }
    ensure!(
        page.forms()
            .iter()
            .any(|form| form.button("Попробовать ещё раз").is_some())
    );
    ensure!(page.link("Войти по логину и паролю").is_some());
    ground.holds(&before).await?;
    let page = victim.press(&page, "Попробовать ещё раз", &[]).await?;
    page.expect("not-linked")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a17_somebody_elses_provider_session_is_shown_and_does_not_fit() -> Result<()> {
    let ground = Ground::new("a17").await?;
    let shared = ground.stand.client();
    // One pupil leaves the diary, and stays signed in at the provider.
    ground
        .stand
        .come_from_provider(&shared, "sokolova-polina")
        .await?
        .expect("not-linked")?;
    shared.forget("localhost");
    // Another person links at the same computer.
    ground.stand.sign_in(&shared, "rahimov").await?;
    let page = ground.stand.begin_link(&shared).await?.expect("who")?;
    ensure!(page.text().contains("Полина Д. С."), "{}", page.text());
    ensure!(page.text().contains("Рустам Р."), "{}", page.text());
    let before = ground.dump().await?;
    shared
        .press(&page, "Связать", &[])
        .await?
        .expect_refusal("name-mismatch")?;
    ground.holds(&before).await?;
    ensure!(
        ground.records.count("link").await? == 0,
        "her identity stays free"
    );
    // Nothing ever signs in by itself.
    let stranger = ground.stand.client();
    for path in ["/", "/sign-in", "/settings", "/signed-out"] {
        let answer = stranger.get(&ground.stand.at(path)).await?;
        ensure!(answer.header("www-authenticate").is_empty());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a19_an_unsolicited_answer_is_thrown_away() -> Result<()> {
    let ground = Ground::new("a19").await?;
    let client = ground.stand.client();
    let callback = ground.callback(&client, "sokolov").await?;
    let before = ground.dump().await?;
    let stranger = ground.stand.client();
    for url in [
        with_parameter(&callback, "state", None),
        with_parameter(&with_parameter(&callback, "state", None), "code", Some("x")),
    ] {
        let page = ground
            .open(&stranger, &url)
            .await?
            .expect_refusal("flow-not-yours")?;
        ensure!(page.link("Войти").is_some_and(|to| to == "/sign-in"));
    }
    ensure!(ground.token_requests() == 0);
    ensure!(stranger.cookie("localhost", SESSION).is_none());
    ground.holds(&before).await
}
