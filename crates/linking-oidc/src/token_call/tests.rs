use std::sync::Arc;

use linking_http::{CannedTransport, TransportErrorKind};

use super::*;

async fn exchange(
    answer: Result<http::Response<Vec<u8>>, TransportError>,
) -> (Result<TokenAnswer, TokenCallError>, String) {
    let transport = Arc::new(CannedTransport::new(move |_| answer.clone()));
    let verifier = CodeVerifier::from_text("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
    let exchange = CodeExchange {
        endpoint: &Url::parse("https://esia.example/aas/oauth2/v3/te").unwrap(),
        client_id: "SIM001",
        client_secret: &SecretText::new("MARKED-SECRET".to_owned()),
        redirect_uri: "https://school.example/callback",
        code: &SecretText::new("MARKED-CODE".to_owned()),
        verifier: Some(&verifier),
        extra: vec![("timestamp", "2026.01.15 12:30:45 +0300".to_owned())],
    };
    let answer = exchange.send(transport.as_ref()).await;
    let [request] = &transport.requests()[..] else {
        panic!("one call is made")
    };
    assert_eq!(request.method(), http::Method::POST);
    assert_eq!(
        request.uri().to_string(),
        "https://esia.example/aas/oauth2/v3/te"
    );
    assert_eq!(
        request.headers()["content-type"],
        "application/x-www-form-urlencoded"
    );
    (answer, String::from_utf8(request.body().clone()).unwrap())
}

fn response(status: u16, kind: &str, body: &str) -> http::Response<Vec<u8>> {
    http::Response::builder()
        .status(status)
        .header("content-type", kind)
        .header("date", "Thu, 15 Jan 2026 09:40:45 GMT")
        .body(body.as_bytes().to_vec())
        .unwrap()
}

const JSON: &str = "application/json;charset=UTF-8";

#[tokio::test]
async fn tokens_come_out_and_the_form_holds_each_parameter_once() {
    for expires_in in ["3600", "\"3600\""] {
        let body = format!(
            r#"{{"access_token":"a.b.c","id_token":"d.e.f","token_type":"Bearer",
            "expires_in":{expires_in},"state":"s","refresh_token":"r","new":[1]}}"#
        );
        let (answer, form) = exchange(Ok(response(200, JSON, &body))).await;
        let answer = answer.unwrap();
        assert_eq!(answer.access_token.expose(), "a.b.c");
        assert_eq!(
            answer.id_token.as_ref().map(SecretText::expose),
            Some("d.e.f")
        );
        assert_eq!(answer.state.as_ref().map(SecretText::expose), Some("s"));
        assert!(!format!("{answer:?}").contains("a.b.c"));
        let mut names: Vec<_> = form
            .split('&')
            .filter_map(|pair| pair.split('=').next())
            .collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "client_id",
                "client_secret",
                "code",
                "code_verifier",
                "grant_type",
                "redirect_uri",
                "timestamp"
            ]
        );
        assert!(
            form.contains("timestamp=2026.01.15+12%3A30%3A45+%2B0300"),
            "{form}"
        );
        assert!(
            form.contains("redirect_uri=https%3A%2F%2Fschool.example%2Fcallback"),
            "{form}"
        );
    }
}

#[tokio::test]
async fn a_refusal_brings_its_description_and_the_providers_clock() {
    let body = r#"{"error":"invalid_grant","error_description":"ESIA-007011: MARKED","state":"s"}"#;
    let (answer, _) = exchange(Ok(response(400, JSON, body))).await;
    let error = answer.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("MARKED"));
    let TokenCallError::Refused {
        status,
        description,
        date,
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(status, 400);
    assert!(description.expose().starts_with("ESIA-007011"));
    assert_eq!(date.unwrap().to_rfc3339(), "2026-01-15T09:40:45+00:00");
}

#[tokio::test]
async fn i1_a_gateways_page_is_no_answer_of_a_token_endpoint() {
    for (status, kind, body) in [
        (502, "text/html", "<html>MARKED</html>"),
        (503, "text/html", ""),
        (302, "text/html", ""),
        (200, "text/html", "<html>MARKED</html>"),
        (200, JSON, "{"),
        (200, JSON, ""),
        (200, JSON, r#"{"token_type":"Bearer"}"#),
        (
            200,
            JSON,
            r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#,
        ),
        (400, JSON, r#"{"code":"MARKED"}"#),
    ] {
        let (answer, _) = exchange(Ok(response(status, kind, body))).await;
        let error = answer.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("MARKED"));
        let TokenCallError::NotUnderstood {
            status: found,
            body: came,
            ..
        } = error
        else {
            panic!("{body}: {error:?}")
        };
        assert_eq!(found, status, "{body}");
        // What it says is handed on, unprinted, for a code of the provider in it.
        let page = kind != JSON;
        assert!(
            came.expose() == body || page && came.expose().is_empty(),
            "{body}"
        );
    }
}

#[tokio::test]
async fn other_faults_keep_their_kind() {
    let body = r#"{"access_token":"a","token_type":"mac"}"#;
    let (answer, _) = exchange(Ok(response(200, JSON, body))).await;
    assert_eq!(answer.unwrap_err(), TokenCallError::NotBearer);
    let away = TransportError::new(TransportErrorKind::Timeout);
    let (answer, _) = exchange(Err(away.clone())).await;
    assert_eq!(answer.unwrap_err(), TokenCallError::Transport(away));
}
