//! The attacks of `threats.md` that a browser can try, by their ids.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use chrono::TimeDelta;
use linking_school::router::{ROUTES, Verb};

use crate::{
    browser::{Browser, FormOf, Page, state_of},
    journeys::link_from_provider,
    world::{ORIGIN, World},
};

const PASSWORD: &str = "горка-и-река-7";

fn callback(code: &str, state: &str) -> String {
    format!("/auth/gosuslugi/callback?code={code}&state={state}")
}

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
async fn a4_every_step_up_of_rights_gives_a_new_session_and_kills_the_old() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.get("/sign-in").await;
    browser
        .jar
        .insert("__Host-session".to_owned(), "ab".repeat(32));
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let mut seen = vec!["ab".repeat(32)];
    let mut check = async |browser: &mut Browser, world: &World| {
        let now = browser.jar["__Host-session"].clone();
        assert!(!seen.contains(&now));
        for old in &seen {
            let mut thief = Browser::new(world);
            thief.jar = browser.jar.clone();
            thief.jar.insert("__Host-session".to_owned(), old.clone());
            assert_eq!(thief.get("/settings").await.name(), "sign-in");
        }
        seen.push(now);
    };
    check(&mut browser, &world).await;
    world.pass(TimeDelta::minutes(10));
    let page = browser.get("/settings/step-up").await;
    let form = page.form("/settings/step-up").with("password", PASSWORD);
    browser.submit(form).await;
    check(&mut browser, &world).await;
    let page = browser.get("/settings").await;
    let page = browser.submit(page.form("/gosuslugi/link")).await;
    let page = browser.come_back("svetlana", &state_of(&page)).await;
    browser.submit(page.form("/confirm")).await;
    check(&mut browser, &world).await;
    let page = browser.get("/settings/ways/gosuslugi/unlink").await;
    browser.submit(page.form("/unlink")).await;
    check(&mut browser, &world).await;
    // Signing in again over a session ends it.
    let last = browser.jar.clone();
    let page = browser.get("/").await;
    browser.submit(page.form("/sign-out")).await;
    let mut thief = Browser::new(&world);
    thief.jar = last;
    assert_eq!(thief.get("/settings").await.name(), "sign-in");
}

#[tokio::test]
async fn a4_a_session_is_worth_nothing_in_another_browser() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let mut thief = Browser::new(&world);
    thief.get("/sign-in").await;
    let session = browser.jar["__Host-session"].clone();
    thief.jar.insert("__Host-session".to_owned(), session);
    assert_eq!(thief.get("/").await.name(), "sign-in");
}

