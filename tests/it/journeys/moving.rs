//! The ways out of a link that stands in the way: «Это тоже мой профиль» and «Заменить связь».

use anyhow::{Result, ensure};

use crate::{
    browser::JavaScript,
    journeys::{LINK_GOSUSLUGI, Walk},
};

const CONTACTS: &str = "Какие контакты оставить в дневнике";
const LINKED: &str = "Готово: профиль связан с Госуслугами";

#[tokio::test(flavor = "multi_thread")]
async fn e1_a_link_moves_to_the_other_profile_of_its_owner() -> Result<()> {
    let mut walk = Walk::begin("move", JavaScript::Off).await?;
    let records = walk.stand.records().await?;
    records.make_second_of("rahimov", "kuznetsova").await?;
    walk.stand.linked("kuznetsova", "kuznetsova").await?;
    walk.sign_in("rahimov").await?;
    walk.open("/settings").await?;
    walk.browser.press(LINK_GOSUSLUGI).await?;
    walk.at_gosuslugi("kuznetsova").await?;
    walk.browser.expect_heading("Это вы?").await?;
    walk.browser.press("Связать").await?;
    walk.browser
        .expect_heading("Эти Госуслуги уже связаны с другим профилем")
        .await?;
    walk.browser.look("move-refused").await?;
    walk.browser.press("Это тоже мой профиль").await?;
    walk.browser.expect_heading("Перенести связь сюда?").await?;
    walk.browser.look("move").await?;
    // The one message, and nothing is lost but the password.
    walk.browser.fill("Пользователь", "kuznetsova").await?;
    walk.browser.fill("Пароль", "не тот").await?;
    walk.browser.press("Перенести связь").await?;
    walk.browser
        .expect_text("Логин или пароль не подошли")
        .await?;
    walk.browser.look("move-wrong").await?;
    ensure!(records.links("rahimov").await?.is_empty());
    let password = walk.stand.password_of("kuznetsova")?;
    walk.browser.fill("Пароль", password).await?;
    walk.browser.press("Перенести связь").await?;
    walk.browser.expect_heading(CONTACTS).await?;
    walk.browser.press("Ничего не сохранять").await?;
    walk.browser.expect_heading(LINKED).await?;
    walk.browser.look("moved").await?;
    ensure!(records.links("rahimov").await?.len() == 1);
    ensure!(records.links("kuznetsova").await?.is_empty());
    // Back sends nothing again; what the page before offers is done already (`threats.md` G15).
    walk.browser.back().await?;
    walk.browser.press("Ничего не сохранять").await?;
    walk.browser.expect_heading(LINKED).await?;
    ensure!(records.links("rahimov").await?.len() == 1);
    // The other profile reads of it.
    let owner = walk.stand.client();
    walk.stand.sign_in(&owner, "kuznetsova").await?;
    let page = owner.open(&walk.stand.at("/settings/history")).await?;
    ensure!(page.text().contains("перенесли в другой профиль"));
    walk.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn e2_a_link_is_replaced_by_its_owner() -> Result<()> {
    let mut walk = Walk::begin("replace", JavaScript::On).await?;
    let fitting = walk.stand.persona("ivanova-1")?;
    walk.stand.control().edit_person("ivanova-2", |other| {
        other.snils.clone_from(&fitting.snils);
    });
    walk.stand.linked("ivanova", "ivanova-1").await?;
    walk.learn_school().await?;
    walk.bring_together("ivanova-2", "ivanova").await?;
    walk.browser
        .expect_heading("Профиль уже связан с другой учётной записью на Госуслугах")
        .await?;
    walk.browser.press("Заменить связь").await?;
    walk.browser.expect_heading("Заменить связь?").await?;
    walk.browser.look("replace").await?;
    walk.browser.fill("Пароль этого профиля", "не тот").await?;
    walk.browser.press("Заменить связь").await?;
    walk.browser.expect_text("Пароль не подошёл").await?;
    walk.browser.look("replace-wrong").await?;
    let records = walk.stand.records().await?;
    let before = records.links("ivanova").await?;
    let password = walk.stand.password_of("ivanova")?;
    walk.browser.fill("Пароль этого профиля", password).await?;
    walk.browser.press("Заменить связь").await?;
    walk.browser.expect_heading(CONTACTS).await?;
    walk.browser.press("Ничего не сохранять").await?;
    walk.browser.expect_heading(LINKED).await?;
    let after = records.links("ivanova").await?;
    ensure!(after.len() == 1 && before.len() == 1);
    ensure!(after.first().map(|l| &l.identity) != before.first().map(|l| &l.identity));
    walk.end().await
}
