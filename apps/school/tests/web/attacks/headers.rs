//! What a front proxy should have removed, and paths that it may read otherwise (`threats.md` J8).

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, StatusCode},
};
use linking_school::router::{ROUTES, Verb};
use tower::ServiceExt;

use super::filled;
use crate::{
    browser::Browser,
    world::{PASSWORD, World},
};

/// Headers by which somebody might speak for the proxy.
const FORGED: [(&str, &str); 12] = [
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-port", "666"),
    ("x-forwarded-prefix", "/evil.example"),
    ("x-forwarded-server", "evil.example"),
    ("forwarded", "for=1.2.3.4;host=evil.example;proto=http"),
    ("x-original-url", "/evil.example"),
    ("x-rewrite-url", "/evil.example"),
    ("x-remote-user", "dmitrieva30"),
    ("remote-user", "dmitrieva30"),
    ("x-http-method-override", "DELETE"),
    ("x-host", "evil.example"),
];

/// Status, headers and body of an answer; `forged` is added to the request.
async fn ask(
    world: &World,
    browser: &Browser,
    (method, path): (&str, &str),
    forged: &[(&str, &str)],
) -> (StatusCode, HeaderMap, String) {
    let mut request = browser.request(method, path);
    for (name, value) in forged {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let answer = world.app.clone().oneshot(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, 1 << 22).await.unwrap();
    let body = String::from_utf8_lossy(&body).into_owned();
    (parts.status, parts.headers, body)
}

#[tokio::test]
async fn j8_no_forged_header_changes_an_answer_of_any_route() {
    let world = World::new().await;
    let mut signed_in = Browser::new(&world);
    signed_in.sign_in(&world, "second30", PASSWORD).await;
    let mut stranger = Browser::new(&world);
    stranger.get("/sign-in").await;
    for route in ROUTES {
        let path = filled(route.path);
        let method = if route.verb == Verb::Get {
            "GET"
        } else {
            "POST"
        };
        for browser in [&stranger, &signed_in] {
            let plain = ask(&world, browser, (method, &path), &[]).await;
            let forged = ask(&world, browser, (method, &path), &FORGED).await;
            assert_eq!(forged.0, plain.0, "{path}");
            assert_eq!(forged.1.get("location"), plain.1.get("location"), "{path}");
            assert!(!forged.2.contains("evil.example"), "{path}");
            for (name, value) in &forged.1 {
                let value = String::from_utf8_lossy(value.as_bytes());
                assert!(!value.contains("evil.example"), "{path}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn j8_a_name_in_a_header_signs_nobody_in() {
    let world = World::new().await;
    let browser = Browser::new(&world);
    let (status, headers, _) = ask(&world, &browser, ("GET", "/settings"), &FORGED).await;
    assert!(status.is_redirection(), "{status}");
    let to = headers.get("location").unwrap().to_str().unwrap();
    assert!(to.starts_with("/sign-in"), "{to}");
}

#[tokio::test]
async fn j8_paths_that_two_programs_may_read_differently_lead_nowhere() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "second30", PASSWORD).await;
    let settings = ask(&world, &browser, ("GET", "/settings"), &[]).await.0;
    assert_eq!(settings, StatusCode::OK);
    for path in [
        "//settings",
        "/settings//",
        "/settings/",
        "/./settings",
        "/x/../settings",
        "/%2e%2e/settings",
        "/static/%2e%2e/settings",
        "/settings;x=1",
        "/settings%00",
        "/settings%2f",
        "/s%65ttings",
        "/SETTINGS",
        "/settings/history%2f..",
        "/static/..%2f..%2fetc%2fpasswd",
        "/static/..%5c..%5cetc%5cpasswd",
    ] {
        let (status, _, _) = ask(&world, &browser, ("GET", path), &[]).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}