#[tokio::test]
async fn a5_of_two_cookies_of_one_name_neither_is_believed() {
    let world = World::new().await;
    let mut victim = Browser::new(&world);
    let state = victim.start(&world).await;
    let mut mallory = Browser::new(&world);
    mallory.get("/sign-in").await;
    let (own, foreign) = (
        victim.jar["__Host-browser"].clone(),
        mallory.jar["__Host-browser"].clone(),
    );
    for cookies in [
        format!("__Host-browser={foreign}; __Host-browser={own}"),
        format!("__Host-browser={own}; __Host-browser={foreign}"),
    ] {
        let mut tossed = Browser::new(&world);
        let request = tossed
            .request("GET", &callback("svetlana", &state))
            .header("cookie", cookies)
            .body(Body::empty())
            .unwrap();
        let page = tossed.send(request).await;
        assert_eq!(page.refusal(), "flow-not-yours");
    }
    // An unprefixed twin is nothing.
    let mut twin = Browser::new(&world);
    let request = twin
        .request("GET", &callback("svetlana", &state))
        .header("cookie", format!("browser={own}; __host-browser={own}"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(twin.send(request).await.refusal(), "flow-not-yours");
}

#[tokio::test]
async fn a5_every_cookie_of_every_page_has_prefix_and_attributes() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let mut seen = 0;
    let mut check = |page: &Page| {
        for cookie in page.cookies() {
            seen += 1;
            assert!(cookie.starts_with("__Host-"), "{cookie}");
            for part in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
                assert!(cookie.contains(part), "{cookie}");
            }
            assert!(!cookie.to_lowercase().contains("domain"), "{cookie}");
        }
    };
    let page = browser.look("/sign-in?region=65").await;
    check(&page);
    let page = browser
        .look(&format!("/sign-in?organization={}", world.school))
        .await;
    let form = page
        .form("/sign-in")
        .with("login", "dmitrieva30")
        .with("password", PASSWORD);
    check(&browser.post(&form).await);
    let page = browser.look("/settings").await;
    check(&browser.post(&page.form("/gosuslugi/link")).await);
    check(&browser.post(&page.form("/sign-out")).await);
    assert!(seen > 5);
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
        first[..first.len() - 1].to_owned(),
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

#[tokio::test]
async fn e3_a_proof_of_another_session_or_time_does_not_unlink() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = link_from_provider(&world, &mut browser).await;
    browser
        .submit(page.form("/contacts").with("none", "yes"))
        .await;
    let page = browser.get("/settings/ways/gosuslugi/unlink").await;
    world.pass(TimeDelta::minutes(6));
    let page = browser.submit(page.form("/unlink")).await;
    assert_eq!(page.name(), "step-up");
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
    // A provider's old signed sign-in is no proof.
    world
        .provider
        .signed_ago
        .store(600, std::sync::atomic::Ordering::SeqCst);
    let page = browser.submit(page.form("/gosuslugi/step-up")).await;
    let page = browser.come_back("svetlana.again", &state_of(&page)).await;
    assert_eq!(page.refusal(), "step-up-needed", "{}", page.body);
    // A fresh one is, and leads on to what was wanted.
    world
        .provider
        .signed_ago
        .store(5, std::sync::atomic::Ordering::SeqCst);
    let page = browser.get("/settings/step-up?next=unlink.gosuslugi").await;
    let page = browser.submit(page.form("/gosuslugi/step-up")).await;
    let page = browser.come_back("svetlana.third", &state_of(&page)).await;
    assert_eq!(page.name(), "stepped-up", "{}", page.body);
    assert!(
        page.links()
            .contains(&"/settings/ways/gosuslugi/unlink".to_owned())
    );
    let page = browser.get("/settings/ways/gosuslugi/unlink").await;
    assert_eq!(page.name(), "unlink");
}

#[tokio::test]
async fn e18_what_was_not_offered_or_not_ticked_is_not_kept() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = link_from_provider(&world, &mut browser).await;
    for (name, value) in [
        ("home_phone", "+79990000000"),
        ("email", "evil@example.ru"),
        ("mobile", "+79990000000"),
        ("account", "acc_0"),
    ] {
        let answer = browser
            .post(&page.form("/contacts").with(name, value))
            .await;
        assert_eq!(answer.status, 400, "{name}");
        assert!(world.contacts("dmitrieva30").await.is_empty());
    }
    let form = page
        .form("/contacts")
        .with("home", "keep")
        .with("email", "keep");
    browser.submit(form).await;
    assert_eq!(world.contacts("dmitrieva30").await, ["email"]);
}

#[tokio::test]
async fn f3_nobody_learns_from_the_answer_who_exists() {
    let world = World::new().await;
    let logins = [
        ("dmitrieva30", "не тот"),
        ("nobody99zzz", PASSWORD),
        ("archived30z", PASSWORD),
        ("archived30", PASSWORD),
        ("blocked30", "не тот"),
        ("other13", PASSWORD),
        ("nopassword", PASSWORD),
    ];
    let mut first: Option<(String, String)> = None;
    for (login, password) in logins {
        let before = world.hashes();
        let mut browser = Browser::new(&world);
        browser
            .jar
            .insert("__Host-browser".to_owned(), "cd".repeat(32));
        let page = browser.sign_in(&world, login, password).await;
        assert_eq!(world.hashes(), before + 1, "one hash for each: {login}");
        let body = page.body.replace(login, "LOGIN");
        let mut headers = page.headers.clone();
        headers.remove("content-length");
        let headers = format!("{headers:?} {}", page.status);
        match &first {
            None => first = Some((body, headers)),
            Some((known, others)) => {
                assert_eq!(&body, known, "{login}");
                assert_eq!(&headers, others, "{login}");
            }
        }
        // Each try counts; the next login is another one.
        world.pass(TimeDelta::minutes(1));
    }
}

