//! Section G: headers, and hostile texts.

use axum::{body::Body, http::StatusCode};
use linking_school::router::ROUTES;

use crate::{
    attacks::{callback, filled},
    browser::Browser,
    world::{PASSWORD, World},
};

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
        let page = browser.submit(form).await;
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

#[tokio::test]
async fn g2_a_hostile_register_is_shown_as_text() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser
        .get("/sign-in?region=65&locality=%D0%9B%D1%83%D0%B3%D0%BE%D0%B2%D0%BE%D0%B5")
        .await;
    assert!(
        page.says("<img src=x onerror=alert(7)> \"школа\" & 'сад'"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("<img src=x"));
    let form = page
        .form("/sign-in")
        .with("organization", &world.hostile_school.to_string())
        .with("login", "hostile77")
        .with("password", PASSWORD);
    let page = browser.submit(form).await;
    assert_eq!(page.name(), "home", "{}", page.body);
    for path in ["/", "/settings", "/settings/history", "/settings/contacts"] {
        let page = browser.get(path).await;
        for raw in ["<img src=x", "<script>", "\u{202e}", "alert(7)\""] {
            assert!(!page.body.contains(raw), "{path}: {raw}");
        }
    }
    let hits = browser
        .look("/places/organizations?region=65&kind=school&words=onerror")
        .await;
    assert!(hits.header("content-type").starts_with("application/json"));
    assert!(hits.header("content-security-policy").contains("sandbox"));
}
