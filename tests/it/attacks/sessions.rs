//! Sessions: fixation (A4), stolen ones (E3), and what an unlink leaves behind (E10).

use anyhow::{Context, Result, ensure};
use chrono::TimeDelta;

use crate::{
    attacks::Ground,
    client::{Client, Page},
};

const SESSION: &str = "__Host-session";

impl Ground {
    /// The present session cookie.
    fn session(client: &Client) -> Option<String> {
        client.cookie("localhost", SESSION)
    }

    /// Whether a session cookie opens the settings in that browser.
    async fn opens(&self, client: &Client, session: &str) -> Result<bool> {
        let thief = client.twin();
        thief.set_cookie("localhost", SESSION, session);
        let page = thief.open(&self.stand.at("/settings")).await?;
        Ok(page.name() == "settings")
    }

    /// Holds that a step gave a new session, and that the old one is dead.
    async fn renewed(&self, client: &Client, old: Option<String>, step: &str) -> Result<()> {
        let new = Self::session(client).with_context(|| format!("{step}: no session"))?;
        if let Some(old) = old {
            ensure!(old != new, "{step}: the session's secret stays");
            ensure!(
                !self.opens(client, &old).await?,
                "{step}: the old one lives"
            );
        }
        ensure!(
            self.opens(client, &new).await?,
            "{step}: the new one is dead"
        );
        Ok(())
    }

