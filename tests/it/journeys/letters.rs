//! What letters lead to: a new password, and «Это не я»; and the own password in the settings.

use anyhow::{Result, ensure};

use crate::{
    browser::JavaScript,
    journeys::{SCHOOL, Walk},
};

const NEW: &str = "синий кит поёт";
const ADDRESS: &str = "dmitrieva@example.org";

impl Walk {
    async fn set_password(&mut self, text: &str) -> Result<()> {
        self.browser.fill("Новый пароль", text).await?;
        self.browser.press("Сохранить пароль").await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d3_a_forgotten_password_is_restored_by_a_letter() -> Result<()> {
    let mut walk = Walk::begin("restore", JavaScript::Off).await?;
    let records = walk.stand.records().await?;
    records.give_email("dmitrieva30", ADDRESS).await?;
    walk.open("/sign-in").await?;
    walk.choose_school().await?;
    walk.browser.press("Восстановить пароль").await?;
    walk.browser.expect_heading("Восстановить пароль").await?;
    walk.browser.press("Прислать ссылку").await?;
    walk.browser.expect_text("Введите логин или почту").await?;
    walk.browser.look("restore-empty").await?;
    walk.browser.fill("Логин или почта", ADDRESS).await?;
    walk.browser.look("restore").await?;
    walk.browser.press("Прислать ссылку").await?;
    walk.browser.expect_heading("Проверьте почту").await?;
    walk.browser.look("restore-sent").await?;
    let letter = walk.stand.letter("Новый пароль").await?;
    walk.browser.open(letter.link()?).await?;
    walk.browser
        .expect_heading("Придумайте новый пароль")
        .await?;
    walk.browser.look("new-password").await?;
    walk.set_password("кит").await?;
    walk.browser.expect_text("Пароль короче 8 знаков").await?;
    walk.browser.look("new-password-short").await?;
    walk.set_password(NEW).await?;
    walk.browser.expect_heading("Пароль изменён").await?;
    walk.browser.look("password-restored").await?;
    walk.browser.press("Войти").await?;
    walk.browser.choose(SCHOOL).await?;
    walk.type_password("dmitrieva30", NEW).await?;
    walk.browser.expect_text("Выход").await?;
    // A letter serves once; its page says what to do.
    walk.browser.open(letter.link()?).await?;
    walk.browser.expect_text("Прислать новую").await?;
    walk.browser.look("ticket-old").await?;
    let told = walk.stand.letter("Пароль изменён").await?;
    ensure!(told.text.contains("Это не вы?"), "{}", told.text);
    walk.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn e3_not_me_undoes_a_link_from_the_letter_that_told_of_it() -> Result<()> {
    let mut walk = Walk::begin("not-me", JavaScript::On).await?;
    let records = walk.stand.records().await?;
    records.give_email("dmitrieva30", ADDRESS).await?;
    walk.stand.linked("dmitrieva30", "dmitrieva").await?;
    let letter = walk.stand.letter("Профиль связали с Госуслугами").await?;
    walk.browser.open(letter.link()?).await?;
    walk.browser.expect_heading("Это были не вы?").await?;
    walk.browser.look("not-me").await?;
    ensure!(records.links("dmitrieva30").await?.len() == 1);
    walk.browser.press("Это не я, защитить профиль").await?;
    walk.browser.expect_heading("Профиль под защитой").await?;
    walk.browser.look("protected").await?;
    ensure!(records.links("dmitrieva30").await?.is_empty());
    walk.browser.press("Задать пароль").await?;
    walk.browser
        .expect_heading("Придумайте новый пароль")
        .await?;
    walk.set_password(NEW).await?;
    walk.browser.expect_heading("Пароль изменён").await?;
    walk.open("/sign-in").await?;
    walk.choose_school().await?;
    walk.prove("dmitrieva30").await?;
    walk.browser
        .expect_text("Логин или пароль не подошли")
        .await?;
    walk.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn e3_the_own_password_is_changed_in_the_settings() -> Result<()> {
    let mut walk = Walk::begin("own-password", JavaScript::On).await?;
    walk.sign_in("dmitrieva30").await?;
    walk.open("/settings").await?;
    walk.browser.press("Сменить").await?;
    walk.browser.expect_heading("Сменить пароль").await?;
    walk.browser.look("password").await?;
    walk.set_password("dmitrieva30").await?;
    walk.browser.expect_text("Пароль похож на логин").await?;
    walk.browser.look("password-like-login").await?;
    walk.set_password(NEW).await?;
    walk.browser.expect_heading("Пароль изменён").await?;
    walk.browser.look("password-changed").await?;
    // Back sends nothing again.
    walk.browser.back().await?;
    walk.browser.expect_heading("Сменить пароль").await?;
    walk.end().await
}
