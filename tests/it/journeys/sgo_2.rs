//! SGO-2: from the settings to the linked profile; contacts, other sessions, unlink, and the
//! step-up that guards them.

use anyhow::{Result, ensure};
use chrono::TimeDelta;
use linking_core::account::ContactKind;

use crate::{
    browser::JavaScript,
    journeys::{LINK_GOSUSLUGI, SCHOOL, Walk},
};

#[tokio::test(flavor = "multi_thread")]
async fn sgo_2_links_from_the_settings() -> Result<()> {
    walk(JavaScript::On).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sgo_2_links_from_the_settings_without_scripts() -> Result<()> {
    walk(JavaScript::Off).await
}

async fn walk(scripts: JavaScript) -> Result<()> {
    let mut walk = Walk::timed("sgo-2", scripts).await?;
    link(&mut walk).await?;
    contacts(&mut walk).await?;
    other_sessions(&mut walk).await?;
    unlink(&mut walk).await?;
    link_after_a_while(&mut walk).await?;
    reading(&mut walk).await?;
    walk.end().await
}

impl Walk {
    async fn kept_contacts(&self, login: &str) -> Result<Vec<ContactKind>> {
        let records = self.stand.records().await?;
        let sheet = records.account(login).await?;
        let provider = "gosuslugi".parse()?;
        let contacts = sheet.account().profile.contacts_from(&provider);
        Ok(contacts.map(|contact| contact.value.kind()).collect())
    }
}

async fn link(walk: &mut Walk) -> Result<()> {
    walk.sign_in("dmitrieva30").await?;
    walk.browser.expect_text("Подключите Госуслуги").await?;
    // The own name, top right beside «Выход».
    walk.browser.press("Светлана Дмитриева").await?;
    walk.browser.expect_heading("Настройки").await?;
    for text in [
        "Профиль",
        "Безопасность",
        "Способы входа",
        "Мои данные",
        "Не подключены",
        "Из Госуслуг ничего не храним",
    ] {
        walk.browser.expect_text(text).await?;
    }
    walk.browser.look("settings").await?;
    walk.browser.press(LINK_GOSUSLUGI).await?;
    walk.at_gosuslugi("dmitrieva").await?;
    walk.browser.expect_heading("Это вы?").await?;
    for text in [
        "На Госуслугах вошли как",
        "Светлана В. Д.",
        "Свяжем с профилем",
        SCHOOL,
        "Что мы возьмём из Госуслуг",
    ] {
        walk.browser.expect_text(text).await?;
    }
    walk.browser.look("who").await?;
    ensure!(
        walk.stand
            .records()
            .await?
            .links("dmitrieva30")
            .await?
            .is_empty(),
        "a look links nothing"
    );
    walk.browser.press("Связать").await?;
    walk.browser
        .expect_heading("Какие контакты оставить в дневнике")
        .await?;
    walk.browser.look("contacts").await?;
    walk.browser.press("Ничего не сохранять").await?;
    walk.browser
        .expect_heading("Готово: профиль связан с Госуслугами")
        .await?;
    walk.browser.look("linked").await?;
    ensure!(walk.kept_contacts("dmitrieva30").await?.is_empty());
    walk.browser.press("Способы входа").await?;
    walk.browser.expect_text("Подключены").await?;
    walk.browser.look("settings-linked").await
}

async fn contacts(walk: &mut Walk) -> Result<()> {
    walk.browser.press("Выбрать контакты").await?;
    walk.browser
        .expect_text("Из Госуслуг контактов в дневнике нет")
        .await?;
    walk.browser.look("contacts-none-kept").await?;
    walk.browser.press("Выбрать заново через Госуслуги").await?;
    // The session at the provider stands.
    walk.browser
        .expect_heading("Какие контакты оставить в дневнике")
        .await?;
    walk.browser.look("contacts-anew").await?;
    walk.browser.choose("Мобильный телефон").await?;
    walk.browser.press("Сохранить выбранное").await?;
    walk.browser
        .expect_heading("Готово: контакты сохранены")
        .await?;
    walk.browser.look("contacts-kept").await?;
    ensure!(walk.kept_contacts("dmitrieva30").await? == [ContactKind::Mobile]);
    walk.browser.press("Вернуться в настройки").await?;
    walk.browser.press("Выбрать контакты").await?;
    ensure!(walk.browser.is_ticked("Мобильный телефон").await?);
    walk.browser.look("contacts-in-settings").await?;
    // Unticking erases at once.
    walk.browser.choose("Мобильный телефон").await?;
    walk.browser.press("Сохранить выбранное").await?;
    walk.browser
        .expect_heading("Готово: контакты стёрты")
        .await?;
    walk.browser.look("contacts-erased").await?;
    ensure!(walk.kept_contacts("dmitrieva30").await?.is_empty());
    walk.browser.press("Вернуться в настройки").await?;
    walk.browser.expect_heading("Настройки").await
}

async fn other_sessions(walk: &mut Walk) -> Result<()> {
    let other = walk.stand.client();
    let password = walk.stand.password_of("dmitrieva30")?.to_owned();
    let signed_in = walk
        .stand
        .sign_in_by_form(&other, "dmitrieva30", &password)
        .await?;
    signed_in.expect("home")?;
    walk.open("/settings").await?;
    walk.browser.expect_text("Firefox, Linux").await?;
    walk.browser.press("Выйти на других устройствах").await?;
    walk.browser
        .expect_text("Готово: на других устройствах вы вышли")
        .await?;
    walk.browser.look("settings-others-ended").await?;
    let there = other
        .open(&format!("{}/settings", walk.stand.school()))
        .await?;
    there.expect("sign-in").map(drop)
}

async fn unlink(walk: &mut Walk) -> Result<()> {
    walk.stand.pass(TimeDelta::minutes(6))?;
    walk.open("/settings").await?;
    walk.browser.press("Отключить").await?;
    // A proof of six minutes ago is none.
    walk.browser
        .expect_heading("Подтвердите, что это вы")
        .await?;
    walk.browser.look("step-up").await?;
    walk.browser.fill("Пароль", "не тот пароль").await?;
    walk.browser.press("Продолжить").await?;
    walk.browser.expect_text("Пароль не подошёл").await?;
    walk.browser.look("step-up-wrong-password").await?;
    let password = walk.stand.password_of("dmitrieva30")?.to_owned();
    walk.browser.fill("Пароль", &password).await?;
    walk.browser.press("Продолжить").await?;
    walk.browser.expect_heading("Отключить Госуслуги?").await?;
    for text in ["Пропадёт:", "Останется:", "вход по паролю"] {
        walk.browser.expect_text(text).await?;
    }
    walk.browser.look("unlink").await?;
    walk.browser.press("Оставить").await?;
    walk.browser.expect_heading("Настройки").await?;
    ensure!(
        walk.stand
            .records()
            .await?
            .links("dmitrieva30")
            .await?
            .len()
            == 1
    );
    walk.browser.press("Отключить").await?;
    walk.browser.press("Отключить Госуслуги").await?;
    walk.browser
        .expect_heading("Готово: Госуслуги отключены")
        .await?;
    walk.browser.look("unlinked").await?;
    ensure!(
        walk.stand
            .records()
            .await?
            .links("dmitrieva30")
            .await?
            .is_empty()
    );
    walk.browser.press("Вернуться в настройки").await?;
    walk.browser.expect_text("Не подключены").await?;
    ensure!(
        walk.browser.shows("Выход").await?,
        "the acting session stays"
    );
    Ok(())
}

async fn link_after_a_while(walk: &mut Walk) -> Result<()> {
    walk.stand.pass(TimeDelta::minutes(6))?;
    walk.open("/settings").await?;
    walk.browser.press(LINK_GOSUSLUGI).await?;
    walk.browser
        .expect_heading("Подтвердите, что это вы")
        .await?;
    let password = walk.stand.password_of("dmitrieva30")?.to_owned();
    walk.browser.fill("Пароль", &password).await?;
    walk.browser.press("Продолжить").await?;
    // On with what was asked for: the provider's session stands, so the next page is ours.
    walk.browser.expect_heading("Это вы?").await?;
    walk.browser.press("Не связывать").await?;
    walk.browser.expect_heading("Настройки").await?;
    ensure!(
        walk.stand
            .records()
            .await?
            .links("dmitrieva30")
            .await?
            .is_empty()
    );

    // Linked once more; then the provider itself serves as the second proof.
    walk.browser.press(LINK_GOSUSLUGI).await?;
    walk.browser.expect_heading("Это вы?").await?;
    walk.browser.press("Связать").await?;
    walk.browser.press("Ничего не сохранять").await?;
    walk.browser.press("Способы входа").await?;
    walk.stand.pass(TimeDelta::minutes(6))?;
    walk.browser.press("Отключить").await?;
    walk.browser.press("Подтвердить через Госуслуги").await?;
    // Silently signed in there long ago: that proves nothing, and says so.
    walk.browser
        .expect_heading("Подтвердите, что это вы")
        .await?;
    walk.browser.look("step-up-by-old-sign-in").await?;
    walk.leave_gosuslugi().await?;
    walk.open("/settings").await?;
    walk.browser.press("Отключить").await?;
    walk.browser.press("Подтвердить через Госуслуги").await?;
    walk.at_gosuslugi("dmitrieva").await?;
    walk.browser.expect_heading("Готово: это вы").await?;
    walk.browser.look("step-up-done").await?;
    walk.browser.press("Продолжить").await?;
    walk.browser.expect_heading("Отключить Госуслуги?").await
}

async fn reading(walk: &mut Walk) -> Result<()> {
    for (path, name) in [
        ("/settings/history", "history"),
        ("/help", "help"),
        ("/help/child", "help-child"),
        ("/help/level", "help-level"),
        ("/help/school", "help-school"),
        ("/help/cookies", "help-cookies"),
        ("/help/mismatch", "help-mismatch"),
        ("/help/password", "help-password"),
        ("/help/link", "help-link"),
        ("/help/stranger", "help-stranger"),
        ("/privacy", "privacy"),
        ("/terms", "terms"),
        ("/consents/2026-11", "consent-2026-11"),
        ("/nowhere", "not-found"),
    ] {
        walk.open(path).await?;
        walk.browser.look(name).await?;
    }
    walk.browser.expect_heading("Страница не найдена").await?;
    walk.browser.press("На главную").await?;
    walk.browser.expect_text("Светлана").await?;
    // The store goes away: no detail is shown, and a number for the support.
    walk.stand.measured()?.close().await;
    walk.open("/settings").await?;
    walk.browser
        .expect_heading("Что-то сломалось у нас")
        .await?;
    walk.browser.expect_text("Номер для поддержки").await?;
    walk.browser.look("broken").await
}
