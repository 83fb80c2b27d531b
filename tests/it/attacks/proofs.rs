//! E and H3: what proves and what was agreed to counts for its own flow, its own facts, its own
//! text.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};

use crate::{
    attacks::Ground,
    client::{Client, Page},
    stand::visits::BY_GOSUSLUGI,
};

impl Ground {
    /// Signed in as that login, with the page «Это вы?» of that identity.
    async fn confirming(&self, client: &Client, persona: &str) -> Result<Page> {
        // Whoever came before leaves the provider.
        client.forget("127.0.0.1");
        let page = self.stand.come_to_confirm(client, persona).await?;
        page.expect("who")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e4_a_proof_of_one_flow_serves_no_other() -> Result<()> {
    let ground = Ground::new("e4").await?;
    let client = ground.stand.client();
    ground.stand.sign_in(&client, "sokolova").await?;
    let own = ground.confirming(&client, "sokolova").await?;
    let other = ground.confirming(&client, "kuznetsova").await?;
    ensure!(own.url != other.url);

    // What was shown and agreed to in the one flow is pressed in the other.
    let press = Client::filled(&own, "Связать", &[])?;
    let crossed = press.at(other.url.join("confirm")?);
    let before = ground.dump().await?;
    let page = client.follow(client.send(crossed).await?, None).await?;
    page.expect_refusal("name-mismatch")?;
    ground.holds(&before).await?;

    // In another browser neither is anything.
    let stranger = ground.stand.client();
    ground.stand.sign_in(&stranger, "sokolov").await?;
    let page = stranger.open(own.url.as_str()).await?;
    page.expect_refusal("flow-not-yours")?;

    // The own one links its own identity and no other.
    let page = client.press(&own, "Связать", &[]).await?;
    page.expect("contacts")?;
    ensure!(ground.records.links("sokolova").await?.len() == 1);
    let back = ground.stand.client();
    let home = ground.stand.come_from_provider(&back, "sokolova").await?;
    home.expect("home")?;
    let strange = ground.stand.client();
    let page = ground
        .stand
        .come_from_provider(&strange, "kuznetsova")
        .await?;
    page.expect("not-linked").map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn e5_no_left_over_proof_links_again() -> Result<()> {
    let ground = Ground::new("e5").await?;
    let client = ground.stand.client();
    ground.stand.sign_in(&client, "sokolova").await?;
    let first = ground.confirming(&client, "sokolova").await?;
    let second = ground.confirming(&client, "sokolova").await?;
    let page = client.press(&first, "Связать", &[]).await?;
    let linked = client.press(&page, "Ничего не сохранять", &[]).await?;
    let linked = linked.expect("linked")?;
    let unlink = ground.stand.at("/settings/ways/gosuslugi/unlink");
    let page = client.open(&unlink).await?.expect("unlink")?;
    let page = client.press(&page, "Отключить Госуслуги", &[]).await?;
    page.expect("unlinked")?;

    let before = ground.dump().await?;
    let page = client.press(&second, "Связать", &[]).await?;
    page.expect_refusal("flow-expired")?;
    // The page of the link that ended says so too.
    let page = client.open(linked.url.as_str()).await?;
    page.expect_refusal("flow-finished")?;
    ground.holds(&before).await?;
    ensure!(ground.records.links("sokolova").await?.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn e6_what_the_school_changed_meanwhile_counts() -> Result<()> {
    let ground = Ground::new("e6").await?;
    // From the settings: the session is dead with the account.
    let settings = ground.stand.client();
    ground.stand.sign_in(&settings, "sokolova").await?;
    let who = ground.confirming(&settings, "sokolova").await?;
    // From the provider's side: the right password says what holds now.
    let entry = ground.stand.client();
    let page = ground.stand.come_from_provider(&entry, "sokolova").await?;
    let prove = ground.stand.agree(&entry, &page).await?;

    ground.records.block("sokolova").await?;
    let before = ground.dump().await?;
    let page = settings.press(&who, "Связать", &[]).await?;
    // Its form is nobody's any more.
    page.expect("stale-form")?;
    let password = ground.stand.password_of("sokolova")?.to_owned();
    let page = ground
        .stand
        .prove_with(&entry, &prove, "sokolova", &password)
        .await?;
    page.expect_refusal("account-blocked")?;
    ground.holds(&before).await?;
    ensure!(ground.records.links("sokolova").await?.is_empty());
    Ok(())
}

/// What ESIA's scopes hand over, in the words of the consent's table.
fn named_as(scope: &str) -> Result<&'static str> {
    Ok(match scope {
        "fullname" => "name",
        "snils" => "snils",
        "birthdate" => "birth-date",
        "mobile" | "email" | "contacts" => "contacts",
        other => bail!("{other} is in no consent"),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn h3_the_scopes_asked_for_are_those_of_the_consent() -> Result<()> {
    let ground = Ground::new("h3").await?;
    let client = ground.stand.client();
    let page = ground.stand.sign_in_page(&client).await?;
    let asked = client
        .press_until(&page, BY_GOSUSLUGI, &[], |to| to.path().ends_with("/ac"))
        .await?;
    let address = asked.location()?.context("nobody was sent anywhere")?;
    let scope = address.query_pairs().find(|(name, _)| name == "scope");
    let (_, scope) = scope.context("no scope")?;
    let asked: BTreeSet<&str> = scope
        .split(' ')
        .filter(|scope| *scope != "openid")
        .map(named_as)
        .collect::<Result<_>>()?;

    ground.stand.linked("sokolova", "sokolova").await?;
    let dump = ground.dump().await?;
    let consents = dump.get("consent").context("no table")?;
    let row = consents.first().context("no consent was written")?;
    let agreed = row
        .split("scopes='")
        .nth(1)
        .and_then(|rest| rest.split('\'').next());
    let agreed: BTreeSet<String> = serde_json::from_str(agreed.context("no scopes")?)?;
    ensure!(
        asked.iter().eq(agreed.iter()),
        "asked for {asked:?}, agreed to {agreed:?}"
    );
    Ok(())
}
