//! Refusals that the local proof brings: passwords, blocks, and an identity that does not fit.

use anyhow::{Result, ensure};
use chrono::TimeDelta;

use crate::{
    browser::JavaScript,
    journeys::{Walk, refusals::NOT_LINKED},
};

#[tokio::test(flavor = "multi_thread")]
async fn sgo_1_refusals_of_the_identity() -> Result<()> {
    walk(JavaScript::On).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sgo_1_refusals_of_the_identity_without_scripts() -> Result<()> {
    walk(JavaScript::Off).await
}

async fn walk(scripts: JavaScript) -> Result<()> {
    let mut walk = Walk::timed("refusals-of-identity", scripts).await?;
    walk.learn_school().await?;
    mismatches(&mut walk).await?;
    adult_on_child(&mut walk).await?;
    child_on_adult(&mut walk).await?;
    blocked(&mut walk).await?;
    account_linked_already(&mut walk).await?;
    too_many_attempts(&mut walk).await?;
    walk.end().await
}

async fn mismatches(walk: &mut Walk) -> Result<()> {
    let shown = [
        (
            "latin",
            "semenova",
            "фамилия: похоже, есть латинские буквы",
            "Ольга",
        ),
        ("one-digit", "fedorova", "СНИЛС", "112-004"),
        ("birth-date", "grigoriev", "дата рождения", "1982"),
        ("ivanova-2", "dmitrieva30", "фамилия", "Светлана"),
    ];
    for (persona, login, field, never) in shown {
        walk.bring_together(persona, login).await?;
        walk.browser.expect_heading("Данные не совпали").await?;
        walk.browser.expect_text(field).await?;
        walk.browser
            .expect_text("Сами записи мы не показываем")
            .await?;
        walk.browser.expect_text("МБОУ СОШ № 30").await?;
        ensure!(!walk.browser.shows(never).await?, "{never} is shown");
        walk.browser.look(&format!("mismatch-{persona}")).await?;
    }
    // The names differ, and so do SNILS and birth date: the name stands alone (F5).
    ensure!(!walk.browser.shows("дата рождения").await?);
    walk.browser.press("Попробовать ещё раз").await?;
    walk.do_not_link().await?;
    walk.bring_together("latin", "semenova").await?;
    walk.browser
        .press("Это не мой профиль, начать заново")
        .await?;
    walk.browser.expect_heading("Вход в дневник").await
}

async fn adult_on_child(walk: &mut Walk) -> Result<()> {
    walk.bring_together("sokolova", "artyom").await?;
    walk.browser
        .expect_heading("Это профиль ребёнка, а Госуслуги взрослого")
        .await?;
    ensure!(!walk.browser.shows("Соколов").await?, "names nobody");
    walk.browser.look("adult-on-child").await?;
    walk.browser
        .press("Как создать учётную запись ребёнку")
        .await?;
    walk.browser.back().await?;
    walk.browser.press("Войти под своим логином").await?;
    walk.browser.expect_heading("Вход в дневник").await
}

async fn child_on_adult(walk: &mut Walk) -> Result<()> {
    walk.bring_together("sokolov-artyom", "sokolova").await?;
    walk.browser
        .expect_heading("Это профиль взрослого, а Госуслуги ребёнка")
        .await?;
    walk.browser.look("child-on-adult").await?;
    // Out of the child's session there; the next sign-in asks who it is.
    walk.browser
        .press("Выйти из Госуслуг и войти другим")
        .await?;
    walk.open("/sign-in").await?;
    walk.begin_at_provider().await?;
    walk.browser.expect_heading("Вход").await
}

async fn blocked(walk: &mut Walk) -> Result<()> {
    walk.stand.records().await?.block("orlov").await?;
    walk.bring_together("orlov", "orlov").await?;
    walk.browser
        .expect_heading("Профиль закрыт для входа")
        .await?;
    walk.browser.look("account-blocked").await?;
    walk.browser.press("Как связаться со школой").await?;
    walk.browser
        .expect_heading("Как связаться со школой")
        .await?;
    walk.bring_together("orlov", "orlov").await?;
    walk.browser.press("Вернуться ко входу").await?;
    walk.browser.expect_heading("Вход в дневник").await
}

async fn account_linked_already(walk: &mut Walk) -> Result<()> {
    walk.stand.linked("kuznetsova", "kuznetsova").await?;
    walk.bring_together("ivanova-1", "kuznetsova").await?;
    walk.browser
        .expect_heading("Профиль уже связан с другой учётной записью на Госуслугах")
        .await?;
    walk.browser.expect_text("Эта связь действует с").await?;
    walk.browser.look("account-linked-already").await?;
    walk.browser.press("Оставить прежнюю").await?;
    walk.browser.expect_heading("Вход в дневник").await
}

async fn too_many_attempts(walk: &mut Walk) -> Result<()> {
    walk.come("li").await?;
    walk.agree().await?;
    for _ in 0..4 {
        walk.type_password("li", "не тот").await?;
        walk.browser
            .expect_text("Логин или пароль не подошли")
            .await?;
    }
    walk.type_password("li", "не тот").await?;
    walk.browser.expect_heading("Слишком много попыток").await?;
    walk.browser
        .expect_text("Подтверждать Госуслуги заново не придётся")
        .await?;
    walk.browser.look("too-many-attempts-in-flow").await?;
    walk.stand.pass(TimeDelta::seconds(61))?;
    walk.browser.press("Попробовать ещё раз").await?;
    walk.browser.expect_heading(NOT_LINKED).await?;
    // The provider's answer is still there: the right password links.
    walk.prove("li").await?;
    walk.browser
        .expect_heading("Какие контакты оставить в дневнике")
        .await
}
