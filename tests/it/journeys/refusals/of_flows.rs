//! Refusals of the journey itself: too late, another browser, another profile, done already.

use anyhow::{Result, ensure};
use chrono::TimeDelta;

use crate::{
    browser::JavaScript,
    journeys::{Walk, refusals::NOT_LINKED},
};

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_the_journey_itself() -> Result<()> {
    walk(JavaScript::On).await
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_the_journey_itself_without_scripts() -> Result<()> {
    walk(JavaScript::Off).await
}

async fn walk(scripts: JavaScript) -> Result<()> {
    let mut walk = Walk::timed("refusals-of-flows", scripts).await?;
    walk.learn_school().await?;
    expired(&mut walk).await?;
    not_yours(&mut walk).await?;
    finished(&mut walk).await?;
    other_profile(&mut walk).await?;
    walk.end().await
}

async fn expired(walk: &mut Walk) -> Result<()> {
    walk.come("li").await?;
    walk.browser.expect_heading(NOT_LINKED).await?;
    walk.stand.pass(TimeDelta::minutes(16))?;
    walk.browser.press("Продолжить").await?;
    walk.browser.expect_heading("Время вышло").await?;
    walk.browser.look("flow-expired").await?;
    // One press begins anew: the provider remembers the person.
    walk.browser.press("Начать заново").await?;
    walk.browser.expect_heading(NOT_LINKED).await?;
    walk.agree().await?;
    walk.prove("li").await?;
    walk.browser.press("Ничего не сохранять").await?;
    walk.browser
        .expect_heading("Готово: профиль связан с Госуслугами")
        .await
}

/// The address of a flow's end, opened when somebody else is signed in.
async fn finished(walk: &mut Walk) -> Result<()> {
    walk.come("belova").await?;
    walk.agree().await?;
    walk.prove("belova").await?;
    walk.browser.press("Ничего не сохранять").await?;
    walk.browser
        .expect_heading("Готово: профиль связан с Госуслугами")
        .await?;
    let done = walk.browser.address().await?;
    walk.sign_out().await?;
    walk.browser.open(done.as_str()).await?;
    walk.browser.expect_heading("Этот шаг уже пройден").await?;
    walk.browser.look("flow-finished-signed-out").await?;
    walk.browser.press("Войти").await?;
    walk.browser.expect_heading("Вход в дневник").await?;
    walk.sign_in("novikov").await?;
    walk.browser.open(done.as_str()).await?;
    walk.browser.expect_heading("Этот шаг уже пройден").await?;
    walk.browser.look("flow-finished").await?;
    walk.browser.press("Перейти в Сетевой Город").await?;
    ensure!(walk.path().await? == "/");
    walk.sign_out().await
}

async fn not_yours(walk: &mut Walk) -> Result<()> {
    let other = walk.stand.client();
    let page = walk
        .stand
        .come_from_provider(&other, "sokolova-polina")
        .await?
        .expect("not-linked")?;
    walk.sign_out_if_in().await?;
    walk.browser.open(page.url.as_str()).await?;
    walk.browser
        .expect_heading("Начните в этом браузере")
        .await?;
    ensure!(!walk.browser.shows("Полина").await?);
    walk.browser.look("flow-not-yours").await?;
    walk.open("/flow/nothing-of-ours").await?;
    walk.browser
        .expect_heading("Начните в этом браузере")
        .await?;
    walk.browser.press("Начать заново").await?;
    walk.browser.expect_heading("Вход в дневник").await?;
    // The other browser's flow lives on.
    other
        .open(page.url.as_str())
        .await?
        .expect("not-linked")
        .map(drop)
}

/// A tab that was left from one profile, while another one is open.
async fn other_profile(walk: &mut Walk) -> Result<()> {
    walk.sign_in("novikov").await?;
    walk.open("/settings").await?;
    let first = walk.browser.new_tab().await?;
    walk.open("/").await?;
    walk.sign_out().await?;
    walk.sign_in("morozova").await?;
    walk.browser.to_tab(first).await?;
    walk.browser
        .press("Привязать учетную запись портала Госуслуг")
        .await?;
    walk.browser
        .expect_heading("Сейчас открыт другой профиль")
        .await?;
    walk.browser.expect_text("Елена В. М.").await?;
    walk.browser.look("other-profile").await?;
    walk.browser.press("Продолжить как Елена В. М.").await?;
    ensure!(walk.path().await? == "/");
    Ok(())
}