#[tokio::test]
async fn f3_at_the_page_of_the_local_proof_too() {
    let world = World::new().await;
    let mut first: Option<String> = None;
    for (login, password) in [
        ("dmitrieva30", "не тот"),
        ("nobody99zzz", PASSWORD),
        ("archived30", PASSWORD),
        ("other13", PASSWORD),
    ] {
        let mut browser = Browser::new(&world);
        browser
            .jar
            .insert("__Host-browser".to_owned(), "cd".repeat(32));
        let state = browser.start(&world).await;
        let page = browser.come_back("svetlana", &state).await;
        let page = browser.submit(page.form("/agree")).await;
        let flow = page.address.split('/').nth(2).unwrap().to_owned();
        let form = page
            .form("/prove")
            .with("login", login)
            .with("password", password);
        let page = browser.submit(form).await;
        let body = page.body.replace(login, "LOGIN").replace(&flow, "FLOW");
        match &first {
            None => first = Some(body),
            Some(known) => assert_eq!(&body, known, "{login}"),
        }
    }
}

#[tokio::test]
async fn f7_a_known_flow_of_another_browser_looks_like_an_unknown_one() {
    let world = World::new().await;
    let mut owner = Browser::new(&world);
    let state = owner.start(&world).await;
    let page = owner.come_back("svetlana", &state).await;
    let known = page.address.split('/').nth(2).unwrap().to_owned();
    let unknown = format!("{}0000", &known[..known.len() - 4]);
    let mut stranger = Browser::new(&world);
    stranger.get("/help").await;
    for path in [
        "",
        "/not-linked",
        "/prove",
        "/done",
        "/refused",
        "/contacts",
        "/who",
    ] {
        let one = stranger.look(&format!("/flow/{known}{path}")).await;
        let other = stranger.look(&format!("/flow/{unknown}{path}")).await;
        let none = stranger.look(&format!("/flow/rubbish{path}")).await;
        assert_eq!(one.refusal(), "flow-not-yours");
        assert_eq!(
            (one.status, &one.body),
            (other.status, &other.body),
            "{path}"
        );
        assert_eq!((one.status, &one.body), (none.status, &none.body), "{path}");
    }
}

/// A path of the table with something in its holes.
fn filled(path: &str) -> String {
    path.replace("{provider}", "gosuslugi")
        .replace("{id}", "flw_0190c0c0c0c07000800000000000dead")
        .replace("{topic}", "child")
        .replace("{version}", "2026-11")
        .replace("{file}", "x.css")
}

#[tokio::test]
async fn g1_every_answer_carries_the_headers() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let mut pages = Vec::new();
    for route in ROUTES {
        for method in ["GET", "HEAD", "POST", "OPTIONS", "PUT"] {
            let request = browser
                .request(method, &filled(route.path))
                .body(Body::empty())
                .unwrap();
            let mut visitor = browser.clone();
            pages.push((
                format!("{method} {}", route.path),
                visitor.send(request).await,
            ));
        }
    }
    for path in ["/nowhere", "//evil", "/flow/x/y/z"] {
        pages.push((path.to_owned(), browser.clone().look(path).await));
    }
    let wrong = axum::http::Request::get("/").body(Body::empty()).unwrap();
    pages.push(("no host".to_owned(), browser.clone().send(wrong).await));
    let mut visitor = Browser::new(&world);
    let state = visitor.start(&world).await;
    pages.push((
        "callback".to_owned(),
        visitor.look(&callback("svetlana", &state)).await,
    ));
    for (what, page) in pages {
        let policy = page.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action",
        ] {
            assert!(policy.contains(part), "{what}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{what}: {policy}");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(page.header(name), value, "{what}");
        }
        assert!(
            matches!(
                page.header("referrer-policy"),
                "no-referrer" | "same-origin"
            ),
            "{what}"
        );
        assert!(
            page.header("permissions-policy").contains("camera=()"),
            "{what}"
        );
        assert_eq!(page.header("cache-control"), "no-store", "{what}");
        assert!(
            !page.body.contains("style=\"") && !page.body.contains("<script>"),
            "{what}"
        );
    }
    let page = browser.look("/sign-in").await;
    assert_eq!(page.header("referrer-policy"), "no-referrer", "a redirect");
}

