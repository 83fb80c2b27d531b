//! A computer in a class or a library: what it keeps, whom it lets in, what Back shows
//! (`threats.md` A17, G11).

use anyhow::{Result, ensure};

use crate::{
    browser::JavaScript,
    journeys::{BY_GOSUSLUGI, SCHOOL, Walk},
};

const SHARED: &str = "Это общий компьютер";

async fn nobody_is_shown_by_back(walk: &Walk) -> Result<()> {
    walk.browser.back().await?;
    walk.browser.expect_text("Вход в дневник").await?;
    let text = walk.browser.text().await?;
    ensure!(!text.contains("Дмитриева"), "{text}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn g11_back_shows_nobody_after_the_sign_out() -> Result<()> {
    let walk = Walk::begin("back", JavaScript::On).await?;
    walk.sign_in("dmitrieva30").await?;
    walk.open("/settings").await?;
    walk.browser.expect_text("Дмитриева").await?;
    walk.sign_out().await?;
    nobody_is_shown_by_back(&walk).await?;
    walk.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn g11_a_shared_computer_asks_who_is_there_and_keeps_nothing() -> Result<()> {
    let mut walk = Walk::begin("shared-computer", JavaScript::Off).await?;
    walk.stand.linked("dmitrieva30", "dmitrieva").await?;
    walk.open("/sign-in").await?;
    walk.choose_school().await?;
    walk.browser.choose(SHARED).await?;
    walk.browser.look("sign-in").await?;
    walk.browser.press(BY_GOSUSLUGI).await?;
    walk.at_gosuslugi("dmitrieva").await?;
    walk.browser.expect_heading("Это вы?").await?;
    walk.browser.look("is-it-you").await?;
    walk.browser.press("Да, это я").await?;
    walk.browser.expect_text("Выход").await?;
    walk.open("/settings").await?;
    walk.browser.look("settings").await?;
    walk.sign_out().await?;
    walk.browser.look("signed-out").await?;
    nobody_is_shown_by_back(&walk).await?;
    walk.open("/sign-in").await?;
    ensure!(!walk.browser.shows(SCHOOL).await?, "the school is kept");
    walk.end().await
}
