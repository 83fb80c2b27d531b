//! What happens between the stand and its client: keys change, gateways answer, connections fail,
//! single services are out.

use std::time::Duration;

use axum::http::StatusCode;
use linking_simulator::{EsiaCode, Fault, Place, TokenAlgorithm, Transport};
use serde_json::Value;

use crate::faults::signed_in;
use crate::stand::Stand;

#[tokio::test]
async fn keys_rotate_and_the_old_ones_stay_until_retired() {
    for (stand, algorithm) in [
        (Stand::new(), TokenAlgorithm::Rs256),
        (Stand::gost(), TokenAlgorithm::Gost),
    ] {
        let mut signed = signed_in(stand).await;
        let control = signed.stand.control.clone();
        let first = control.certificates_pem(algorithm);
        let old = signed.token("id_token").await;
        control.prepare_keys().unwrap();
        let announced = control.certificates_pem(algorithm);
        assert_eq!(announced.len(), 2);
        let before = signed.token("id_token").await;
        assert!(signed.stand.verifies(&before, algorithm, &first));
        control.rotate_keys().unwrap();
        assert_eq!(control.certificates_pem(algorithm), announced);
        let new = signed.token("id_token").await;
        assert!(!signed.stand.verifies(&new, algorithm, &first));
        assert!(signed.stand.verifies(&new, algorithm, &announced));
        assert!(signed.stand.verifies(&old, algorithm, &announced));
        let index = signed.browser.get("/public/keys/").await.body;
        for file in ["rsa-1.pem", "gost-1.pem", "rsa-2.pem", "gost-2.pem"] {
            assert!(index.contains(file), "{file}");
            let pem = signed
                .browser
                .get(&format!("/public/keys/{file}"))
                .await
                .body;
            assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
        }
        let all = signed.browser.get("/public/keys/all.pem").await.body;
        assert_eq!(all.matches("BEGIN CERTIFICATE").count(), 4);
        control.retire_old_keys();
        assert_eq!(control.certificates_pem(algorithm), announced[1..]);
        let gone = signed.browser.get("/public/keys/rsa-1.pem").await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn answers_of_the_gateway_come_instead_and_have_no_effect() {
    let mut signed = signed_in(Stand::new()).await;
    let control = signed.stand.control.clone();
    let code = signed.ask().await.callback().remove("code").unwrap();
    for status in [500, 502, 503] {
        control.set_fault_times(Fault::Transport(Place::Token, Transport::Html(status)), 1);
        let answer = signed
            .stand
            .exchange(&signed.system.signed_code_request(&code))
            .await;
        assert_eq!(answer.status.as_u16(), status);
        assert!(
            answer.headers["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/html")
        );
    }
    let elsewhere = Transport::Redirect("http://attacker.stand.test/".to_owned());
    control.set_fault_times(Fault::Transport(Place::Token, elsewhere), 1);
    let answer = signed
        .stand
        .exchange(&signed.system.signed_code_request(&code))
        .await;
    assert_eq!(answer.location(), "http://attacker.stand.test/");
    control.set_fault_times(Fault::Transport(Place::Token, Transport::Garbage), 1);
    let answer = signed
        .stand
        .exchange(&signed.system.signed_code_request(&code))
        .await;
    assert!(serde_json::from_str::<Value>(&answer.body).is_err());
    let answer = signed
        .stand
        .exchange(&signed.system.signed_code_request(&code))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    // A fault of one place leaves the others alone.
    control.set_fault(Fault::Transport(Place::Rest, Transport::Html(503)));
    let token = signed.token("access_token").await;
    assert_eq!(
        signed
            .stand
            .get("/rs/prns/1000000001", &token)
            .await
            .status
            .as_u16(),
        503
    );
}

#[tokio::test(start_paused = true)]
async fn a_delay_is_as_long_as_set_and_the_code_is_spent() {
    let mut signed = signed_in(Stand::new()).await;
    let code = signed.ask().await.callback().remove("code").unwrap();
    let late = Fault::Transport(Place::Token, Transport::Delay(30_000));
    signed.stand.control.set_fault_times(late, 1);
    let begun = tokio::time::Instant::now();
    let answer = signed
        .stand
        .exchange(&signed.system.signed_code_request(&code))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(begun.elapsed(), Duration::from_secs(30));

    let code = signed.ask().await.callback().remove("code").unwrap();
    let never = Fault::Transport(Place::Token, Transport::NoAnswer);
    signed.stand.control.set_fault_times(never, 1);
    let form = signed.system.signed_code_request(&code);
    let waited = tokio::time::timeout(Duration::from_hours(1), signed.stand.exchange(&form)).await;
    assert!(waited.is_err());
    let answer = signed
        .stand
        .exchange(&signed.system.signed_code_request(&code))
        .await;
    assert_eq!(answer.esia_code(), Some(EsiaCode::InvalidGrant));
}

#[tokio::test]
async fn the_token_request_fails_with_any_status_in_json_and_the_code_stays_good() {
    let mut signed = signed_in(Stand::new()).await;
    let code = signed.ask().await.callback().remove("code").unwrap();
    for status in [500, 502, 503] {
        let fault = Fault::TokenFailure(status, EsiaCode::Internal);
        signed.stand.control.set_fault_times(fault, 1);
        let answer = signed
            .stand
            .exchange(&signed.system.signed_code_request(&code))
            .await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.esia_code(), Some(EsiaCode::Internal));
        assert_eq!(answer.json()["error"], "server_error");
    }
    let answer = signed
        .stand
        .exchange(&signed.system.signed_code_request(&code))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn contacts_alone_can_be_out() {
    let mut signed = signed_in(Stand::new()).await;
    let token = signed.token("access_token").await;
    signed.stand.control.set_fault(Fault::Contacts(503));
    for (path, status) in [
        ("/rs/prns/1000000001", 200),
        ("/rs/prns/1000000001/ctts?embed=(elements)", 503),
        ("/rs/prns/1000000001/ctts", 503),
        ("/rs/prns/1000000001?embed=(contacts.elements)", 503),
        ("/rs/prns/1000000001?embed=(kids.elements)", 200),
    ] {
        let answer = signed.stand.get(path, &token).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
    }
}
