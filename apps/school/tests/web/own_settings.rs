//! SETTINGS: contacts, sessions, unlink, sign-out.

use crate::{
    browser::{Browser, state_of},
    journeys::link_from_provider,
    world::{PASSWORD, World},
};

#[tokio::test]
async fn contacts_are_erased_and_taken_anew_in_the_settings() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = link_from_provider(&world, &mut browser).await;
    let form = page
        .form("/contacts")
        .with("email", "keep")
        .with("mobile", "keep");
    browser.submit(form).await;
    let page = browser.get("/settings/contacts").await;
    assert_eq!(page.body.matches("checked").count(), 2);
    let page = browser
        .submit(page.form("/settings/contacts").with("mobile", "keep"))
        .await;
    assert_eq!(page.name(), "contacts-chosen", "{}", page.body);
    assert_eq!(world.contacts("dmitrieva30").await, ["mobile"]);
    let page = browser.get("/settings/contacts").await;
    let page = browser.submit(page.form("/refresh")).await;
    let page = browser.come_back("svetlana.again", &state_of(&page)).await;
    assert_eq!(page.name(), "contacts", "{}", page.body);
    assert_eq!(page.body.matches("checked").count(), 1);
    let form = page
        .form("/contacts")
        .with("email", "keep")
        .with("mobile", "keep");
    let page = browser.submit(form).await;
    assert_eq!(page.name(), "contacts-chosen");
    assert_eq!(world.contacts("dmitrieva30").await, ["mobile", "email"]);
}

#[tokio::test]
async fn unlinking_says_what_is_lost_and_ends_the_other_sessions() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = link_from_provider(&world, &mut browser).await;
    browser
        .submit(page.form("/contacts").with("mobile", "keep"))
        .await;
    let mut other = Browser::new(&world);
    let state = other.start(&world).await;
    other.come_back("svetlana.again", &state).await;
    assert_eq!(other.get("/").await.name(), "home");

    let page = browser.get("/settings/ways/gosuslugi/unlink").await;
    assert_eq!(page.name(), "unlink", "{}", page.body);
    assert!(page.says("мобильный телефон из Госуслуг"));
    assert!(page.says("вход по паролю"));
    let page = browser.submit(page.form("/unlink")).await;
    assert_eq!(page.name(), "unlinked", "{}", page.body);
    assert_eq!(world.links("dmitrieva30").await.len(), 0);
    assert!(world.contacts("dmitrieva30").await.is_empty());
    assert_eq!(other.get("/").await.name(), "sign-in");
    assert_eq!(browser.get("/").await.name(), "home");
    // A second press: nothing to end any more.
    let page = browser.get("/settings/ways/gosuslugi/unlink").await;
    assert_eq!(page.refusal(), "flow-finished");
}

#[tokio::test]
async fn the_settings_show_sessions_and_history_and_end_the_others() {
    let world = World::new().await;
    let mut here = Browser::new(&world);
    let mut there = Browser::new(&world);
    here.sign_in(&world, "dmitrieva30", PASSWORD).await;
    there.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let page = here.get("/settings").await;
    assert!(page.says("Этот браузер"));
    assert!(page.says("Вы вошли по паролю"));
    assert!(page.says("сегодня в 14:12"));
    assert!(page.says("Нажмите «Выйти на других устройствах» и скажите школе."));
    let all = page
        .forms()
        .into_iter()
        .find(|form| form.action.ends_with("/sessions/end") && form.fields.len() == 1)
        .unwrap();
    let page = here.submit(all).await;
    assert!(page.says("Готово: на других устройствах вы вышли"));
    // No other session is left: the page does not name a button that is not there.
    assert!(!page.says("Выйти на других устройствах"), "{}", page.body);
    assert_eq!(there.get("/").await.name(), "sign-in");
    assert_eq!(here.get("/settings/history").await.name(), "history");
}

#[tokio::test]
async fn sign_out_ends_the_session_and_offers_the_providers() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = link_from_provider(&world, &mut browser).await;
    browser
        .submit(page.form("/contacts").with("none", "yes"))
        .await;
    let page = browser.get("/").await;
    browser.submit(page.form("/sign-out")).await;
    let state = browser.start(&world).await;
    let page = browser.come_back("svetlana.again", &state).await;
    let old = browser.jar.clone();
    let left = browser.post(&page.form("/sign-out")).await;
    assert_eq!(left.header("clear-site-data"), "\"cache\"");
    let page = browser.follow(left).await;
    assert_eq!(page.name(), "signed-out");
    assert!(page.says("Выйти и из Госуслуг"));
    assert!(
        page.links()
            .iter()
            .any(|href| href.starts_with("https://esia.test/logout"))
    );
    assert_eq!(world.sessions("dmitrieva30").await, 0);
    browser.jar = old;
    assert_eq!(browser.get("/").await.name(), "sign-in");
}
