//! What is checked of an authorisation request, in which order, with which code (`esia.md 13.1`,
//! point 3).

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use linking_simulator::{EsiaCode, Pkce};
use proptest::prelude::*;

use crate::stand::{CLIENT_CERTIFICATE, Form, Stand, System, timestamp, uuid};

async fn ask(stand: &Stand, form: &Form) -> (Option<EsiaCode>, bool) {
    let answer = stand.browser().get(&System::address(form)).await;
    (answer.esia_code(), answer.status == StatusCode::FOUND)
}

type Break = fn(&System, &mut Form);

/// Each fault, the code that answers it, and whether the client is told. In ESIA's order.
const FAULTS: &[(&str, Break, &str, bool)] = &[
    (
        "no client",
        |_, form| form.remove("client_id"),
        "ESIA-007014",
        false,
    ),
    (
        "unknown client",
        |_, form| form.set("client_id", "NOBODY"),
        "ESIA-007005",
        false,
    ),
    (
        "foreign address",
        |_, form| form.set("redirect_uri", "https://diary.test/esia/callback/"),
        "ESIA-007023",
        false,
    ),
    (
        "no state",
        |_, form| form.remove("state"),
        "ESIA-007014",
        true,
    ),
    (
        "access type",
        |_, form| form.set("access_type", "always"),
        "ESIA-007003",
        true,
    ),
    (
        "state",
        |_, form| form.set("state", "0123456789abcdef0123456789abcdef"),
        "ESIA-007003",
        true,
    ),
    (
        "time",
        |_, form| form.set("timestamp", "2027-01-15 08:00:00 +0000"),
        "ESIA-007015",
        true,
    ),
    (
        "unknown scope",
        |_, form| form.set("scope", "openid shoe_size"),
        "ESIA-007006",
        true,
    ),
    (
        "ungranted scope",
        |_, form| form.set("scope", "openid vehicles"),
        "ESIA-007019",
        true,
    ),
    (
        "hash",
        |_, form| form.set("client_certificate_hash", "0".repeat(64)),
        "ESIA-007053",
        true,
    ),
    (
        "signature",
        |_, form| form.set("client_secret", "A".repeat(86)),
        "ESIA-007053",
        true,
    ),
];

#[tokio::test]
async fn every_fault_has_its_code() {
    let stand = Stand::new();
    let system = System::new(&stand);
    for (name, spoil, code, told) in FAULTS {
        let mut form = system.signed_request(&uuid());
        spoil(&system, &mut form);
        let (answered, redirected) = ask(&stand, &form).await;
        assert_eq!(
            (answered.unwrap().to_string().as_str(), redirected),
            (*code, *told),
            "{name}"
        );
    }
}

#[tokio::test]
async fn of_two_faults_the_earlier_one_answers() {
    let stand = Stand::new();
    let system = System::new(&stand);
    for (first, (name, spoil, code, told)) in FAULTS.iter().enumerate() {
        for (later, spoil_later, ..) in &FAULTS[first + 1..] {
            let mut form = system.signed_request(&uuid());
            // The later one first: where both touch one parameter, the earlier holds.
            spoil_later(&system, &mut form);
            spoil(&system, &mut form);
            let (answered, redirected) = ask(&stand, &form).await;
            let answered = answered.unwrap().to_string();
            assert_eq!(
                (answered.as_str(), redirected),
                (*code, *told),
                "{name} before {later}"
            );
        }
    }
    assert!(stand.last_cause().contains("hash"));
}

