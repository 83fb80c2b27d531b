//! Refusals that come with the provider's answer, or instead of it.

use anyhow::{Result, ensure};
use linking_simulator::{EsiaCode, Fault, Forgery, Place, TokenKind, Transport};

use crate::{
    browser::JavaScript,
    gosuslugi::Decision,
    journeys::{BY_GOSUSLUGI, Walk},
};

#[tokio::test(flavor = "multi_thread")]
async fn sgo_1_refusals_at_the_provider() -> Result<()> {
    walk(JavaScript::On).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sgo_1_refusals_at_the_provider_without_scripts() -> Result<()> {
    walk(JavaScript::Off).await
}

async fn walk(scripts: JavaScript) -> Result<()> {
    let mut walk = Walk::timed("refusals-at-provider", scripts).await?;
    consent_refused(&mut walk).await?;
    unavailable(&mut walk).await?;
    answer_invalid(&mut walk).await?;
    assurance_too_low(&mut walk).await?;
    being_judged(&mut walk).await?;
    at_provider(&mut walk).await?;
    provider_off(&mut walk).await?;
    walk.end().await
}

async fn consent_refused(walk: &mut Walk) -> Result<()> {
    walk.begin_at_provider().await?;
    walk.stand
        .type_at_gosuslugi(&walk.browser, "rahimov", Decision::Refuse)
        .await?;
    walk.browser
        .expect_heading("Вы не разрешили передать данные")
        .await?;
    walk.browser
        .expect_text("Мы ничего не сохранили и не изменили")
        .await?;
    ensure!(walk.browser.offers("Войти по логину и паролю").await?);
    walk.browser.look("consent-refused").await?;
    walk.browser.press("Какие данные нужны и зачем").await?;
    walk.browser.expect_text("убедиться, что это вы").await?;
    walk.browser.look("consent-refused-details").await?;
    // The same flow once more; the provider asks for the consent alone.
    walk.browser.press("Попробовать ещё раз").await?;
    walk.browser
        .expect_heading("Предоставить сведения?")
        .await?;
    walk.browser.press("Предоставить").await?;
    walk.do_not_link().await
}

async fn unavailable(walk: &mut Walk) -> Result<()> {
    walk.stand
        .control()
        .set_fault_times(Fault::Transport(Place::Token, Transport::Reset), 1);
    walk.browser.press(BY_GOSUSLUGI).await?;
    walk.browser
        .expect_heading("Нет связи с Госуслугами")
        .await?;
    walk.browser
        .expect_text("всё, что вы начали, сохранится до")
        .await?;
    walk.browser
        .expect_text("По логину и паролю можно войти уже сейчас")
        .await?;
    walk.browser.look("provider-unavailable").await?;
    walk.browser.press("Попробовать ещё раз").await?;
    walk.do_not_link().await?;

    walk.stand
        .control()
        // The person's data with the contacts, and once more without them.
        .set_fault_times(Fault::Transport(Place::Rest, Transport::Html(502)), 2);
    walk.browser.press(BY_GOSUSLUGI).await?;
    walk.browser
        .expect_heading("Нет связи с Госуслугами")
        .await?;
    walk.browser.press("Войти по логину и паролю").await?;
    walk.browser.expect_heading("Вход в дневник").await
}

async fn answer_invalid(walk: &mut Walk) -> Result<()> {
    walk.stand
        .control()
        .set_fault_times(Fault::Forged(TokenKind::Id, Forgery::UnknownKey), 1);
    walk.browser.press(BY_GOSUSLUGI).await?;
    walk.browser
        .expect_heading("Ответ от Госуслуг не прошёл проверку")
        .await?;
    walk.browser.expect_text("назовите поддержке номер").await?;
    walk.browser.look("provider-answer-invalid").await?;
    walk.browser.press("Начать заново").await?;
    walk.do_not_link().await
}

/// The provider itself refuses an account that is not verified.
async fn assurance_too_low(walk: &mut Walk) -> Result<()> {
    walk.stand
        .control()
        .set_fault_times(Fault::AuthorizationError(EsiaCode::NotVerified), 2);
    walk.browser.press(BY_GOSUSLUGI).await?;
    for _ in 0..2 {
        walk.browser
            .expect_heading("На Госуслугах нужна другая учётная запись: «Подтвержденная»")
            .await?;
        walk.browser.look("assurance-too-low").await?;
        walk.browser
            .press("Тип уже другой, проверить снова")
            .await?;
    }
    walk.do_not_link().await?;
    // A child whose parent has not allowed it hands nothing over: nobody to link.
    walk.come("egorov").await?;
    walk.browser
        .expect_heading("На Госуслугах нужно поправить учётную запись")
        .await?;
    walk.browser
        .expect_text("Передавать данные разрешает родитель")
        .await?;
    walk.browser.look("no-person-data").await?;
    walk.browser.press("Войти по логину и паролю").await?;
    walk.browser.expect_heading("Вход в дневник").await
}

/// The page on which a flow stands while the provider takes its time.
async fn being_judged(walk: &mut Walk) -> Result<()> {
    walk.leave_gosuslugi().await?;
    walk.begin_at_provider().await?;
    walk.stand
        .control()
        .set_fault_times(Fault::Transport(Place::Token, Transport::Reset), 1);
    walk.at_gosuslugi("rahimov").await?;
    walk.browser
        .expect_heading("Нет связи с Госуслугами")
        .await?;
    // From here the flow's address is known; the next try takes seven seconds.
    let flow = walk.browser.address().await?;
    let flow = flow.as_str().trim_end_matches("/refused").to_owned();
    walk.stand
        .control()
        .set_fault_times(Fault::Transport(Place::Token, Transport::Delay(7_000)), 1);
    // Another tab presses; the driver itself would wait for what comes.
    let other = walk.stand.client();
    for (host, name, value) in walk.browser.cookies().await? {
        other.set_cookie(&host, &name, &value);
    }
    let page = other.open(&flow).await?;
    let pressed = tokio::spawn(async move {
        other.press(&page, "Попробовать ещё раз", &[]).await
    });
    walk.browser
        .open_until(&flow, "Проверяем ответ Госуслуг")
        .await?;
    walk.browser.look("being-judged").await?;
    // The page refreshes itself, and the answer is the same in both tabs.
    pressed.await??.expect("not-linked")?;
    walk.browser
        .expect_heading("Дневник пока не связан с Госуслугами")
        .await?;
    walk.do_not_link().await
}

/// Back from the provider by the browser's own button.
async fn at_provider(walk: &mut Walk) -> Result<()> {
    walk.leave_gosuslugi().await?;
    walk.begin_at_provider().await?;
    walk.stand
        .type_at_gosuslugi(&walk.browser, "rahimov", Decision::Grant)
        .await?;
    walk.browser
        .expect_heading("Дневник пока не связан с Госуслугами")
        .await?;
    let flow = walk.browser.address().await?;
    walk.browser
        .press("Выйти из Госуслуг и войти другим")
        .await?;
    walk.browser
        .expect_heading("Войдите на Госуслуги под своим именем")
        .await?;
    walk.browser.look("switched-identity").await?;
    walk.browser.press("Перейти на Госуслуги").await?;
    walk.browser.expect_heading("Вход").await?;
    walk.browser.open(flow.as_str()).await?;
    walk.browser.expect_heading("Вы ещё на Госуслугах").await?;
    walk.browser.look("still-at-provider").await?;
    walk.browser.press("Перейти на Госуслуги").await?;
    walk.at_gosuslugi("li").await?;
    walk.browser.expect_text("Анна Л.").await?;
    walk.do_not_link().await
}

async fn provider_off(walk: &mut Walk) -> Result<()> {
    walk.open("/sign-in").await?;
    walk.stand
        .add_configuration("\n[regions.sakhalin]\nproviders = []\n")?;
    walk.stand.restart_here().await?;
    walk.browser.press(BY_GOSUSLUGI).await?;
    walk.browser
        .expect_heading("Вход через Госуслуги здесь не включён")
        .await?;
    walk.browser.look("provider-off").await?;
    walk.browser.press("Выбрать другой способ входа").await?;
    walk.browser.expect_heading("Вход в дневник").await?;
    ensure!(!walk.browser.offers(BY_GOSUSLUGI).await?);
    walk.browser.look("sign-in-without-provider").await
}