    async fn step_up(&self, client: &Client, login: &str, next: &str) -> Result<Page> {
        let address = format!("/settings/step-up?next={next}");
        let page = client
            .open(&self.stand.at(&address))
            .await?
            .expect("step-up")?;
        let typed = [("password", self.stand.password_of(login)?)];
        client.press(&page, "Продолжить", &typed).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a4_every_rise_of_a_session_gives_it_another_secret() -> Result<()> {
    let ground = Ground::new("a4").await?;
    let planted = "ab".repeat(32);

    // By password, over a planted cookie.
    let client = ground.stand.client();
    client.set_cookie("localhost", SESSION, &planted);
    ground.stand.sign_in(&client, "sokolov").await?;
    ground
        .renewed(&client, Some(planted.clone()), "password")
        .await?;
    // By step-up.
    let old = Ground::session(&client);
    ground
        .step_up(&client, "sokolov", "settings")
        .await?
        .expect("settings")?;
    ground.renewed(&client, old, "step-up").await?;
    // By a link from the settings.
    let old = Ground::session(&client);
    let page = ground.stand.come_to_confirm(&client, "sokolov").await?;
    let page = client
        .press(&page, "Связать", &[])
        .await?
        .expect("contacts")?;
    ground.renewed(&client, old, "link").await?;
    client.press(&page, "Ничего не сохранять", &[]).await?;
    // By an unlink.
    let old = Ground::session(&client);
    let page = client
        .open(&ground.stand.at("/settings/ways/gosuslugi/unlink"))
        .await?
        .expect("unlink")?;
    client
        .press(&page, "Отключить Госуслуги", &[])
        .await?
        .expect("unlinked")?;
    ground.renewed(&client, old, "unlink").await?;
    // By a sign-out.
    let old = Ground::session(&client).context("none")?;
    let page = client.open(&ground.stand.at("/")).await?;
    client
        .press(&page, "Выход", &[])
        .await?
        .expect("signed-out")?;
    ensure!(Ground::session(&client).is_none());
    ensure!(!ground.opens(&client, &old).await?, "sign-out");

    // By a link from the provider's side, and by the provider from then on.
    let client = ground.stand.client();
    client.set_cookie("localhost", SESSION, &planted);
    let page = ground.stand.link_by_provider(&client, "li", "li").await?;
    client
        .press(&page, "Ничего не сохранять", &[])
        .await?
        .expect("linked")?;
    ground
        .renewed(&client, Some(planted.clone()), "local proof")
        .await?;
    let client = ground.stand.client();
    client.set_cookie("localhost", SESSION, &planted);
    ground
        .stand
        .come_from_provider(&client, "li")
        .await?
        .expect("home")?;
    ground.renewed(&client, Some(planted), "provider").await?;

    // A session is never taken from an address or a form.
    let session = Ground::session(&client).context("none")?;
    let stranger = ground.stand.client();
    for path in [
        format!("/settings?{SESSION}={session}"),
        format!("/settings;{SESSION}={session}"),
        format!("/settings?session={session}"),
    ] {
        let page = stranger.open(&ground.stand.at(&path)).await?;
        ensure!(page.name() != "settings", "{path}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn e3_a_stolen_session_links_nothing() -> Result<()> {
    let mut ground = Ground::timed("e3").await?;
    let client = ground.stand.client();
    ground.stand.sign_in(&client, "sokolov").await?;
    ground.stand.pass(TimeDelta::minutes(31))?;
    let before = ground.dump().await?;

    // At the start.
    ground.stand.begin_link(&client).await?.expect("step-up")?;
    let requests = ground.stand.control().requests();
    ensure!(
        !requests
            .iter()
            .any(|request| request.path.contains("/aas/")),
        "nobody was sent to the provider"
    );
    let page = client
        .open(&ground.stand.at("/settings/step-up?next=link.gosuslugi"))
        .await?;
    let wrong = client
        .press(&page, "Продолжить", &[("password", "не тот")])
        .await?;
    ensure!(wrong.text().contains("Пароль не подошёл"));
    let sessions = |dump: &linking_storage::Dump| {
        dump.get("session")
            .map_or(0, std::collections::BTreeSet::len)
    };
    ensure!(sessions(&before) == sessions(&ground.dump().await?));

    // The right password leads on; six minutes at the provider, and it is asked again.
    let page = ground.step_up(&client, "sokolov", "link.gosuslugi").await?;
    let page = ground
        .stand
        .sign_in_at_gosuslugi(&client, page, "sokolov")
        .await?;
    let page = page.expect("who")?;
    ground.stand.pass(TimeDelta::minutes(6))?;
    let before = ground.dump().await?;
    let asked = client
        .press(&page, "Связать", &[])
        .await?
        .expect("step-up")?;
    ground.holds(&before).await?;
    let tokens = ground.token_requests();
    let typed = [("password", ground.stand.password_of("sokolov")?)];
    let kept = client
        .press(&asked, "Продолжить", &typed)
        .await?
        .expect("who")?;
    ensure!(
        ground.token_requests() == tokens,
        "the provider's answer is kept"
    );
    client
        .press(&kept, "Связать", &[])
        .await?
        .expect("contacts")?;
    ensure!(ground.records.links("sokolov").await?.len() == 1);

    // A provider's old sign-in proves nothing.
    ground.stand.pass(TimeDelta::minutes(6))?;
    let page = client
        .open(&ground.stand.at("/settings/ways/gosuslugi/unlink"))
        .await?
        .expect("step-up")?;
    let before = ground.dump().await?;
    client
        .press(&page, "Подтвердить через Госуслуги", &[])
        .await?
        .expect_refusal("step-up-needed")?;
    ground.holds(&before).await?;
    // A step-up of another session is none of this one's.
    let other = ground.stand.client();
    ground.stand.sign_in(&other, "sokolov").await?;
    client
        .open(&ground.stand.at("/settings/ways/gosuslugi/unlink"))
        .await?
        .expect("step-up")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn e10_an_unlink_leaves_nothing_behind() -> Result<()> {
    let ground = Ground::new("e10").await?;
    let client = ground.stand.client();
    let page = ground
        .stand
        .link_by_provider(&client, "sokolova", "sokolova")
        .await?;
    let ticked = [("mobile", "keep"), ("email", "keep")];
    client
        .press(&page, "Сохранить выбранное", &ticked)
        .await?
        .expect("linked")?;
    let elsewhere = ground.stand.client();
    ground
        .stand
        .come_from_provider(&elsewhere, "sokolova")
        .await?
        .expect("home")?;
    // A flow that was begun over the link, and is still open.
    let open = ground.stand.client();
    ground.stand.sign_in(&open, "sokolova").await?;

    let unlink = ground.stand.at("/settings/ways/gosuslugi/unlink");
    let stale = client.open(&unlink).await?.expect("unlink")?;
    let page = client.open(&unlink).await?.expect("unlink")?;
    client
        .press(&page, "Отключить Госуслуги", &[])
        .await?
        .expect("unlinked")?;

    for other in [&elsewhere, &open] {
        other
            .open(&ground.stand.at("/settings"))
            .await?
            .expect("sign-in")?;
    }
    ensure!(ground.records.links("sokolova").await?.is_empty());
    let account = ground.records.account("sokolova").await?;
    ensure!(
        account.account().profile.contacts.is_empty(),
        "its contacts went too"
    );
    let dump = ground.dump().await?;
    let consents = dump.get("consent").context("no table")?;
    ensure!(
        consents
            .iter()
            .all(|row| row.contains("status='withdrawn'")),
        "{consents:?}"
    );
    // The identity enters nothing any more.
    ground
        .stand
        .come_from_provider(&ground.stand.client(), "sokolova")
        .await?
        .expect("not-linked")?;
    // A second press finds it done.
    let before = ground.dump().await?;
    let again = client.press(&stale, "Отключить Госуслуги", &[]).await?;
    ensure!(
        again.name() == "unlinked" || again.refusal().as_deref() == Some("flow-finished"),
        "{} {:?}",
        again.name(),
        again.refusal()
    );
    ground.holds(&before).await
}
