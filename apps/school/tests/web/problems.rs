//! The pages of the program itself, and of a server that is lost or full.

use std::sync::atomic::Ordering;

use chrono::TimeDelta;

use crate::{
    browser::{Browser, state_of},
    refusals::is_refused,
    world::{PASSWORD, World},
};

#[tokio::test]
async fn an_answer_that_does_not_pass_gives_a_number_to_read_out() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("forged", &state).await;
    is_refused(&page, "provider-answer-invalid", 502);
    let number = page.body.split("назовите поддержке номер ").nth(1).unwrap();
    let number: String = number.chars().take_while(|c| *c != '.').collect();
    assert_eq!(number.len(), 9);
    let again = browser.get(&page.address).await;
    assert!(again.says(&number), "the number stays");
}

#[tokio::test]
async fn unknown_pages_and_methods_have_pages_with_a_door() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    for path in [
        "/nowhere",
        "/help/nowhere",
        "/consents/1999",
        "/static/x.css",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.says("На главную"));
    }
    let put = browser.request("PUT", "/settings").body("".into()).unwrap();
    let page = browser.send(put).await;
    assert_eq!(page.status, 405);
    assert_eq!(page.name(), "bad-request");
    for path in [
        "/help",
        "/help/child",
        "/help/school",
        "/privacy",
        "/terms",
        "/restore",
        "/signed-out",
        "/consents/2026-11",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(
            !page.body.contains('⟦') && !page.body.contains("{$"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_server_lost_inside_the_callback_costs_one_page_and_one_press() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    // This persona is not there: the adapter stops in the middle of the answer.
    let page = browser.come_back("panic", &state).await;
    assert_eq!(page.status, 500);
    assert_eq!(page.name(), "broken");
    let number = page.body.split("Номер для поддержки: ").nth(1).unwrap();
    assert_eq!(number.chars().take_while(|c| *c != '.').count(), 9);
    let page = browser.come_back("svetlana", &state).await;
    assert_eq!(page.name(), "checking");
    assert!(page.body.contains("http-equiv=\"refresh\""));
    world.pass(TimeDelta::seconds(31));
    let page = browser.get(&page.address).await;
    is_refused(&page, "provider-unavailable", 503);
    let page = browser.submit(page.form("/retry")).await;
    let page = browser.come_back("svetlana", &state_of(&page)).await;
    assert_eq!(page.name(), "not-linked");
}

#[tokio::test]
async fn a_full_pool_of_hashes_asks_to_come_again() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    world.hasher.busy.store(true, Ordering::SeqCst);
    let page = browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    assert_eq!(page.status, 503);
    assert_eq!(page.name(), "busy");
    assert_eq!(page.header("retry-after"), "60");
    world.hasher.busy.store(false, Ordering::SeqCst);
    let page = browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    assert_eq!(page.name(), "home");
}
