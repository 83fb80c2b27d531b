//! Pauses tell what is shut, until when, and a way on that is open (`texts.md`, section 5.3).

use chrono::TimeDelta;

use crate::{
    browser::Browser,
    refusals::{confirmed, is_refused, proved},
    world::{PASSWORD, World},
};

/// Another person's Госуслуги on the own account, as often as a day allows.
async fn five_mismatches(world: &World) {
    for _ in 0..5 {
        let mut browser = Browser::new(world);
        let page = confirmed(world, &mut browser, "otherwise", "dmitrieva30").await;
        is_refused(&page, "name-mismatch", 409);
    }
}

#[tokio::test]
async fn f5_the_days_pause_of_linking_leads_back_to_the_settings() {
    let world = World::new().await;
    five_mismatches(&world).await;
    let mut browser = Browser::new(&world);
    let page = confirmed(&world, &mut browser, "otherwise", "dmitrieva30").await;
    is_refused(&page, "too-many-attempts", 429);
    assert!(
        page.says("Связать профиль можно будет завтра в 14:12."),
        "{}",
        page.body
    );
    assert!(!page.says("Вход по паролю откроется") && !page.says("если вернуться до"));
    assert_eq!(page.main_door(), "/settings");
}

#[tokio::test]
async fn f5_the_days_pause_of_linking_leads_to_the_password_from_the_providers_side() {
    let world = World::new().await;
    five_mismatches(&world).await;
    let mut browser = Browser::new(&world);
    let page = proved(&world, &mut browser, "otherwise", "dmitrieva30").await;
    is_refused(&page, "too-many-attempts", 429);
    assert!(
        page.says("Связать профиль можно будет завтра в 14:12."),
        "{}",
        page.body
    );
    assert!(!page.says("если вернуться до") && !page.says("Попробовать ещё раз"));
    assert_eq!(page.main_door(), "/sign-in");
    // The password itself is open.
    let page = browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    assert_eq!(page.name(), "home");
}

#[tokio::test]
async fn f1_a_pause_names_no_provider_where_none_is_on() {
    let world = World::with_policy(|policy| policy.providers.clear()).await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", "не тот").await;
    let mut page = browser.get("/sign-in").await;
    for _ in 0..4 {
        // This browser was on the way to a provider, elsewhere.
        let place = format!("{}&begun=sign-in.gosuslugi", browser.jar["__Host-place"]);
        browser.jar.insert("__Host-place".to_owned(), place);
        let form = page
            .form("/sign-in")
            .with("login", "dmitrieva30")
            .with("password", "не тот");
        page = browser.submit(form).await;
    }
    is_refused(&page, "too-many-attempts", 429);
    assert!(!page.says("Госуслуги"), "{}", page.body);
    assert_eq!(page.main_door(), "/sign-in");
}

#[tokio::test]
async fn f1_a_pause_of_the_step_up_offers_no_sign_in() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    world.pass(TimeDelta::minutes(6));
    let mut page = browser.get("/settings/step-up").await;
    for _ in 0..5 {
        let form = page.form("/settings/step-up").with("password", "не тот");
        page = browser.submit(form).await;
    }
    is_refused(&page, "too-many-attempts", 429);
    assert!(!page.says("можно войти уже сейчас"), "{}", page.body);
    assert_eq!(page.main_door(), "/settings");
}