#[tokio::test]
async fn g1_forms_may_lead_to_the_providers_of_the_page_alone() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("form-action 'self' https://esia.test;"),
        "{policy}"
    );
    let page = browser.get("/help").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self';"), "{policy}");
    assert!(!policy.contains("script-src"));
}

#[tokio::test]
async fn g2_hostile_texts_are_shown_as_text_or_not_at_all() {
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'-alert(1)-'",
        "{{7*7}}",
        "${7*7}",
        "javascript:alert(1)",
        "</title><script>alert(1)</script>",
        "&lt;script&gt;",
        "\u{202e}gnirts",
        "a\u{0}b",
        "<svg/onload=alert(1)>",
    ];
    let world = World::new().await;
    for text in hostile {
        let mut browser = Browser::new(&world);
        let encoded = crate::browser::encode(text);
        for address in [
            format!("/sign-in?region={encoded}"),
            format!("/sign-in?region=65&locality={encoded}"),
            format!("/sign-in?region=65&locality=%D0%9B&words={encoded}"),
            format!("/sign-in?organization={encoded}&to={encoded}"),
            format!("/sign-in/authority?region=65&words={encoded}"),
            format!("/flow/{encoded}"),
            format!("/help/{encoded}"),
            format!("/consents/{encoded}"),
            format!("/signed-out?through={encoded}"),
            format!("/settings/step-up?next={encoded}"),
        ] {
            let page = browser.get(&address).await;
            assert!(page.status.as_u16() < 500, "{address}");
            for raw in [
                "<script>alert",
                "<img src=x",
                "<svg/onload",
                "onerror=alert(1)>",
            ] {
                assert!(!page.body.contains(raw), "{address}: {}", page.body);
            }
        }
        let page = browser
            .get(&format!("/sign-in?organization={}", world.school))
            .await;
        let form = page
            .form("/sign-in")
            .with("login", text)
            .with("password", text);
        let page = browser.post(&form).await;
        assert!(!page.body.contains("<script>alert") && !page.body.contains("<img src=x"));
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{text:?}");
    }
}

#[tokio::test]
async fn g2_a_providers_hostile_name_is_masked_away() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("hostile", &state).await;
    assert_eq!(page.name(), "not-linked");
    assert!(!page.body.contains("alert(1)") && !page.body.contains("<img"));
    assert!(page.says("•••"));
}

#[tokio::test]
async fn g2_no_template_switches_escaping_off() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut seen = 0;
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        seen += 1;
        for forbidden in [
            "|safe",
            "| safe",
            "{% autoescape",
            "|escape(\"none\")",
            "style=",
            "onclick",
        ] {
            assert!(!text.contains(forbidden), "{}: {forbidden}", path.display());
        }
    }
    assert!(seen > 10);
}

/// What of an installation a refused request must not change.
async fn fingerprint(world: &World) -> String {
    let mut text = String::new();
    for login in ["dmitrieva30", "second30"] {
        let links = world.links(login).await.len();
        let history = world.history(login).await.len();
        let sessions = world.sessions(login).await;
        let contacts = world.contacts(login).await;
        text.push_str(&format!(
            "{login} {links} {history} {sessions} {contacts:?};"
        ));
    }
    text
}

