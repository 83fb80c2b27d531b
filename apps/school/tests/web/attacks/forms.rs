//! Section G: forms from elsewhere, change by looking, double presses, several tabs.

use axum::{body::Body, http::Method};
use linking_school::router::{ROUTES, Verb};

use crate::{
    attacks::{callback, filled},
    browser::{Browser, FormOf, state_of},
    journeys::link_from_provider,
    world::{ORIGIN, PASSWORD, World},
};

/// What is tried, its headers, its body.
type Attempt<'a> = (&'a str, Vec<(&'a str, &'a str)>, String);

/// What of an installation a refused request must not change.
async fn fingerprint(world: &World) -> String {
    let mut parts = Vec::new();
    for login in ["dmitrieva30", "second30"] {
        let links = world.links(login).await.len();
        let history = world.history(login).await.len();
        let sessions = world.sessions(login).await;
        let contacts = world.contacts(login).await;
        parts.push(format!("{login} {links} {history} {sessions} {contacts:?}"));
    }
    parts.join(";")
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
    let attempts: Vec<Attempt<'_>> = vec![
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
    assert!(page.says("Разрешите сайту сохранять файлы cookie"));
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
    assert!(page.says("Сейчас открыт профиль: Мария И. В."));
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
    // The answer says which profile is open, and whose page it was not.
    assert_eq!(page.name(), "other-profile");
    assert!(page.says("Сейчас открыт профиль: Мария И. В."));
    assert!(!page.says("Дмитриева") && !page.says("Светлана"));
    assert!(world.links("second30").await.is_empty());
}
