//! Consent: asked once, remembered, widened, withdrawn, refused; account filters (`esia.md 8.1`).

use axum::http::StatusCode;
use linking_simulator::EsiaCode;
use linking_simulator::personas::Oid;

use crate::stand::{Form, Stand, System, request_of, uuid};

#[tokio::test]
async fn a_consent_is_asked_for_once_for_each_client() {
    let stand = Stand::new();
    let system = System::new(&stand);
    system.sign_in(&mut stand.browser(), "sokolova").await;
    let mut browser = stand.browser();
    let page = browser.get(&system.start()).await.location();
    let (path, answer) = browser.log_in(&page, "sokolova").await;
    assert!(!path.starts_with("/login/consent"), "{path}");
    assert!(answer.callback().contains_key("code"));
    let other = System::other(&stand);
    assert!(
        browser
            .get(&other.start())
            .await
            .location()
            .starts_with("/login/consent")
    );
}

#[tokio::test]
async fn a_wider_request_asks_again_and_a_narrower_one_does_not() {
    let stand = Stand::new();
    let mut browser = stand.browser();
    let narrow = System::new(&stand).asking("openid fullname");
    let wide = System::new(&stand).asking("openid fullname snils");
    narrow.sign_in(&mut browser, "sokolova").await;
    let page = browser.get(&wide.start()).await.location();
    assert!(page.starts_with("/login/consent"));
    browser.decide(&page, "grant").await.callback();
    assert!(
        browser
            .get(&narrow.start())
            .await
            .callback()
            .contains_key("code")
    );
    assert!(
        browser
            .get(&wide.start())
            .await
            .callback()
            .contains_key("code")
    );
}

#[tokio::test]
async fn a_refusal_comes_back_as_007004_and_leaves_no_consent() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let mut browser = stand.browser();
    let state = uuid();
    let page = browser
        .get(&System::address(&system.signed_request(&state)))
        .await
        .location();
    let (consent, _) = browser.log_in(&page, "sokolova").await;
    let callback = browser.decide(&consent, "deny").await.callback();
    assert_eq!(callback["error"], "access_denied");
    assert_eq!(
        callback["error_description"],
        "ESIA-007004: The resource owner or authorization server denied the request."
    );
    assert_eq!(callback["state"], state);
    assert!(!callback.contains_key("code"));
    // The walk is over, and the next one asks again.
    assert_eq!(
        browser.decide(&consent, "grant").await.status,
        StatusCode::GONE
    );
    assert!(
        browser
            .get(&system.start())
            .await
            .location()
            .starts_with("/login/consent")
    );
}

#[tokio::test]
async fn a_withdrawn_consent_ends_tokens_and_is_asked_for_again() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let mut browser = stand.browser();
    let tokens = system.sign_in(&mut browser, "sokolova").await;
    let path = "/settings/third-party/agreements/acting";
    let list = browser.get(path).await;
    assert!(list.body.contains("Дневник школы") && list.body.contains("СНИЛС"));
    assert_eq!(
        browser
            .post(path, &[("client", "DIARY01")])
            .await
            .location(),
        path
    );
    assert!(
        browser
            .get(path)
            .await
            .body
            .contains("Действующих согласий нет")
    );

    let access = tokens["access_token"].as_str().unwrap();
    let answer = stand.get("/rs/prns/1000000001", access).await;
    assert_eq!(
        (answer.status, answer.esia_code()),
        (StatusCode::UNAUTHORIZED, Some(EsiaCode::InvalidToken))
    );
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let answer = stand.exchange(&system.refresh_request(refresh)).await;
    assert_eq!(answer.esia_code(), Some(EsiaCode::InvalidGrant));
    assert!(
        browser
            .get(&system.start())
            .await
            .location()
            .starts_with("/login/consent")
    );
    assert!(
        !stand
            .control
            .withdraw_consent(Oid(1_000_000_001), "DIARY01")
    );
}