#[tokio::test]
async fn every_missing_parameter_is_named() {
    let stand = Stand::new();
    let system = System::new(&stand);
    for name in [
        "client_secret",
        "client_certificate_hash",
        "response_type",
        "state",
        "timestamp",
        "access_type",
    ] {
        for empty in [false, true] {
            let mut form = system.signed_request(&uuid());
            if empty {
                form.set(name, "");
            } else {
                form.remove(name);
            }
            let answer = stand.browser().get(&System::address(&form)).await;
            let description = answer.callback().remove("error_description").unwrap();
            assert_eq!(
                description,
                format!(
                    "ESIA-007014: The request does not contain the mandatory parameter [{name}]"
                )
            );
        }
    }
    let mut form = system.signed_request(&uuid());
    form.remove("scope");
    assert_eq!(ask(&stand, &form).await.0, Some(EsiaCode::NoScope));
}

#[tokio::test]
async fn a_parameter_that_occurs_twice_is_refused() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let form = system.signed_request(&uuid());
    for (name, value) in form.0.clone() {
        let mut doubled = form.clone();
        doubled.0.push((name.clone(), value));
        let (code, told) = ask(&stand, &doubled).await;
        assert_eq!(code, Some(EsiaCode::WrongParameter), "{name}");
        assert_eq!(
            told,
            name != "client_id" && name != "redirect_uri",
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_query_that_can_t_be_decoded_ends_on_the_own_page() {
    let stand = Stand::new();
    let address = format!("{}&x=%ff", System::new(&stand).start());
    let answer = stand.browser().get(&address).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.esia_code(), Some(EsiaCode::Unreadable));
}

#[tokio::test]
async fn malformed_values_have_their_codes() {
    let stand = Stand::new();
    let system = System::new(&stand);
    for (name, value, code) in [
        ("response_type", "token", EsiaCode::UnsupportedResponseType),
        ("scope", "openid  fullname", EsiaCode::WrongScope),
        ("scope", " openid", EsiaCode::WrongScope),
        ("scope", "openid openid", EsiaCode::WrongScope),
        ("scope", "openid,fullname", EsiaCode::WrongScope),
        ("person_filter", "anybody", EsiaCode::WrongParameter),
        ("code_challenge_method", "S256", EsiaCode::WrongParameter),
        ("code_challenge", "short", EsiaCode::WrongParameter),
        ("permissions", "e30", EsiaCode::WrongParameter),
        ("scope_org", "org_shortname", EsiaCode::NoGrants),
        (
            "state",
            "{6f1c8d3e-5b0a-4c57-9d0e-2a7b1f3c4d5e}",
            EsiaCode::WrongParameter,
        ),
    ] {
        let mut form = system.request(&uuid());
        form.set(name, value);
        system.sign(&mut form);
        assert_eq!(ask(&stand, &form).await.0, Some(code), "{name}={value}");
    }
}

#[tokio::test]
async fn the_time_window_is_five_minutes_either_way() {
    let stand = Stand::new();
    let system = System::new(&stand);
    for (offset, accepted) in [
        (0, true),
        (300, true),
        (301, false),
        (-300, true),
        (-301, false),
    ] {
        let mut form = system.request(&uuid());
        form.set("timestamp", timestamp(stand.now() + offset));
        system.sign(&mut form);
        let code = ask(&stand, &form).await.0;
        assert_eq!(code, (!accepted).then_some(EsiaCode::WrongTime), "{offset}");
    }
    // A plus sign that was not written %2B arrives as a blank.
    let mut form = system.signed_request(&uuid());
    form.set("timestamp", form.get("timestamp").replace('+', " "));
    assert_eq!(ask(&stand, &form).await.0, Some(EsiaCode::WrongTime));
    assert!(stand.last_cause().contains("%2B"));
}

#[tokio::test]
async fn usual_mistakes_with_the_signature_are_refused_and_named_in_the_log() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let form = system.signed_request(&uuid());
    let right = URL_SAFE_NO_PAD.decode(form.get("client_secret")).unwrap();
    let encode = |octets: &[u8]| URL_SAFE_NO_PAD.encode(octets);
    let reversed: Vec<u8> = right.iter().rev().copied().collect();
    let swapped = [&right[32..], &right[..32]].concat();
    let of_v1: String = ["scope", "timestamp", "client_id", "state"]
        .iter()
        .map(|name| form.get(name))
        .collect();
    for (secret, cause) in [
        (encode(&reversed), "CryptoPro"),
        (encode(&swapped), "exchanged"),
        (encode(&system.raw(&of_v1)), "order of v1"),
        (encode(&right[..63]), "63 octets"),
        ("!".repeat(86), "base64"),
        (
            encode(&System::other(&stand).raw(&of_v1)),
            "not of this text",
        ),
    ] {
        let mut form = form.clone();
        form.set("client_secret", secret);
        assert_eq!(
            ask(&stand, &form).await.0,
            Some(EsiaCode::WrongSignature),
            "{cause}"
        );
        assert!(
            stand.last_cause().contains(cause),
            "{cause}: {}",
            stand.last_cause()
        );
    }
    stand
        .control
        .set_knob(|knobs| knobs.strict_byte_order = false);
    let mut lax = form.clone();
    lax.set("client_secret", encode(&reversed));
    assert_eq!(ask(&stand, &lax).await.0, None);
}

