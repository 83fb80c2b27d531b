//! Section A: the browser and the redirect.

use axum::body::Body;

use crate::{
    attacks::callback,
    browser::{Browser, FormOf, state_of},
    journeys::link_from_provider,
    world::{ORIGIN, PASSWORD, World},
};

#[tokio::test]
async fn a1_login_csrf_is_refused_and_the_first_browser_can_still_finish() {
    let world = World::new().await;
    let mut one = Browser::new(&world);
    let state = one.start(&world).await;
    let mut bare = Browser::new(&world);
    let mut signed_in = Browser::new(&world);
    signed_in.sign_in(&world, "second30", PASSWORD).await;
    let mut busy = Browser::new(&world);
    busy.start(&world).await;
    for other in [&mut bare, &mut signed_in, &mut busy] {
        let page = other.look(&callback("svetlana", &state)).await;
        assert_eq!(page.refusal(), "flow-not-yours", "{}", page.body);
        assert_eq!(page.status, 403);
        assert!(
            !page
                .cookies()
                .iter()
                .any(|c| c.starts_with("__Host-session"))
        );
    }
    let page = one.come_back("svetlana", &state).await;
    assert_eq!(page.name(), "not-linked");
    assert_eq!(
        world
            .provider
            .calls
            .load(std::sync::atomic::Ordering::SeqCst),
        1
    );
}

#[tokio::test]
async fn a1_a_missing_empty_or_doubled_state_is_refused() {
    let world = World::new().await;
    let mut one = Browser::new(&world);
    let state = one.start(&world).await;
    for (query, status) in [
        ("code=svetlana".to_owned(), 403),
        ("code=svetlana&state=".to_owned(), 403),
        (format!("code=svetlana&state={state}&state={state}"), 400),
        (format!("code=a&code=b&state={state}"), 400),
    ] {
        let page = one.look(&format!("/auth/gosuslugi/callback?{query}")).await;
        assert_eq!(page.refusal(), "flow-not-yours", "{query}");
        assert_eq!(page.status.as_u16(), status);
        assert!(page.says("Войти"));
    }
    assert_eq!(one.come_back("svetlana", &state).await.name(), "not-linked");
}

#[tokio::test]
async fn a2_a_link_begun_elsewhere_does_not_reach_the_open_account() {
    let world = World::new().await;
    let mut mallory = Browser::new(&world);
    mallory.sign_in(&world, "second30", PASSWORD).await;
    let page = mallory.get("/settings").await;
    let page = mallory.submit(page.form("/gosuslugi/link")).await;
    let state = state_of(&page);
    let mut victim = Browser::new(&world);
    victim.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let page = victim.look(&callback("otherwise", &state)).await;
    assert_eq!(page.refusal(), "flow-not-yours");
    assert!(world.links("dmitrieva30").await.is_empty());
    let page = mallory.come_back("otherwise", &state).await;
    assert_eq!(page.name(), "who", "it works for its own account only");
}

#[tokio::test]
async fn a3_reverse_link_csrf_is_refused() {
    let world = World::new().await;
    let mut mallory = Browser::new(&world);
    mallory.sign_in(&world, "second30", PASSWORD).await;
    let page = mallory.get("/settings").await;
    let page = mallory.submit(page.form("/gosuslugi/link")).await;
    let state = state_of(&page);
    let mut victim = Browser::new(&world);
    let page = victim.look(&callback("svetlana", &state)).await;
    assert_eq!(page.refusal(), "flow-not-yours");
    assert!(world.links("second30").await.is_empty());
    let state = victim.start(&world).await;
    assert_eq!(
        victim.come_back("svetlana", &state).await.name(),
        "not-linked"
    );
}

