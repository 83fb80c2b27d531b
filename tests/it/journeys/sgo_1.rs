//! SGO-1: from the provider's button to the linked profile, and in by one press from then on.

use anyhow::{Result, ensure};
use linking_core::account::ContactKind;

use crate::{
    browser::JavaScript,
    journeys::{BY_GOSUSLUGI, SCHOOL, Walk},
};

#[tokio::test(flavor = "multi_thread")]
async fn sgo_1_links_after_the_local_password() -> Result<()> {
    walk(JavaScript::On).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sgo_1_links_after_the_local_password_without_scripts() -> Result<()> {
    walk(JavaScript::Off).await
}

async fn walk(scripts: JavaScript) -> Result<()> {
    let mut walk = Walk::begin("sgo-1", scripts).await?;
    not_linked(&mut walk).await?;
    prove(&mut walk).await?;
    contacts(&mut walk).await?;
    one_press(&mut walk).await?;
    out_of_both(&mut walk).await?;
    walk.end().await
}

async fn not_linked(walk: &mut Walk) -> Result<()> {
    walk.begin_at_provider().await?;
    walk.browser.look("simulator-login").await?;
    walk.at_gosuslugi("sokolova").await?;
    walk.browser
        .expect_heading("Дневник пока не связан с Госуслугами")
        .await?;
    for text in [
        "Это вы?",
        "Марина И. С.",
        "Что мы возьмём из Госуслуг",
        "Не берём: адрес, доходы, имущество, данные родных.",
        "Полный текст согласия",
        "Этот шаг открыт до",
    ] {
        walk.browser.expect_text(text).await?;
    }
    ensure!(
        !walk.browser.shows("Соколова").await?,
        "the name stays masked"
    );
    walk.browser.look("not-linked").await?;
    // A reload shows the same page, and asks nobody again.
    walk.browser.reload().await?;
    walk.browser
        .expect_heading("Дневник пока не связан с Госуслугами")
        .await?;
    walk.browser.press("Полный текст согласия").await?;
    walk.browser.expect_text("Учебный стенд").await?;
    walk.browser.look("consent-text").await?;
    walk.browser.back().await?;
    walk.browser.press("Продолжить").await
}

async fn prove(walk: &mut Walk) -> Result<()> {
    walk.browser
        .expect_text("Введите логин и пароль, которые дала школа")
        .await?;
    walk.browser
        .expect_text("Связываем дневник с Госуслугами")
        .await?;
    walk.browser.look("prove-without-school").await?;
    walk.search("Город или село", "лугово", "Луговое").await?;
    walk.browser.choose(SCHOOL).await?;
    walk.type_password("sokolova", "не тот пароль").await?;
    walk.browser
        .expect_text("Логин или пароль не подошли")
        .await?;
    walk.browser
        .expect_text("Госуслуги подтверждать заново не нужно")
        .await?;
    walk.browser.look("prove-wrong-password").await?;
    // The way to a new password keeps the provider's answer.
    walk.browser.press("Восстановить пароль").await?;
    walk.browser.expect_heading("Восстановить пароль").await?;
    walk.browser
        .expect_text("Госуслуги подтверждать заново не придётся")
        .await?;
    walk.browser.look("restore-in-flow").await?;
    walk.browser.press("Вернуться к тому, что начали").await?;
    walk.browser.expect_text(SCHOOL).await?;
    walk.browser.look("prove").await?;
    walk.browser.press("Ещё 15 минут").await?;
    walk.browser.expect_text("Этот шаг открыт до").await?;
    ensure!(!walk.browser.offers("Ещё 15 минут").await?, "once");
    walk.prove("sokolova").await
}

async fn contacts(walk: &mut Walk) -> Result<()> {
    walk.browser
        .expect_heading("Какие контакты оставить в дневнике")
        .await?;
    walk.browser
        .expect_text("Готово: профиль связан с Госуслугами")
        .await?;
    let kinds = ["Мобильный телефон", "Домашний телефон", "Электронная почта"];
    for kind in kinds {
        ensure!(!walk.browser.is_ticked(kind).await?, "{kind} is ticked");
    }
    walk.browser.look("contacts").await?;
    walk.browser.choose("Мобильный телефон").await?;
    walk.browser.choose("Электронная почта").await?;
    walk.browser.press("Сохранить выбранное").await?;
    walk.browser
        .expect_heading("Готово: профиль связан с Госуслугами")
        .await?;
    for text in ["Марина И. С.", SCHOOL, "одной кнопкой"] {
        walk.browser.expect_text(text).await?;
    }
    walk.browser.look("linked").await?;
    // Back to a step that is done leads to the present one.
    let done = walk.browser.address().await?;
    walk.browser.back().await?;
    walk.browser.reload().await?;
    walk.browser
        .expect_heading("Готово: профиль связан с Госуслугами")
        .await?;
    ensure!(walk.browser.address().await? == done);

    walk.browser.press("Перейти в Сетевой Город").await?;
    walk.browser
        .expect_text("Профиль связан с Госуслугами")
        .await?;
    walk.browser.look("home-linked").await?;

    let records = walk.stand.records().await?;
    let account = records.account("sokolova").await?;
    let provider = "gosuslugi".parse()?;
    let kept: Vec<ContactKind> = account
        .account()
        .profile
        .contacts_from(&provider)
        .map(|contact| contact.value.kind())
        .collect();
    ensure!(
        kept == [ContactKind::Mobile, ContactKind::Email],
        "kept {kept:?}"
    );
    ensure!(records.links("sokolova").await?.len() == 1);
    ensure!(records.count("consent").await? == 1);

    walk.open("/settings").await?;
    walk.browser.expect_text("Подключены").await?;
    walk.browser.expect_text("из Госуслуг").await?;
    ensure!(!walk.browser.shows("0000001").await?, "contacts are masked");
    walk.browser.look("settings-linked").await?;
    walk.sign_out().await?;
    // Linked on the way in: this browser is signed in at the provider too (A17).
    ensure!(walk.browser.offers("Выйти и из Госуслуг").await?);
    Ok(())
}

async fn one_press(walk: &mut Walk) -> Result<()> {
    walk.browser.press("Войти снова").await?;
    walk.browser.expect_heading("Вход в дневник").await?;
    walk.browser.press(BY_GOSUSLUGI).await?;
    // The session at the provider and the consent there stand: nothing more is asked.
    walk.browser.expect_text("Марина").await?;
    ensure!(walk.path().await? == "/");
    walk.sign_out().await
}

async fn out_of_both(walk: &mut Walk) -> Result<()> {
    walk.browser
        .expect_text("На этом компьютере вы ещё можете быть на Госуслугах")
        .await?;
    walk.browser.look("signed-out-of-the-diary").await?;
    walk.browser.press("Выйти и из Госуслуг").await?;
    // Back from there, the next sign-in asks for everything anew.
    walk.browser.expect_text("вышли").await?;
    walk.browser.look("signed-out-of-both").await?;
    walk.open("/sign-in").await?;
    walk.browser.press(BY_GOSUSLUGI).await?;
    walk.browser.expect_heading("Вход").await
}