#[tokio::test]
async fn g4_no_unsafe_route_takes_a_form_that_is_not_ours() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = link_from_provider(&world, &mut browser).await;
    let flow = page.address.split('/').nth(2).unwrap().to_owned();
    let token = browser.get("/settings").await.token();
    let mut other = Browser::new(&world);
    let foreign_token = other
        .get(&format!("/sign-in?organization={}", world.school))
        .await
        .token();
    assert!(!foreign_token.is_empty());
    let before_sign_in = {
        let mut signed_out = browser.clone();
        signed_out.jar.remove("__Host-session");
        let page = signed_out
            .get(&format!("/sign-in?organization={}", world.school))
            .await;
        page.token()
    };
    let before = fingerprint(&world).await;
    let commits = world.counts().commits;
    let urlencoded = "application/x-www-form-urlencoded";
    let right = format!("form-token={token}");
    let attempts: Vec<(&str, Vec<(&str, &str)>, String)> = vec![
        (
            "no token",
            vec![("origin", ORIGIN), ("content-type", urlencoded)],
            String::new(),
        ),
        (
            "empty token",
            vec![("origin", ORIGIN), ("content-type", urlencoded)],
            "form-token=".to_owned(),
        ),
        (
            "token of another browser",
            vec![("origin", ORIGIN), ("content-type", urlencoded)],
            format!("form-token={foreign_token}"),
        ),
        (
            "token from before the sign-in",
            vec![("origin", ORIGIN), ("content-type", urlencoded)],
            format!("form-token={before_sign_in}"),
        ),
        (
            "foreign origin",
            vec![
                ("origin", "https://evil.example"),
                ("content-type", urlencoded),
            ],
            right.clone(),
        ),
        (
            "null origin",
            vec![("origin", "null"), ("content-type", urlencoded)],
            right.clone(),
        ),
        (
            "no origin",
            vec![("content-type", urlencoded)],
            right.clone(),
        ),
        (
            "cross-site",
            vec![
                ("origin", ORIGIN),
                ("sec-fetch-site", "cross-site"),
                ("content-type", urlencoded),
            ],
            right.clone(),
        ),
        (
            "same site, other origin",
            vec![
                ("sec-fetch-site", "same-site"),
                ("content-type", urlencoded),
            ],
            right.clone(),
        ),
        (
            "text/plain",
            vec![("origin", ORIGIN), ("content-type", "text/plain")],
            right.clone(),
        ),
        (
            "json",
            vec![("origin", ORIGIN), ("content-type", "application/json")],
            format!("{{\"form-token\":\"{token}\"}}"),
        ),
        (
            "method override",
            vec![
                ("origin", ORIGIN),
                ("content-type", urlencoded),
                ("x-http-method-override", "POST"),
            ],
            String::new(),
        ),
    ];
    let mut unsafe_routes = 0;
    for route in ROUTES.iter().filter(|route| route.verb.needs_form_token()) {
        unsafe_routes += 1;
        let path = route
            .path
            .replace("{id}", &flow)
            .replace("{provider}", "gosuslugi");
        for (what, headers, body) in &attempts {
            let mut request = browser.request("POST", &path);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.body(Body::from(body.clone())).unwrap();
            let page = browser.clone().send(request).await;
            assert_eq!(page.status, 403, "{what} at {path}: {}", page.body);
            assert!(
                matches!(page.name().as_str(), "stale-form" | "other-profile"),
                "{what} at {path}"
            );
        }
        // A query is no body.
        let request = browser
            .request("POST", &format!("{path}?{right}"))
            .header("origin", ORIGIN)
            .header("content-type", urlencoded)
            .body(Body::empty())
            .unwrap();
        assert_eq!(browser.clone().send(request).await.status, 403, "{path}");
    }
    assert!(unsafe_routes > 15);
    assert_eq!(fingerprint(&world).await, before);
    assert_eq!(world.counts().commits, commits, "nothing was written");
}

#[tokio::test]
async fn g4_a_browser_without_cookies_is_told_so() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    let form = page
        .form("/sign-in")
        .with("login", "dmitrieva30")
        .with("password", PASSWORD);
    browser.jar.clear();
    let page = browser.post(&form).await;
    assert_eq!(page.name(), "no-cookies");
    assert!(page.says("Разрешите cookie для этого сайта"));
}