#[tokio::test]
async fn a6_a_changed_state_is_refused_and_live_ones_cannot_be_swapped() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let first = browser.start(&world).await;
    let second = browser.start(&world).await;
    let flipped: String = first
        .chars()
        .map(|c| {
            if c == 'a' {
                'b'
            } else if c.is_ascii_digit() {
                '7'
            } else {
                c
            }
        })
        .collect();
    for state in [
        flipped,
        first.chars().skip(1).collect(),
        format!("{first}0"),
        first.to_uppercase().replace('-', "%2D") + "x",
    ] {
        let page = browser.look(&callback("svetlana", &state)).await;
        assert_eq!(page.refusal(), "flow-not-yours", "{state}");
    }
    // Another provider's address does not take it, known or not.
    let page = browser
        .look(&format!("/auth/vk-id/callback?code=svetlana&state={first}"))
        .await;
    assert_eq!(page.status, 404);
    assert_eq!(
        browser.come_back("svetlana", &second).await.name(),
        "not-linked"
    );
    assert_eq!(
        browser.come_back("otherwise", &first).await.name(),
        "not-linked"
    );
}

#[tokio::test]
async fn a8_a_replayed_callback_shows_the_present_step_and_asks_nobody() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = link_from_provider(&world, &mut browser).await;
    browser
        .submit(page.form("/contacts").with("none", "yes"))
        .await;
    let page = browser.get("/").await;
    browser.submit(page.form("/sign-out")).await;
    let state = browser.start(&world).await;
    let calls = || {
        world
            .provider
            .calls
            .load(std::sync::atomic::Ordering::SeqCst)
    };
    let before = calls();
    let page = browser.come_back("svetlana.again", &state).await;
    assert_eq!(page.name(), "home");
    let session = browser.jar["__Host-session"].clone();
    let history = world.history("dmitrieva30").await.len();
    for _ in 0..2 {
        let page = browser.come_back("svetlana.again", &state).await;
        assert_eq!(page.refusal(), "flow-finished", "{}", page.body);
        assert!(page.says("Перейти в Сетевой Город"));
    }
    assert_eq!(calls(), before + 1);
    assert_eq!(browser.jar["__Host-session"], session);
    assert_eq!(world.sessions("dmitrieva30").await, 1);
    assert_eq!(world.history("dmitrieva30").await.len(), history);
}

#[tokio::test]
async fn a12_a_foreign_host_is_refused_and_forwarded_names_count_for_nothing() {
    let world = World::new().await;
    let browser = Browser::new(&world);
    for host in [
        "evil.example",
        "localhost",
        "localhost:8081",
        "127.0.0.1:8080",
    ] {
        let request = axum::http::Request::get("/sign-in")
            .header("host", host)
            .body(Body::empty())
            .unwrap();
        let page = browser.clone().send(request).await;
        assert_eq!(page.status, 421, "{host}");
        assert!(!page.body.contains("evil"));
        assert!(page.links().contains(&format!("{ORIGIN}/")));
    }
    let two = axum::http::Request::get("/sign-in")
        .header("host", "localhost:8080")
        .header("host", "evil.example")
        .body(Body::empty())
        .unwrap();
    assert_eq!(browser.clone().send(two).await.status, 421);
    let mut browser = browser;
    let request = browser
        .request("GET", "/sign-in")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "https")
        .header("forwarded", "host=evil.example;proto=https")
        .body(Body::empty())
        .unwrap();
    let page = browser.send(request).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("evil") && !page.location().contains("evil"));
}

#[tokio::test]
async fn a13_no_return_address_leads_off_the_site() {
    let world = World::new().await;
    for trick in [
        "//evil",
        "/%5Cevil",
        "/%252f%252fevil",
        "https:evil",
        "javascript:alert(1)",
        "/ok@evil",
        "%E2%88%95%E2%88%95evil",
        "settings%0A",
        "settings/../../evil",
    ] {
        let mut browser = Browser::new(&world);
        let page = browser
            .get(&format!(
                "/sign-in?organization={}&to={trick}",
                world.school
            ))
            .await;
        assert!(!page.body.contains("evil"), "{trick}");
        let form = page
            .form("/sign-in")
            .with("login", "dmitrieva30")
            .with("password", PASSWORD);
        let page = browser.post(&form).await;
        assert_eq!(page.location(), "/", "{trick}");
        let page = browser
            .get(&format!("/settings/step-up?next={trick}"))
            .await;
        let form = page.form("/settings/step-up").with("password", PASSWORD);
        assert_eq!(browser.post(&form).await.location(), "/settings", "{trick}");
        let page = browser.get("/").await;
        let form = page.form("/sign-out").with("then", "//evil");
        assert_eq!(
            browser.post(&form).await.location(),
            "/signed-out",
            "{trick}"
        );
    }
    let mut browser = Browser::new(&world);
    let page = browser.look("/settings/history").await;
    assert_eq!(page.location(), "/sign-in?to=history");
}

