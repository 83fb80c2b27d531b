//! E: linking.

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use linking_core::account::ContactKind;

use crate::{
    attacks::Ground,
    client::{Attempt, Client, Page},
};

#[tokio::test(flavor = "multi_thread")]
async fn e1_a_linked_identity_never_moves() -> Result<()> {
    let ground = Ground::new("e1").await?;
    ground.stand.linked("kuznetsova", "kuznetsova").await?;
    let attacker = ground.stand.client();
    ground.stand.sign_in(&attacker, "sokolov").await?;
    let page = ground
        .stand
        .come_to_confirm(&attacker, "kuznetsova")
        .await?
        .expect("who")?;
    let before = ground.dump().await?;
    let page = attacker
        .press(&page, "Связать", &[])
        .await?
        .expect_refusal("identity-linked-elsewhere")?;
    ground.holds(&before).await?;
    ensure!(ground.records.links("kuznetsova").await?.len() == 1);
    ensure!(ground.records.links("sokolov").await?.is_empty());
    for fact in ["kuznetsova", "Кузнецова", "Ольга", "Петровна"] {
        ensure!(!page.body.contains(fact), "the page tells {fact}");
    }
    // From the provider's side the identity enters its own account and no other.
    let entry = ground.stand.client();
    let home = ground
        .stand
        .come_from_provider(&entry, "kuznetsova")
        .await?
        .expect("home")?;
    ensure!(home.body.contains("Ольга"));
    // The owner is told.
    let page = entry.open(&ground.stand.at("/settings/history")).await?;
    ensure!(
        page.text()
            .contains("С другим профилем пробовали связать Госуслуги")
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn e2_an_account_has_one_link_of_a_provider() -> Result<()> {
    let ground = Ground::new("e2").await?;
    // Two identities that both fit the account of Ivanova.
    let fitting = ground.stand.persona("ivanova-1")?;
    ground.stand.control().edit_person("ivanova-2", |other| {
        other.snils.clone_from(&fitting.snils);
    });
    let ready = |persona: &'static str| {
        let ground = &ground;
        async move {
            let client = ground.stand.client();
            let page = ground.stand.come_from_provider(&client, persona).await?;
            let page = ground
                .stand
                .agree(&client, &page.expect("not-linked")?)
                .await?;
            anyhow::Ok((client, page))
        }
    };
    let (one, first) = ready("ivanova-1").await?;
    let (two, second) = ready("ivanova-2").await?;
    let password = ground.stand.password_of("ivanova")?;
    let (first, second) = tokio::join!(
        ground.stand.prove_with(&one, &first, "ivanova", password),
        ground.stand.prove_with(&two, &second, "ivanova", password)
    );
    let pages = [first?, second?];
    let won = pages
        .iter()
        .filter(|page| page.name() == "contacts")
        .count();
    let lost = pages
        .iter()
        .filter(|page| page.refusal().as_deref() == Some("account-linked-already"))
        .count();
    ensure!(
        (won, lost) == (1, 1),
        "{:?}",
        pages.iter().map(Page::heading).collect::<Vec<_>>()
    );
    ensure!(ground.records.count("link").await? == 1);
    ensure!(ground.records.count("consent").await? == 1);

    // Later too.
    let first_won = pages.first().is_some_and(|page| page.name() == "contacts");
    let loser = if first_won { "ivanova-2" } else { "ivanova-1" };
    let (three, third) = ready(loser).await?;
    let before = ground.dump().await?;
    let page = ground
        .stand
        .prove_with(&three, &third, "ivanova", password)
        .await?
        .expect_refusal("account-linked-already")?;
    ensure!(!page.body.contains("1000000"), "no subject");
    ground.holds(&before).await
}

#[tokio::test(flavor = "multi_thread")]
async fn e11_parent_and_child_are_never_mixed_up() -> Result<()> {
    let ground = Ground::new("e11").await?;
    let cases = [
        ("sokolova", "artyom"),
        ("sokolov", "artyom"),
        ("sokolova", "polina"),
        ("sokolov-artyom", "sokolova"),
        ("sokolova-polina", "sokolov"),
    ];
    for (persona, login) in cases {
        let before = ground.dump().await?;
        let entry = ground.stand.client();
        let page = ground
            .stand
            .link_by_provider(&entry, login, persona)
            .await?;
        let page = page.expect_refusal("guardian-child-mix-up")?;
        for name in ["Соколов", "Марина", "Денис", "Артём", "Полина", "sokolov"]
        {
            ensure!(
                !page.text().contains(name),
                "{persona} × {login} names {name}"
            );
        }
        ground.holds(&before).await?;

        let settings = ground.stand.client();
        ground.stand.sign_in(&settings, login).await?;
        let page = ground.stand.come_to_confirm(&settings, persona).await?;
        let before = ground.dump().await?;
        settings
            .press(&page, "Связать", &[])
            .await?
            .expect_refusal("guardian-child-mix-up")?;
        ground.holds(&before).await?;
    }
    // An adult whom no record calls a guardian: the name tells first; and a namesake's age.
    let page = ground
        .stand
        .link_by_provider(&ground.stand.client(), "egorov", "kuznetsova")
        .await?;
    page.expect_refusal("name-mismatch")?;
    ground.stand.control().edit_person("li", |person| {
        "Егоров".clone_into(&mut person.last_name);
        "Тимофей".clone_into(&mut person.first_name);
        person.middle_name = Some("Олегович".to_owned());
        person.snils = None;
    });
    let page = ground
        .stand
        .link_by_provider(&ground.stand.client(), "egorov", "li")
        .await?;
    ensure!(
        ["birth-date-mismatch", "guardian-child-mix-up"]
            .contains(&page.refusal().unwrap_or_default().as_str()),
        "{}",
        page.text()
    );
    ensure!(ground.records.count("link").await? == 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn e18_only_ticked_contacts_of_this_answer_are_kept() -> Result<()> {
    let ground = Ground::new("e18").await?;
    let client = ground.stand.client();
    let page = ground
        .stand
        .link_by_provider(&client, "sokolova", "sokolova")
        .await?;
    ensure!(
        page.hidden("mobile").is_none(),
        "nothing is ticked in advance"
    );
    let before = ground.dump().await?;
    for (name, value) in [
        ("home", "+7 999 000-00-00"),
        ("mobile", "yes"),
        ("email", "evil@example.org"),
        ("work", "keep"),
        ("home_phone", "keep"),
    ] {
        let answer = client
            .send(Client::filled(
                &page,
                "Сохранить выбранное",
                &[(name, value)],
            )?)
            .await?;
        ensure!(answer.status == StatusCode::BAD_REQUEST, "{name}={value}");
    }
    ground.holds(&before).await?;
    client
        .press(&page, "Сохранить выбранное", &[("email", "keep")])
        .await?
        .expect("linked")?;
    let kept = || async {
        let sheet = ground.records.account("sokolova").await?;
        let contacts = sheet.account().profile.contacts.iter();
        anyhow::Ok(
            contacts
                .map(|contact| contact.value.kind())
                .collect::<Vec<_>>(),
        )
    };
    ensure!(kept().await? == [ContactKind::Email]);
    // What the provider did not give in this answer cannot be ticked later.
    let page = client.open(&ground.stand.at("/settings/contacts")).await?;
    client
        .press(
            &page,
            "Сохранить выбранное",
            &[("mobile", "keep"), ("email", "keep")],
        )
        .await?;
    ensure!(kept().await? == [ContactKind::Email]);
    // Unticked, it is gone from the records and from the pages.
    let page = client.open(&ground.stand.at("/settings/contacts")).await?;
    let unticked = Client::filled(&page, "Сохранить выбранное", &[])?;
    let token = page.hidden("form-token").context("no token")?;
    client
        .send(unticked.body(&format!("form-token={token}")))
        .await?;
    ensure!(kept().await?.is_empty());
    let settings = client.open(&ground.stand.at("/settings")).await?;
    ensure!(!settings.body.contains("stend.example"));
    Ok(())
}

/// The steps of a flow, each with what leads there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Asked,
    NotLinked,
    Proving,
    Confirming,
    Choosing,
    Done,
}

impl Ground {
    /// A browser whose flow stands at a step: with the flow's address.
    async fn at(&self, stage: Stage) -> Result<(Client, String)> {
        let client = self.stand.client();
        if stage == Stage::Confirming {
            self.stand.sign_in(&client, "dmitrieva30").await?;
            let page = self.stand.come_to_confirm(&client, "dmitrieva").await?;
            return Ok((client, flow_of(&page)?));
        }
        if stage == Stage::Asked {
            // A refusal at the provider tells the flow's address; then it is asked once more.
            let page = self.stand.begin_at_provider(&client).await?;
            let page = self
                .stand
                .walk(
                    &client,
                    page,
                    "rahimov",
                    crate::gosuslugi::Decision::Refuse,
                    |_| false,
                )
                .await?
                .expect_refusal("consent-refused")?;
            let flow = flow_of(&page)?;
            client.press(&page, "Попробовать ещё раз", &[]).await?;
            return Ok((client, flow));
        }
        let who = if stage == Stage::Done {
            "kuznetsova"
        } else {
            "sokolov"
        };
        let page = self.stand.come_from_provider(&client, who).await?;
        let flow = flow_of(&page.clone().expect("not-linked")?)?;
        if stage == Stage::NotLinked {
            return Ok((client, flow));
        }
        let page = self.stand.agree(&client, &page).await?;
        if stage == Stage::Proving {
            return Ok((client, flow));
        }
        let password = self.stand.password_of(who)?;
        let page = self.stand.prove_with(&client, &page, who, password).await?;
        if stage == Stage::Choosing {
            page.expect("contacts")?;
            return Ok((client, flow));
        }
        client
            .press(&page, "Ничего не сохранять", &[])
            .await?
            .expect("linked")?;
        Ok((client, flow))
    }
}

fn flow_of(page: &Page) -> Result<String> {
    let mut parts = page.url.path().split('/').skip(1);
    ensure!(parts.next() == Some("flow"), "{}", page.url.path());
    Ok(format!("/flow/{}", parts.next().context("no flow")?))
}

#[tokio::test(flavor = "multi_thread")]
async fn e20_no_step_can_be_skipped() -> Result<()> {
    use Stage::{Asked, Choosing, Confirming, Done, NotLinked, Proving};
    // Every act that could make or change something, and the one step where it may.
    let acts = [
        ("agree", NotLinked),
        ("prove", Proving),
        ("confirm", Confirming),
        ("contacts", Choosing),
    ];
    let ground = Ground::new("e20").await?;
    let school = ground.stand.own_school().await?;
    let password = ground.stand.password_of("sokolov")?.to_owned();
    for stage in [Asked, NotLinked, Proving, Confirming, Choosing, Done] {
        let (client, flow) = ground.at(stage).await?;
        let before = ground.dump().await?;
        let present = client.open(&ground.stand.at(&flow)).await?;
        for (act, allowed) in acts {
            if stage == allowed {
                continue;
            }
            let any = client.open(&ground.stand.at("/help")).await?;
            drop(any);
            let token = match client
                .open(&ground.stand.at(&flow))
                .await?
                .hidden("form-token")
            {
                Some(token) => token,
                None => client
                    .open(&ground.stand.at("/sign-in"))
                    .await?
                    .hidden("form-token")
                    .or(client
                        .open(&ground.stand.at("/"))
                        .await?
                        .hidden("form-token"))
                    .context("no token")?,
            };
            let fields: Vec<(&str, &str)> = match act {
                "agree" | "confirm" => vec![("text-version", "2026-11")],
                "prove" => vec![
                    ("organization", &school),
                    ("login", "sokolov"),
                    ("password", &password),
                ],
                _ => vec![("mobile", "keep")],
            };
            let fields: Vec<(&str, &str)> = std::iter::once(("form-token", token.as_str()))
                .chain(fields)
                .collect();
            let address = ground.stand.at(&format!("{flow}/{act}"));
            let answer = client.send(Attempt::form(&address, &fields)?).await?;
            let page = client.follow(answer, None).await?;
            ensure!(
                page.name() == present.name() && page.refusal() == present.refusal(),
                "{act} at {stage:?}: {} {:?} instead of {} {:?}",
                page.name(),
                page.refusal(),
                present.name(),
                present.refusal()
            );
        }
        // Nor by the addresses of other steps.
        for page in ["not-linked", "prove", "who", "contacts", "done", "refused"] {
            let shown = client
                .open(&ground.stand.at(&format!("{flow}/{page}")))
                .await?;
            ensure!(
                shown.name() == present.name(),
                "{page} at {stage:?}: {} instead of {}",
                shown.name(),
                present.name()
            );
        }
        ground.holds(&before).await?;
    }
    Ok(())
}