#[tokio::test]
async fn a_signature_of_each_signed_part_is_checked() {
    let stand = Stand::with(|settings| {
        settings.clients[0]
            .redirect_uris
            .push("https://diary.test/second".to_owned());
    });
    let system = System::new(&stand);
    for (name, value) in [
        ("scope", "openid fullname".to_owned()),
        ("timestamp", timestamp(stand.now() + 1)),
        ("state", uuid()),
        ("redirect_uri", "https://diary.test/second".to_owned()),
        ("scope_org", String::new()),
    ] {
        let mut form = system.signed_request(&uuid());
        form.set(name, value);
        let expected = (name != "scope_org").then_some(EsiaCode::WrongSignature);
        assert_eq!(ask(&stand, &form).await.0, expected, "{name}");
    }
    let mut empty = system.signed_request(&uuid());
    empty.set("scope_org", "");
    stand
        .control
        .set_knob(|knobs| knobs.empty_scope_org = false);
    assert_eq!(ask(&stand, &empty).await.0, Some(EsiaCode::WrongScope));
    // Unsigned parts may change.
    let mut form = system.signed_request(&uuid());
    form.set("access_type", "online");
    form.set("person_filter", "Y29uZl9hY2M=");
    assert_eq!(ask(&stand, &form).await.0, None);
}

#[tokio::test]
async fn all_three_encodings_of_a_signature_are_accepted() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let form = system.signed_request(&uuid());
    let octets = URL_SAFE_NO_PAD.decode(form.get("client_secret")).unwrap();
    for secret in [URL_SAFE.encode(&octets), STANDARD.encode(&octets)] {
        let mut form = form.clone();
        form.set("client_secret", secret);
        assert_eq!(ask(&stand, &form).await.0, None);
    }
}

#[tokio::test]
async fn usual_mistakes_with_the_hash_are_refused_and_named_in_the_log() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let over_pem = hex::encode_upper(gost_signature::streebog256(CLIENT_CERTIFICATE.as_bytes()));
    let sha256 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, system.certificate.der());
    for (hash, cause) in [
        (over_pem, "PEM"),
        (hex::encode(sha256), "SHA-256"),
        ("A".repeat(40), "40 characters"),
        (
            System::other(&stand).certificate.hash_hex(),
            "no certificate of the client",
        ),
    ] {
        let mut form = system.signed_request(&uuid());
        form.set("client_certificate_hash", hash);
        assert_eq!(
            ask(&stand, &form).await.0,
            Some(EsiaCode::WrongSignature),
            "{cause}"
        );
        assert!(
            stand.last_cause().contains(cause),
            "{cause}: {}",
            stand.last_cause()
        );
    }
    let mut lower = system.signed_request(&uuid());
    lower.set(
        "client_certificate_hash",
        lower.get("client_certificate_hash").to_lowercase(),
    );
    assert_eq!(ask(&stand, &lower).await.0, None);
    stand
        .control
        .set_knob(|knobs| knobs.hash_case_sensitive = true);
    assert_eq!(ask(&stand, &lower).await.0, Some(EsiaCode::WrongSignature));
}

