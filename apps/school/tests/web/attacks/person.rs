//! Sessions and cookies, contacts, and what a stranger can learn.

use axum::body::Body;
use chrono::TimeDelta;

use crate::{
    attacks::callback,
    browser::{Browser, Page, state_of},
    journeys::link_from_provider,
    world::{PASSWORD, World},
};

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
    let unknown = format!("{}0000", known.get(..32).unwrap());
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
