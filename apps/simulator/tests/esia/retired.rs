//! v1: detached CMS (`esia.md 3.3`, `3.4`), for clients of others.

use axum::http::StatusCode;
use gost_signature::cms::SignedAttributes;
use linking_simulator::EsiaCode;

use crate::stand::{CALLBACK, Stand, System, uuid};

fn attributes() -> [SignedAttributes; 2] {
    [
        SignedAttributes::None,
        SignedAttributes::Present {
            signing_time: crate::stand::START,
        },
    ]
}

#[tokio::test]
async fn a_cms_signs_in_with_and_without_signed_attributes() {
    let stand = Stand::new();
    let system = System::new(&stand);
    for attributes in attributes() {
        let mut form = system.request(&uuid());
        form.remove("client_certificate_hash");
        system.sign_retired(&mut form, attributes);
        let address = format!("/aas/oauth2/ac?{}", form.encoded());
        let end = stand.browser().walk(&address, "sokolova").await;
        let code = end.callback().remove("code").expect("a code");
        let mut form = system.code_request(&code);
        form.remove("client_certificate_hash");
        system.sign_retired(&mut form, attributes);
        let answer = stand.post("/aas/oauth2/te", &form).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert!(answer.json()["id_token"].is_string());
    }
}

#[tokio::test]
async fn a_cms_of_other_text_or_by_another_key_is_refused() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let stranger = System {
        client_id: "DIARY01",
        redirect_uri: CALLBACK,
        ..System::other(&stand)
    };
    let mut changed = system.request(&uuid());
    system.sign_retired(&mut changed, SignedAttributes::None);
    changed.set("state", uuid());
    let mut foreign = system.request(&uuid());
    stranger.sign_retired(&mut foreign, SignedAttributes::None);
    let raw = system.signed_request(&uuid());
    for form in [changed, foreign, raw] {
        let answer = stand
            .browser()
            .get(&format!("/aas/oauth2/ac?{}", form.encoded()))
            .await;
        assert_eq!(answer.esia_code(), Some(EsiaCode::WrongSignature));
    }
}

#[tokio::test]
async fn a_cms_on_the_current_paths_is_refused() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let mut form = system.request(&uuid());
    system.sign_retired(&mut form, SignedAttributes::None);
    let answer = stand.browser().get(&System::address(&form)).await;
    assert_eq!(answer.esia_code(), Some(EsiaCode::WrongSignature));
    assert!(stand.last_cause().contains("octets"));
}

#[tokio::test]
async fn the_retired_paths_can_be_switched_off() {
    let stand = Stand::new();
    stand.control.set_knob(|knobs| knobs.v1 = false);
    let system = System::new(&stand);
    let mut form = system.request(&uuid());
    system.sign_retired(&mut form, SignedAttributes::None);
    let answer = stand
        .browser()
        .get(&format!("/aas/oauth2/ac?{}", form.encoded()))
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(
        stand.post("/aas/oauth2/te", &form).await.status,
        StatusCode::NOT_FOUND
    );
    for path in [
        "/aas/oauth2/v3/ac",
        "/.well-known/openid-configuration",
        "/jwks",
    ] {
        assert_eq!(
            stand.browser().get(path).await.status,
            StatusCode::NOT_FOUND
        );
    }
}