#[tokio::test]
async fn a_client_without_certificate_or_switched_off_or_expired_is_refused() {
    let stand = Stand::with(|settings| settings.clients[0].certificates.clear());
    let form = System::new(&stand).signed_request(&uuid());
    assert_eq!(ask(&stand, &form).await.0, Some(EsiaCode::NoCertificate));

    let stand = Stand::with(|settings| settings.clients[0].enabled = false);
    let form = System::new(&stand).signed_request(&uuid());
    assert_eq!(
        ask(&stand, &form).await,
        (Some(EsiaCode::UnauthorizedClient), true)
    );

    let expired = include_str!("../data/idp-expired.crt.pem");
    let stand = Stand::with(|settings| settings.clients[0].certificates = vec![expired.to_owned()]);
    let key = include_str!("../data/idp.key.pem");
    let system = System::registered(&stand, "DIARY01", crate::stand::CALLBACK, key, expired);
    assert_eq!(
        ask(&stand, &system.signed_request(&uuid())).await.0,
        Some(EsiaCode::WrongSignature)
    );
    assert!(stand.last_cause().contains("not valid at this time"));
}

#[tokio::test]
async fn pkce_can_be_refused_as_a_whole() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let mut form = system.signed_request(&uuid());
    form.set(
        "code_challenge",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    );
    form.set("code_challenge_method", "S256");
    assert_eq!(ask(&stand, &form).await.0, None);
    stand.control.set_knob(|knobs| knobs.pkce = Pkce::Refused);
    assert_eq!(ask(&stand, &form).await.0, Some(EsiaCode::WrongParameter));
}

#[tokio::test]
async fn organisation_scopes_are_signed_and_need_an_employee() {
    let stand = Stand::with(|settings| settings.clients[0].scopes.push("org_shortname".to_owned()));
    let system = System::new(&stand).asking("openid");
    let mut form = system.request(&uuid());
    form.set("scope_org", "org_shortname");
    system.sign(&mut form);
    let end = stand
        .browser()
        .walk(&System::address(&form), "sokolova")
        .await;
    assert_eq!(end.esia_code(), Some(EsiaCode::NotEmployee));
    let end = stand
        .browser()
        .walk(&System::address(&form), "dmitrieva")
        .await;
    let code = end.callback().remove("code").unwrap();
    let mut exchange = system.code_request(&code);
    exchange.set("scope_org", "org_shortname");
    system.sign(&mut exchange);
    let tokens = stand.exchange(&exchange).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    let school = stand.get("/rs/orgs/1000300001", token).await.json();
    assert_eq!(school["shortName"], "Школа стенда");
    assert_eq!(
        stand.get("/rs/orgs/1", token).await.status,
        StatusCode::NOT_FOUND
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whatever comes, the stand answers: a page, a redirect to the registered address, no fault.
    #[test]
    fn no_query_breaks_the_stand(
        names in proptest::collection::vec(
            prop_oneof![
                Just("client_id"), Just("redirect_uri"), Just("scope"), Just("state"),
                Just("timestamp"), Just("client_secret"), Just("client_certificate_hash"),
                Just("permissions"), Just("person_filter"), Just("response_type"),
            ],
            0..12,
        ),
        value in "\\PC{0,40}",
    ) {
        let stand = Stand::new();
        let mut form = System::new(&stand).request("6f1c8d3e-5b0a-4c57-9d0e-2a7b1f3c4d5e");
        for name in names {
            form.set(name, value.clone());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answer = runtime.block_on(async { stand.browser().get(&System::address(&form)).await });
        prop_assert!(answer.status == StatusCode::FOUND || answer.status == StatusCode::BAD_REQUEST);
        prop_assert!(answer.esia_code().is_some());
    }
}