#[tokio::test]
async fn g5_looking_at_every_page_changes_nothing() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = link_from_provider(&world, &mut browser).await;
    let flow = page.address.split('/').nth(2).unwrap().to_owned();
    let before = fingerprint(&world).await;
    let commits = world.counts().commits;
    let mut queue: Vec<String> = ROUTES
        .iter()
        .filter(|route| route.verb == Verb::Get)
        .map(|route| filled(&route.path.replace("{id}", &flow)))
        .collect();
    let mut seen = std::collections::BTreeSet::new();
    while let Some(path) = queue.pop() {
        if !seen.insert(path.clone()) || seen.len() > 400 {
            continue;
        }
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let request = browser
                .request(method.as_str(), &path)
                .body(Body::empty())
                .unwrap();
            let mut visitor = browser.clone();
            let page = visitor.send(request).await;
            let links = page.links();
            queue.extend(
                links
                    .into_iter()
                    .chain([page.location().to_owned()])
                    .filter(|href| href.starts_with('/'))
                    .map(|href| href.split('#').next().unwrap().to_owned()),
            );
        }
    }
    assert!(seen.len() > 40, "{seen:?}");
    assert_eq!(fingerprint(&world).await, before);
    assert_eq!(world.counts().commits, commits);
}

#[tokio::test]
async fn g15_a_double_press_makes_one_link_and_one_record() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let page = browser.get("/settings").await;
    let page = browser.submit(page.form("/gosuslugi/link")).await;
    let page = browser.come_back("bare", &state_of(&page)).await;
    let form = page.form("/confirm");
    let (mut one, mut two) = (browser.clone(), browser.clone());
    let (first, second) = tokio::join!(one.post(&form), two.post(&form));
    assert!(first.status.is_redirection() && second.status.is_redirection());
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
    let linked = |line: &&linking_core::audit::HistoryLine| {
        matches!(line.notice, linking_core::audit::Notice::Linked { .. })
    };
    let lines = world.history("dmitrieva30").await;
    assert_eq!(lines.iter().filter(linked).count(), 1);
    // Whichever answer the browser keeps, it sees «Готово».
    let winner = if first
        .cookies()
        .iter()
        .any(|c| c.starts_with("__Host-session"))
    {
        &mut one
    } else {
        &mut two
    };
    let address = first.location().to_owned();
    assert_eq!(winner.get(&address).await.name(), "linked");
    // Back, and the button once more: the present step.
    let renewed = winner_form(winner, &form).await;
    let page = winner.post(&renewed).await;
    let page = winner.follow(page).await;
    assert_eq!(page.name(), "linked", "{}", page.body);
}

/// The old form with the token that the page would have now.
async fn winner_form(browser: &mut Browser, form: &FormOf) -> FormOf {
    let token = browser.get("/settings").await.token();
    form.clone().with("form-token", &token)
}

#[tokio::test]
async fn g17_a_tab_of_another_profile_is_told_who_is_signed_in_now() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let old_tab = browser.get("/settings").await;
    browser.submit(old_tab.form("/sign-out")).await;
    browser.sign_in(&world, "second30", PASSWORD).await;
    let page = browser.post(&old_tab.form("/gosuslugi/link")).await;
    assert_eq!(page.name(), "other-profile", "{}", page.body);
    assert_eq!(page.status, 403);
    assert!(page.says("Сейчас вы вошли как Мария И. В."));
    assert!(world.links("second30").await.is_empty());
}

#[tokio::test]
async fn g17_a_link_of_one_profile_does_not_land_in_another() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let page = browser.get("/settings").await;
    let page = browser.submit(page.form("/gosuslugi/link")).await;
    let state = state_of(&page);
    let page = browser.get("/").await;
    browser.submit(page.form("/sign-out")).await;
    browser.sign_in(&world, "second30", PASSWORD).await;
    let page = browser.look(&callback("svetlana", &state)).await;
    assert_eq!(page.refusal(), "flow-not-yours");
    assert!(world.links("second30").await.is_empty());
}

#[tokio::test]
async fn g11_titles_and_addresses_name_nobody() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = link_from_provider(&world, &mut browser).await;
    for path in [page.address.as_str(), "/", "/settings", "/settings/history"] {
        let page = browser.get(path).await;
        let title = page.body.split("<title>").nth(1).unwrap();
        let title = title.split("</title>").next().unwrap();
        for name in ["Светлан", "Дмитриев", "dmitrieva", "СОШ"] {
            assert!(!title.contains(name), "{title}");
            assert!(!page.address.contains(name));
        }
    }
}