#[tokio::test]
async fn a14_a_start_takes_none_of_the_protocols_names() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    for name in [
        "state",
        "redirect_uri",
        "scope",
        "nonce",
        "client_id",
        "login_hint",
    ] {
        let form = page.form("/sign-in/gosuslugi").with(name, "evil");
        let page = browser.post(&form).await;
        assert_eq!(page.status, 400, "{name}");
        let mut form = page_form(&browser, &world).await;
        form.action = format!("/sign-in/gosuslugi?{name}=evil");
        let page = browser.post(&form).await;
        assert!(!page.location().contains("evil"));
    }
    let form = page.form("/sign-in/gosuslugi");
    let doubled = format!("{}&region=65", form.body());
    let request = browser
        .request("POST", &form.action)
        .header("origin", ORIGIN)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(doubled))
        .unwrap();
    assert_eq!(browser.send(request).await.status, 400);
    assert_eq!(
        browser.look("/sign-in?region=65&region=66").await.status,
        400
    );
}

async fn page_form(browser: &Browser, world: &World) -> FormOf {
    let mut browser = browser.clone();
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    page.form("/sign-in/gosuslugi")
}

#[tokio::test]
async fn a15_an_error_answer_needs_the_right_state_and_its_text_is_nowhere() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    for query in [
        "error=access_denied".to_owned(),
        "error=access_denied&state=f".to_owned(),
    ] {
        let page = browser
            .look(&format!("/auth/gosuslugi/callback?{query}"))
            .await;
        assert_eq!(page.refusal(), "flow-not-yours");
    }
    let long = "x".repeat(10_000);
    let query = format!(
        "error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E{long}&state={state}"
    );
    let page = browser
        .get(&format!("/auth/gosuslugi/callback?{query}"))
        .await;
    assert_eq!(page.refusal(), "consent-refused");
    assert!(!page.body.contains("alert(1)") && !page.body.contains("xxxx"));
    assert!(page.says("Попробовать ещё раз") && page.says("Войти по логину и паролю"));
}

#[tokio::test]
async fn a17_before_a_link_the_page_says_whose_identity_it_is() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "second30", PASSWORD).await;
    let page = browser.get("/settings").await;
    let page = browser.submit(page.form("/gosuslugi/link")).await;
    // Somebody else is still signed in at the provider.
    let page = browser.come_back("svetlana", &state_of(&page)).await;
    assert_eq!(page.name(), "who");
    assert!(page.says("Светлана В. Д.") && page.says("Мария И. В."));
    assert!(page.says("Выйти из Госуслуг и войти другим"));
    let page = browser.submit(page.form("/confirm")).await;
    assert_eq!(page.refusal(), "name-mismatch");
    assert!(world.links("second30").await.is_empty());
    let mut owner = Browser::new(&world);
    link_from_provider(&world, &mut owner).await;
    assert_eq!(
        world.links("dmitrieva30").await.len(),
        1,
        "the identity stayed free"
    );
}

#[tokio::test]
async fn a19_an_answer_without_a_flow_begins_nothing() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser.look("/auth/gosuslugi/callback?code=svetlana").await;
    assert!(page.says("Войти"));
    assert!(page.links().contains(&"/sign-in".to_owned()));
    assert_eq!(
        world
            .provider
            .calls
            .load(std::sync::atomic::Ordering::SeqCst),
        0
    );
}

#[tokio::test]
async fn a_callback_of_over_a_thousand_characters_passes() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let code = format!("svetlana.{}", "c".repeat(6_000));
    assert_eq!(browser.come_back(&code, &state).await.name(), "not-linked");
}
