//! Many ways to a provider begun (`threats.md` G18): by one browser, by one network.

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo};

use crate::{
    browser::{Browser, Page, state_of},
    world::{ORIGIN, PASSWORD, World},
};

#[tokio::test]
async fn g18_fifty_starts_leave_small_cookies_and_the_newest_five_flows() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let mut states = Vec::new();
    let mut largest = 0;
    for _ in 0..50 {
        states.push(browser.start(&world).await);
        largest = largest.max(browser.cookie_header().len());
    }
    // With a session, what a press led to, and the longest of all places.
    browser.sign_in(&world, "dmitrieva30", "не тот").await;
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    let form = page
        .form("/sign-in")
        .with("login", &"я".repeat(64))
        .with("password", "не тот");
    browser.post(&form).await;
    largest = largest.max(browser.cookie_header().len());
    assert!(browser.jar.contains_key("__Host-told"));
    assert!(largest < 1024, "{largest}");
    let (old, new) = states.split_at(45);
    for state in old.iter().rev().take(2) {
        let page = browser.come_back("svetlana", state).await;
        assert_eq!(page.refusal(), "flow-expired");
    }
    for state in new {
        let page = browser.come_back("svetlana", state).await;
        assert_eq!(page.name(), "not-linked", "{}", page.body);
    }
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    assert!(browser.cookie_header().len() < 1024);
}

/// Presses the provider's button from an address.
async fn start_from(world: &World, address: &str) -> Page {
    let mut browser = Browser::new(world);
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    let form = page.form("/sign-in/gosuslugi");
    let peer: SocketAddr = address.parse().unwrap();
    let request = browser
        .request("POST", &form.action)
        .header("origin", ORIGIN)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .extension(ConnectInfo(peer))
        .body(Body::from(form.body()))
        .unwrap();
    browser.send(request).await
}

#[tokio::test]
async fn g18_a_network_that_begins_too_much_is_told_to_wait_and_others_are_served() {
    let world = World::with_starts(3).await;
    for _ in 0..3 {
        state_of(&start_from(&world, "192.0.2.1:4000").await);
    }
    let page = start_from(&world, "192.0.2.1:4001").await;
    assert_eq!(
        (page.status.as_u16(), page.name()),
        (429, "busy".to_owned())
    );
    assert_eq!(page.header("retry-after"), "60");
    state_of(&start_from(&world, "192.0.2.2:4000").await);
    for host in ["1", "2", "ffff:0:0:3"] {
        let address = format!("[2001:db8:0:1::{host}]:4000").replace("::ffff", ":ffff");
        state_of(&start_from(&world, &address).await);
    }
    let page = start_from(&world, "[2001:db8:0:1::4]:4000").await;
    assert_eq!(page.status.as_u16(), 429);
    state_of(&start_from(&world, "[2001:db8:0:2::4]:4000").await);
    // The password is no way to a provider.
    let mut browser = Browser::new(&world);
    assert_eq!(
        browser
            .sign_in(&world, "dmitrieva30", PASSWORD)
            .await
            .name(),
        "home"
    );
}
