//! The server is killed between any two steps and started anew: the person goes on where they
//! were. Killed inside the provider's answer, it costs one page and one press (`threats.md` I4).

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use linking_simulator::{Fault, Place, Transport};

use crate::{
    client::{Client, Page},
    stand::Stand,
};

impl Stand {
    /// Kills the server and starts it anew; the page is then loaded once more, as a person would.
    async fn crash(&mut self, client: &Client, page: Page) -> Result<Page> {
        self.kill()?;
        ensure!(
            client.get(&self.at("/healthz")).await.is_err(),
            "it is dead"
        );
        self.restart().await?;
        if !page.url.as_str().starts_with(&self.school()) {
            return Ok(page);
        }
        let loaded = client.open(page.url.as_str()).await?;
        ensure!(
            (loaded.name(), loaded.url.path()) == (page.name(), page.url.path()),
            "{} at {} became {} {:?} at {}",
            page.name(),
            page.url.path(),
            loaded.name(),
            loaded.refusal(),
            loaded.url.path()
        );
        Ok(loaded)
    }

    /// The same, going on with the page that was open before the crash.
    async fn crash_under(&mut self, page: Page) -> Result<Page> {
        self.kill()?;
        self.restart().await?;
        Ok(page)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i4_sgo_1_survives_a_kill_between_any_two_steps() -> Result<()> {
    let mut stand = Stand::start("i4-sgo-1").await?;
    let client = stand.client();
    let page = stand.sign_in_page(&client).await?;
    let page = stand.crash_under(page).await?;
    let label = "Вход с учетной записью портала гос. услуг";
    let page = client.press(&page, label, &[]).await?;
    let page = stand.crash(&client, page).await?;
    let callback = stand.callback_of(&client, page, "sokolova").await?;
    // Killed while the person was at the provider, between its screens and our callback.
    stand.kill()?;
    stand.restart().await?;
    let page = client.open(callback.as_str()).await?.expect("not-linked")?;
    let page = stand.crash(&client, page).await?;
    let page = stand.agree(&client, &page).await?;
    let page = stand.crash(&client, page).await?;
    let page = stand
        .prove_with(&client, &page, "sokolova", "не тот")
        .await?;
    ensure!(page.text().contains("Логин или пароль не подошли"));
    let page = stand.crash_under(page).await?;
    let password = stand.password_of("sokolova")?.to_owned();
    let page = stand
        .prove_with(&client, &page, "sokolova", &password)
        .await?
        .expect("contacts")?;
    let page = stand.crash(&client, page).await?;
    let page = client
        .press(&page, "Сохранить выбранное", &[("email", "keep")])
        .await?
        .expect("linked")?;
    let page = stand.crash(&client, page).await?;
    let home = client
        .go(&page, "Перейти в Сетевой Город")
        .await?
        .expect("home")?;
    stand.crash(&client, home).await?;
    let records = stand.records().await?;
    ensure!(records.links("sokolova").await?.len() == 1);
    ensure!(
        records
            .account("sokolova")
            .await?
            .account()
            .profile
            .contacts
            .len()
            == 1
    );
    // And in by one press.
    let client = stand.client();
    stand
        .come_from_provider(&client, "sokolova")
        .await?
        .expect("home")
        .map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn i4_sgo_2_survives_a_kill_between_any_two_steps() -> Result<()> {
    let mut stand = Stand::start("i4-sgo-2").await?;
    let client = stand.client();
    let home = stand.sign_in(&client, "dmitrieva30").await?;
    let home = stand.crash(&client, home).await?;
    let page = client
        .go(&home, "Светлана Дмитриева")
        .await?
        .expect("settings")?;
    let page = stand.crash(&client, page).await?;
    let label = "Привязать учетную запись портала Госуслуг";
    let page = client.press(&page, label, &[]).await?;
    let page = stand.crash(&client, page).await?;
    let callback = stand.callback_of(&client, page, "dmitrieva").await?;
    stand.kill()?;
    stand.restart().await?;
    let page = client.open(callback.as_str()).await?.expect("who")?;
    let page = stand.crash(&client, page).await?;
    let page = client
        .press(&page, "Связать", &[])
        .await?
        .expect("contacts")?;
    let page = stand.crash(&client, page).await?;
    let page = client
        .press(&page, "Ничего не сохранять", &[])
        .await?
        .expect("linked")?;
    let page = stand.crash(&client, page).await?;
    client
        .go(&page, "Перейти в Сетевой Город")
        .await?
        .expect("home")?;
    let unlink = client
        .open(&stand.at("/settings/ways/gosuslugi/unlink"))
        .await?
        .expect("unlink")?;
    let unlink = stand.crash(&client, unlink).await?;
    let done = client
        .press(&unlink, "Отключить Госуслуги", &[])
        .await?
        .expect("unlinked")?;
    stand.crash(&client, done).await?;
    ensure!(
        stand
            .records()
            .await?
            .links("dmitrieva30")
            .await?
            .is_empty()
    );
    Ok(())
}

/// Kills the server while it waits for the provider at `place`; gives the browser and the page on
/// which the person then stands.
async fn killed_inside(
    stand: &mut Stand,
    client: &Client,
    callback: url::Url,
    place: Place,
) -> Result<()> {
    let control = stand.control();
    control.clear_requests();
    control.set_fault_times(Fault::Transport(place, Transport::Delay(20_000)), 1);
    let records = stand.records().await?;
    let flows = |dump: linking_storage::Dump| dump.get("flow").cloned().unwrap_or_default();
    let before = flows(records.dump().await?);
    let answer = {
        let twin = client.twin();
        tokio::spawn(async move { twin.get(callback.as_str()).await })
    };
    // The answer is claimed; for what comes after the tokens, those were given out too.
    let begun = Instant::now();
    loop {
        let claimed = flows(records.dump().await?) != before;
        let token_given = control
            .requests()
            .iter()
            .any(|request| request.path.ends_with("/v3/te"));
        if claimed && (token_given || matches!(place, Place::Token)) {
            break;
        }
        if begun.elapsed() > Duration::from_secs(10) {
            bail!("nobody asked the provider");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stand.kill()?;
    ensure!(answer.await?.is_err(), "the browser gets no answer");
    control.clear_faults();
    stand.restart().await
}

/// The person comes back to the flow: «Проверяем ответ» until the server counts as lost, then
/// one page with one press.
async fn one_page_and_one_press(
    stand: &Stand,
    client: &Client,
    callback: &url::Url,
) -> Result<Page> {
    let begun = Instant::now();
    // A reload of the address that gave no answer.
    let mut page = client.open(callback.as_str()).await?;
    while page.name() == "checking" {
        ensure!(
            begun.elapsed() < Duration::from_secs(45),
            "it is never over"
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
        page = client.open(page.url.as_str()).await?;
    }
    let page = page.expect_refusal("provider-unavailable")?;
    let _ = stand;
    client.press(&page, "Попробовать ещё раз", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn i4_a_kill_inside_the_callback_costs_one_page_and_one_press() -> Result<()> {
    let mut stand = Stand::start("i4-callback").await?;
    for (place, persona) in [(Place::Token, "sokolova"), (Place::Rest, "sokolov")] {
        let client = stand.client();
        let page = stand.begin_at_provider(&client).await?;
        let callback = stand.callback_of(&client, page, persona).await?;
        killed_inside(&mut stand, &client, callback.clone(), place).await?;
        let page = one_page_and_one_press(&stand, &client, &callback)
            .await?
            .expect("not-linked")?;
        let page = stand.agree(&client, &page).await?;
        let login = persona;
        let password = stand.password_of(login)?.to_owned();
        stand
            .prove_with(&client, &page, login, &password)
            .await?
            .expect("contacts")?;
    }
    // The same from the settings.
    let client = stand.client();
    stand.sign_in(&client, "dmitrieva30").await?;
    let page = stand.begin_link(&client).await?;
    let callback = stand.callback_of(&client, page, "dmitrieva").await?;
    killed_inside(&mut stand, &client, callback.clone(), Place::Token).await?;
    let page = one_page_and_one_press(&stand, &client, &callback)
        .await?
        .expect("who")?;
    client
        .press(&page, "Связать", &[])
        .await?
        .expect("contacts")
        .map(drop)
        .context("after a kill in the settings' flow")
}
