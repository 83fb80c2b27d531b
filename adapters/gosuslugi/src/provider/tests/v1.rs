//! The older protocol: other paths, a CMS over other parts in another order.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use gost_signature::cms::verify_detached_by;
use linking_core::{
    ports::IdentityProvider,
    provider::{ProviderErrorKind as Kind, Step, Switch},
};

use super::{query, stand, value};
use crate::{
    Protocol, Settings, TokenAlgorithm,
    provider::tests::stand::{Esia, Play, STATE_TEXT},
};

fn settings() -> Settings {
    let mut settings = stand::settings(TokenAlgorithm::Gost);
    settings.protocol = Protocol::V1;
    settings
}

fn signed(secret: &str, text: &str) -> bool {
    let cms = URL_SAFE_NO_PAD.decode(secret).unwrap();
    verify_detached_by(&cms, text.as_bytes(), &stand::certificate()).is_ok()
}

#[tokio::test]
async fn the_older_protocol_asks_by_its_own_path_with_a_cms() {
    for attributes in [None, Some(Switch::Off), Some(Switch::On)] {
        let mut settings = settings();
        settings.signed_attributes = attributes;
        let esia = Esia::with_settings(Play::default(), settings);
        let adapter = esia.adapter();
        let step = adapter.begin(stand::begin(Switch::Off)).await.unwrap();
        let Step::Ask { prompt, .. } = &step else {
            panic!()
        };
        let linking_core::provider::Prompt::Redirect { to } = prompt else {
            panic!()
        };
        assert!(
            to.as_str()
                .starts_with("https://esia.example/aas/oauth2/ac?")
        );
        let query = query(&step);
        let scope = "openid fullname birthdate snils";
        for (name, expected) in [
            ("client_id", Some("TESTSYS")),
            ("scope", Some(scope)),
            ("response_type", Some("code")),
            ("access_type", Some("online")),
            ("state", Some(STATE_TEXT)),
            (
                "redirect_uri",
                Some("https://school.example/callback/gosuslugi"),
            ),
            ("timestamp", Some("2027.01.15 09:30:45 +0000")),
            ("client_certificate_hash", None),
            ("code_challenge", None),
            ("code_challenge_method", None),
        ] {
            assert_eq!(value(&query, name), expected, "{name}");
        }
        let secret = value(&query, "client_secret").unwrap();
        let text = format!("{scope}2027.01.15 09:30:45 +0000TESTSYS{STATE_TEXT}");
        assert!(signed(secret, &text));
        let order_of_v2 = format!("TESTSYS{scope}2027.01.15 09:30:45 +0000{STATE_TEXT}");
        assert!(!signed(secret, &order_of_v2));
        let Ok(Step::Verified(identity)) = esia.sign_in(Switch::Off).await else {
            panic!()
        };
        assert_eq!(identity.key.subject.as_str(), "1000000001");
        let requests = esia.requests();
        assert_eq!(
            requests[0].uri().to_string(),
            "https://esia.example/aas/oauth2/te"
        );
        let form: Vec<(String, String)> = url::form_urlencoded::parse(requests[0].body())
            .into_owned()
            .collect();
        let state = value(&form, "state").unwrap();
        assert_ne!(state, STATE_TEXT, "a new state");
        let text = format!("{scope}2027.01.15 09:30:45 +0000TESTSYS{state}");
        assert!(signed(value(&form, "client_secret").unwrap(), &text));
        for name in ["client_certificate_hash", "code_verifier"] {
            assert_eq!(value(&form, name), None, "{name}");
        }
        for name in ["code", "redirect_uri", "scope", "timestamp", "token_type"] {
            assert!(value(&form, name).is_some(), "{name}");
        }
    }
}

#[tokio::test]
async fn a_flow_that_was_begun_with_the_other_protocol_begins_anew() {
    let old = Esia::with_settings(Play::default(), settings());
    let state = old.begun(Switch::Off).await;
    let new = Esia::new(Play::default());
    let code = new.code(&serde_json::json!({}));
    let pairs = [("state", STATE_TEXT), ("code", &*code)];
    let answer = linking_core::provider::Answer::Callback(stand::params(&pairs));
    let resume = stand::resume(state, answer);
    let error = new.adapter().advance(resume).await.unwrap_err();
    assert_eq!(error.kind, Kind::Restart);
    assert!(new.requests().is_empty(), "the code is not spent");
}
