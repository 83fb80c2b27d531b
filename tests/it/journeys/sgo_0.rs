//! SGO-0: the sign-in page, its tabs, its pickers, its errors, its pause.

use anyhow::{Result, ensure};
use chrono::TimeDelta;
use fantoccini::key::Key;

use crate::{
    browser::JavaScript,
    journeys::{BY_GOSUSLUGI, SCHOOL, Walk},
};

#[tokio::test(flavor = "multi_thread")]
async fn sgo_0_signs_in_by_password() -> Result<()> {
    walk(JavaScript::On).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sgo_0_signs_in_by_password_without_scripts() -> Result<()> {
    walk(JavaScript::Off).await
}

async fn walk(scripts: JavaScript) -> Result<()> {
    let mut walk = Walk::timed("sgo-0", scripts).await?;
    first_visit(&mut walk).await?;
    errors(&mut walk).await?;
    inside(&mut walk).await?;
    second_tab(&mut walk).await?;
    pause(&mut walk).await?;
    walk.end().await
}

async fn first_visit(walk: &mut Walk) -> Result<()> {
    walk.open("/").await?;
    walk.browser.expect_heading("Вход в дневник").await?;
    ensure!(walk.path().await? == "/sign-in");
    ensure!(!walk.browser.shows("Пользователь").await?, "no place yet");
    walk.browser.look("first-visit").await?;

    if walk.scripts == JavaScript::Off {
        walk.browser.fill("Регион", "Зазеркалье").await?;
        walk.browser.press("Найти").await?;
        walk.browser.expect_text("Ничего не нашли").await?;
        walk.browser.look("nothing-found").await?;
        walk.browser.fill("Регион", "обл").await?;
        walk.browser.press("Найти").await?;
        walk.browser.expect_text("Добавьте номер или слово").await?;
        walk.browser.look("too-many-found").await?;
        walk.open("/sign-in").await?;
        walk.search("Регион", "сахал", "Сахалинская обл.").await?;
    } else {
        // By keyboard alone.
        walk.browser.fill("Регион", "сахал").await?;
        walk.browser.expect_text("Сахалинская обл.").await?;
        walk.browser.look("live-search").await?;
        walk.browser.key(Key::Down).await?;
        walk.browser.key(Key::Enter).await?;
    }
    walk.browser.expect_text("Изменить").await?;
    ensure!(
        walk.browser.offers(BY_GOSUSLUGI).await?,
        "the provider's button"
    );
    walk.browser.look("region-chosen").await?;
    walk.search("Город или село", "лугово", "Луговое").await?;
    walk.browser.expect_text(SCHOOL).await?;
    walk.browser.look("locality-chosen").await
}

async fn errors(walk: &mut Walk) -> Result<()> {
    walk.browser.press("Войти").await?;
    walk.browser.expect_text("Проверьте поля").await?;
    for message in ["Выберите школу", "Введите логин", "Введите пароль"]
    {
        walk.browser.expect_text(message).await?;
    }
    ensure!(walk.browser.title().await?.starts_with("Ошибка: "));
    ensure!(
        walk.browser.focused().await?.contains("Проверьте поля"),
        "the summary takes the focus"
    );
    walk.browser.look("empty-fields").await?;

    walk.browser.choose(SCHOOL).await?;
    walk.type_password("dmitrieva30", "не тот пароль").await?;
    walk.browser.expect_text("Войти не получилось").await?;
    walk.browser
        .expect_text("Логин или пароль не подошли")
        .await?;
    ensure!(walk.browser.filled("Пользователь").await? == "dmitrieva30");
    ensure!(walk.browser.filled("Пароль").await?.is_empty());
    walk.browser.look("wrong-password").await
}

async fn inside(walk: &mut Walk) -> Result<()> {
    walk.prove("dmitrieva30").await?;
    walk.browser.expect_text("Светлана").await?;
    ensure!(walk.path().await? == "/");
    for text in ["Учитель", SCHOOL, "Выход"] {
        walk.browser.expect_text(text).await?;
    }
    walk.browser.look("home").await?;
    walk.sign_out().await?;
    walk.browser.look("signed-out").await?;
    // Back shows nothing of the person.
    walk.browser.back().await?;
    walk.browser.reload().await?;
    walk.browser.expect_heading("Вход в дневник").await?;
    // The school is remembered.
    walk.browser.expect_text(SCHOOL).await?;
    walk.browser.look("known-school").await?;
    walk.browser.press("Восстановить пароль").await?;
    walk.browser.expect_heading("Восстановить пароль").await?;
    walk.browser.look("restore").await
}

async fn second_tab(walk: &mut Walk) -> Result<()> {
    walk.open("/sign-in").await?;
    walk.browser.press("Управление образованием").await?;
    ensure!(walk.path().await? == "/sign-in/authority");
    // The region is remembered; the second tab stops at the authority.
    walk.browser
        .choose("Управление образования Сахалинской обл.")
        .await?;
    walk.browser.look("authority").await?;
    walk.prove("volkova").await?;
    walk.browser
        .expect_text("Сотрудник управления образованием")
        .await?;
    walk.sign_out().await
}

async fn pause(walk: &mut Walk) -> Result<()> {
    walk.open("/sign-in").await?;
    // Of the other tab the region alone is known here.
    walk.search("Город или село", "лугово", "Луговое").await?;
    walk.browser.choose(SCHOOL).await?;
    for _ in 0..4 {
        walk.type_password("kuznetsova", "не тот").await?;
        walk.browser
            .expect_text("Логин или пароль не подошли")
            .await?;
    }
    walk.type_password("kuznetsova", "не тот").await?;
    walk.browser.expect_heading("Слишком много попыток").await?;
    walk.browser
        .expect_text("Вход по паролю откроется в")
        .await?;
    walk.browser.look("too-many-attempts").await?;
    walk.browser.press("Войти через Госуслуги").await?;
    walk.browser.expect_heading("Вход").await?;
    // The pause ends by itself, and the right password works again.
    walk.stand.pass(TimeDelta::minutes(16))?;
    walk.sign_in("kuznetsova").await
}
