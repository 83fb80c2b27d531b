//! Refusals of somebody who is signed in.

use anyhow::{Result, ensure};
use chrono::TimeDelta;

use crate::{
    browser::JavaScript,
    gosuslugi::Decision,
    journeys::{LINK_GOSUSLUGI, Walk},
};

#[tokio::test(flavor = "multi_thread")]
async fn sgo_2_refusals_in_the_settings() -> Result<()> {
    walk(JavaScript::On).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sgo_2_refusals_in_the_settings_without_scripts() -> Result<()> {
    walk(JavaScript::Off).await
}

async fn walk(scripts: JavaScript) -> Result<()> {
    let mut walk = Walk::timed("refusals-in-settings", scripts).await?;
    walk.stand.linked("kuznetsova", "kuznetsova").await?;
    walk.sign_in("rahimov").await?;
    consent_refused(&mut walk).await?;
    identity_linked_elsewhere(&mut walk).await?;
    mismatch(&mut walk).await?;
    step_up_in_flow(&mut walk).await?;
    last_way_in(&mut walk).await?;
    walk.end().await
}

async fn consent_refused(walk: &mut Walk) -> Result<()> {
    walk.open("/settings").await?;
    walk.browser.press(LINK_GOSUSLUGI).await?;
    walk.stand
        .type_at_gosuslugi(&walk.browser, "rahimov", Decision::Refuse)
        .await?;
    walk.browser
        .expect_heading("Вы не разрешили передать данные")
        .await?;
    ensure!(!walk.browser.offers("Войти по логину и паролю").await?);
    walk.browser.look("consent-refused-in-settings").await?;
    walk.browser.press("Вернуться в настройки").await?;
    walk.browser.expect_heading("Настройки").await
}

async fn identity_linked_elsewhere(walk: &mut Walk) -> Result<()> {
    walk.leave_gosuslugi().await?;
    walk.open("/settings").await?;
    walk.browser.press(LINK_GOSUSLUGI).await?;
    walk.at_gosuslugi("kuznetsova").await?;
    walk.browser.expect_heading("Это вы?").await?;
    walk.browser.press("Связать").await?;
    walk.browser
        .expect_heading("Эти Госуслуги уже связаны с другим профилем")
        .await?;
    ensure!(!walk.browser.shows("Кузнецова").await?, "names nobody");
    walk.browser.look("identity-linked-elsewhere").await?;
    walk.browser.press("Оставить как есть").await?;
    walk.browser.expect_heading("Настройки").await?;
    let records = walk.stand.records().await?;
    ensure!(records.links("rahimov").await?.is_empty());
    ensure!(
        records.links("kuznetsova").await?.len() == 1,
        "it never moves"
    );
    // Its owner reads of it.
    let owner = walk.stand.client();
    walk.stand.sign_in(&owner, "kuznetsova").await?;
    let page = owner.open(&walk.stand.at("/settings/history")).await?;
    ensure!(
        page.text().contains("которые уже связаны с вашим"),
        "{}",
        page.text()
    );
    Ok(())
}

async fn mismatch(walk: &mut Walk) -> Result<()> {
    walk.leave_gosuslugi().await?;
    walk.open("/settings").await?;
    walk.browser.press(LINK_GOSUSLUGI).await?;
    walk.at_gosuslugi("li").await?;
    walk.browser.press("Связать").await?;
    walk.browser.expect_heading("Данные не совпали").await?;
    walk.browser.look("mismatch-in-settings").await?;
    walk.browser.press("Вернуться в настройки").await?;
    walk.browser
        .expect_text("Кто-то пробовал связать ваш профиль")
        .await
}

/// «Связать» six minutes after the sign-in: the password, and the provider's answer waits.
async fn step_up_in_flow(walk: &mut Walk) -> Result<()> {
    walk.leave_gosuslugi().await?;
    walk.open("/").await?;
    walk.sign_out().await?;
    walk.sign_in("rahimov").await?;
    walk.open("/settings").await?;
    walk.browser.press(LINK_GOSUSLUGI).await?;
    walk.at_gosuslugi("rahimov").await?;
    walk.browser.expect_heading("Это вы?").await?;
    walk.stand.pass(TimeDelta::minutes(6))?;
    walk.browser.press("Связать").await?;
    walk.browser
        .expect_heading("Подтвердите, что это вы")
        .await?;
    walk.browser.look("step-up-in-flow").await?;
    let password = walk.stand.password_of("rahimov")?.to_owned();
    walk.browser.fill("Пароль", &password).await?;
    walk.browser.press("Продолжить").await?;
    walk.browser.expect_heading("Это вы?").await?;
    walk.browser.press("Связать").await?;
    walk.browser.press("Ничего не сохранять").await?;
    walk.browser
        .expect_heading("Готово: профиль связан с Госуслугами")
        .await
}

async fn last_way_in(walk: &mut Walk) -> Result<()> {
    walk.open("/settings").await?;
    ensure!(walk.browser.offers("Отключить").await?);
    walk.browser.press("Отключить").await?;
    walk.browser.expect_heading("Отключить Госуслуги?").await?;
    // The school takes the password away while the page is open.
    walk.stand
        .records()
        .await?
        .forget_password("rahimov")
        .await?;
    walk.browser.press("Отключить Госуслуги").await?;
    walk.browser
        .expect_heading("Это ваш последний способ входа")
        .await?;
    walk.browser.look("last-sign-in-method").await?;
    walk.browser.press("Оставить как есть").await?;
    walk.browser.expect_heading("Настройки").await?;
    walk.browser
        .expect_text("Это ваш последний способ входа")
        .await?;
    ensure!(!walk.browser.offers("Отключить").await?);
    walk.browser.look("settings-last-way-in").await?;
    ensure!(walk.stand.records().await?.links("rahimov").await?.len() == 1);
    Ok(())
}