#[tokio::test]
async fn a_withdrawal_touches_nobody_else() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let mut browser = stand.browser();
    system.sign_in(&mut browser, "sokolova").await;
    let tokens = system.sign_in(&mut stand.browser(), "sokolov").await;
    assert!(
        stand
            .control
            .withdraw_consent(Oid(1_000_000_001), "DIARY01")
    );
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(
        stand.get("/rs/prns/1000000002", access).await.status,
        StatusCode::OK
    );
    // Whoever is not signed in sees nobody's consents.
    let page = stand
        .browser()
        .get("/settings/third-party/agreements/acting")
        .await;
    assert_eq!(page.location(), "/login");
}

#[tokio::test]
async fn consent_can_t_be_given_in_another_browser() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let mut browser = stand.browser();
    let page = browser.get(&system.start()).await.location();
    let (consent, _) = browser.log_in(&page, "sokolova").await;
    let mut stranger = stand.browser();
    assert_eq!(stranger.get(&consent).await.status, StatusCode::GONE);
    assert_eq!(
        stranger.decide(&consent, "grant").await.status,
        StatusCode::GONE
    );
    let mut sister = stand.browser();
    system.sign_in(&mut sister, "sokolov").await;
    assert_eq!(
        sister.decide(&consent, "grant").await.status,
        StatusCode::GONE
    );
    assert!(
        browser
            .decide(&consent, "grant")
            .await
            .callback()
            .contains_key("code")
    );
}

#[tokio::test]
async fn somebody_else_can_sign_in_from_the_consent_screen() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let mut browser = stand.browser();
    let page = browser.get(&system.start()).await.location();
    let (consent, _) = browser.log_in(&page, "sokolova").await;
    let request = request_of(&consent);
    let page = browser
        .post("/login/switch", &[("request", &request)])
        .await
        .location();
    let (consent, screen) = browser.log_in(&page, "sokolov").await;
    assert!(screen.body.contains("Соколов Денис Павлович"));
    let code = browser
        .decide(&consent, "grant")
        .await
        .callback()
        .remove("code")
        .unwrap();
    let tokens = stand
        .exchange(&system.signed_code_request(&code))
        .await
        .json();
    let (_, id) = crate::stand::decoded(tokens["id_token"].as_str().unwrap());
    assert_eq!(id["sub"], 1_000_000_002);
}

fn filtered(system: &System, filter: &str) -> Form {
    let mut form = system.signed_request(&uuid());
    form.set("person_filter", filter);
    form
}

#[tokio::test]
async fn account_filters_let_in_whom_they_name() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let (verified, child, not_child) = ("Y29uZl9hY2M=", "YWNjX2tpZA==", "YWNjX25vdF9raWQ=");
    for (filter, persona, admitted) in [
        (verified, "sokolova", true),
        (verified, "standard", false),
        (verified, "simplified", false),
        (verified, "verifying", false),
        (verified, "sokolov-artyom", false),
        (child, "sokolov-artyom", true),
        (child, "sokolova", false),
        (not_child, "sokolova", true),
        (not_child, "standard", true),
        (not_child, "sokolov-artyom", false),
    ] {
        let address = System::address(&filtered(&system, filter));
        let end = stand.browser().walk(&address, persona).await;
        let expected = (!admitted).then_some(EsiaCode::NotVerified);
        assert_eq!(end.esia_code(), expected, "{filter} {persona}");
        assert_eq!(end.callback().contains_key("code"), admitted);
    }
    stand.control.set_knob(|knobs| {
        knobs.child_filter_code = EsiaCode::NoGrants;
        knobs.not_verified_error = "invalid_scope".to_owned();
        knobs.child_is_trusted = true;
    });
    let address = System::address(&filtered(&system, child));
    let end = stand.browser().walk(&address, "sokolova").await;
    assert_eq!(end.esia_code(), Some(EsiaCode::NoGrants));
    let address = System::address(&filtered(&system, verified));
    let end = stand.browser().walk(&address, "standard").await;
    assert_eq!(end.callback()["error"], "invalid_scope");
    let end = stand.browser().walk(&address, "sokolov-artyom").await;
    assert!(end.callback().contains_key("code"));
}
