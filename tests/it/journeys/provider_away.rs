//! A provider that is away when the server starts (`threats.md` I14).

use anyhow::{Result, ensure};

use crate::{
    chaos::{PEOPLE, Tally, round},
    stand::{Kind, Stand},
};

#[tokio::test(flavor = "multi_thread")]
async fn i14_a_server_that_started_without_its_provider_needs_no_restart() -> Result<()> {
    let name = Kind::of_tests().named("i14-away");
    let mut stand = Stand::start_without_provider(&name).await?;
    let [person, other, ..] = PEOPLE;

    // In by the local password; the way to the provider leads where nobody answers, and costs
    // nothing.
    let client = stand.client();
    stand.sign_in(&client, person.0).await?;
    ensure!(stand.begin_link(&client).await.is_err(), "nobody is there");
    ensure!(stand.begin_at_provider(&stand.client()).await.is_err());
    client
        .open(&stand.at("/settings"))
        .await?
        .expect("settings")?;

    stand.provider_comes_back().await?;
    let page = stand.come_to_confirm(&client, person.1).await?;
    let page = client.press(&page.expect("who")?, "Связать", &[]).await?;
    let page = client
        .press(&page.expect("contacts")?, "Ничего не сохранять", &[])
        .await?;
    page.expect("linked")?;
    round(&stand, other, &Tally::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn i14_a_wrong_configuration_is_no_outage_and_no_start() -> Result<()> {
    let name = Kind::of_tests().named("i14-wrong");
    let stand = Stand::start(&name).await?;
    let before = std::fs::read_to_string(stand.configuration())?;
    let line = before.lines().count() + 2;
    stand.add_configuration("\n[providers.gosuslugi.network]\nproxy = 'nowhere'\n")?;
    let (started, told) = stand.command(&["serve"]).await?;
    ensure!(!started, "{told}");
    let place = format!("line {}, column 1", line + 1);
    ensure!(
        told.contains("providers.gosuslugi.network.proxy") && told.contains(&place),
        "{place}: {told}"
    );
    Ok(())
}
