use linking_core::provider::ProviderErrorKind as Kind;
use serde_json::json;

use super::*;
use crate::person::Person;

const STATE: &str = "6f1c8d3e-5b0a-4c57-9d0e-2a7b1f3c4d5e";

fn read(pairs: &[(&str, &str)]) -> Result<String, ProviderError> {
    let pairs = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let params = CallbackParams::new(pairs).unwrap();
    callback(&params, STATE.parse().unwrap()).map(|found| match found {
        Callback::Code(code) => code.expose().to_owned(),
        Callback::Refused(code) => format!("{code:?}"),
    })
}

#[test]
fn a_callback_is_a_code_or_a_refusal_with_esias_code() {
    assert_eq!(
        read(&[("code", "x.y.z"), ("state", STATE)]),
        Ok("x.y.z".to_owned())
    );
    for description in [
        "ESIA-007004: The resource owner or authorization server denied the request.",
        "ESIA-007004: Владелец ресурса отклонил запрос.",
    ] {
        let found = read(&[
            ("error_description", description),
            ("state", STATE),
            ("error", "access_denied"),
        ]);
        assert_eq!(found, Ok("ESIA-007004".to_owned()));
    }
}

#[test]
fn an_odd_callback_is_not_believed() {
    for (pairs, kind) in [
        (&[("code", "x.y.z")][..], Kind::AnswerInvalid),
        (&[("code", "x.y.z"), ("state", "")], Kind::AnswerInvalid),
        (
            &[
                ("code", "x.y.z"),
                ("state", "6F1C8D3E-5B0A-4C57-9D0E-2A7B1F3C4D5E"),
            ],
            Kind::AnswerInvalid,
        ),
        (
            &[
                ("code", "x.y.z"),
                ("state", "6f1c8d3e5b0a4c579d0e2a7b1f3c4d5e"),
            ],
            Kind::AnswerInvalid,
        ),
        (
            &[("code", "x"), ("error", "access_denied"), ("state", STATE)],
            Kind::AnswerInvalid,
        ),
        (&[("state", STATE)], Kind::AnswerInvalid),
        // Without ESIA's code nobody can tell who refused (trap 20).
        (
            &[("error", "access_denied"), ("state", STATE)],
            Kind::Configuration,
        ),
        (
            &[
                ("error", "MARKED"),
                ("error_description", "MARKED"),
                ("state", STATE),
            ],
            Kind::Configuration,
        ),
        (
            &[("error", "temporarily_unavailable"), ("state", STATE)],
            Kind::Unavailable,
        ),
        (
            &[("error", "server_error"), ("state", STATE)],
            Kind::Unavailable,
        ),
    ] {
        let error = read(pairs).unwrap_err();
        assert_eq!(error.kind, kind, "{pairs:?}");
        assert!(!error.cause.contains("MARKED"));
    }
}

fn answer(status: u16, kind: &str, body: &str) -> Response<Vec<u8>> {
    Response::builder()
        .status(status)
        .header("content-type", kind)
        .body(body.as_bytes().to_vec())
        .unwrap()
}

const JSON: &str = "application/json;charset=UTF-8";

#[test]
fn rest_answers_are_read_also_when_wrapped_into_an_array() {
    let object = json!({"trusted": true, "new": [1]});
    for body in [object.to_string(), json!([object]).to_string()] {
        let Ok(Rest::Found(person)) = rest::<Person>("person", &answer(200, JSON, &body)) else {
            panic!("{body}");
        };
        assert_eq!(person.trusted, Some(true));
    }
}

#[test]
fn i1_rest_refusals_have_their_kinds() {
    let error = |code: &str| json!({"code": code, "message": "MARKED"}).to_string();
    let in_array = |code: &str| json!([{"code": code, "message": "MARKED"}]).to_string();
    for (status, kind, body, expected) in [
        (401, JSON, error("ESIA-005011"), Kind::Restart),
        (401, JSON, in_array("ESIA-005013"), Kind::Restart),
        (401, "text/html", "MARKED".to_owned(), Kind::Restart),
        (403, JSON, error("ESIA-007999"), Kind::Configuration),
        (403, "text/html", "MARKED".to_owned(), Kind::Configuration),
        (404, JSON, String::new(), Kind::AnswerInvalid),
        (404, JSON, error("ESIA-005999"), Kind::AnswerInvalid),
        (302, "text/html", String::new(), Kind::Unavailable),
        (429, JSON, String::new(), Kind::Unavailable),
        (500, JSON, error("ESIA-007007"), Kind::Unavailable),
        (
            502,
            "text/html",
            "<html>MARKED".to_owned(),
            Kind::Unavailable,
        ),
        (503, "text/html", String::new(), Kind::Unavailable),
        (
            200,
            "text/html",
            "<html>MARKED".to_owned(),
            Kind::Unavailable,
        ),
        (200, JSON, "{".to_owned(), Kind::Unavailable),
        (200, JSON, "[]".to_owned(), Kind::AnswerInvalid),
        (
            200,
            JSON,
            r#"["MARKED","x"]"#.to_owned(),
            Kind::AnswerInvalid,
        ),
        (200, JSON, "\"MARKED\"".to_owned(), Kind::AnswerInvalid),
        (
            200,
            JSON,
            r#"{"trusted":"MARKED"}"#.to_owned(),
            Kind::AnswerInvalid,
        ),
        (200, JSON, r#"{"oid":1.0}"#.to_owned(), Kind::AnswerInvalid),
    ] {
        let Err(found) = rest::<Person>("person data", &answer(status, kind, &body)) else {
            panic!("{status} {body}");
        };
        assert_eq!(found.kind, expected, "{status} {body}");
        assert!(!found.cause.contains("MARKED"), "{}", found.cause);
    }
}

#[test]
fn data_that_the_token_does_not_cover_are_absent() {
    for body in [r#"{"code":"ESIA-005029"}"#, r#"[{"code":"ESIA-005029"}]"#] {
        let found = rest::<Person>("person data", &answer(403, JSON, body));
        assert!(matches!(found, Ok(Rest::NotCovered)));
    }
}

#[test]
fn i1_a_chain_that_is_not_trusted_is_the_operators_and_the_rest_passes() {
    use TransportErrorKind as T;
    for (kind, told) in [
        (T::Tls, Kind::Configuration),
        (T::Connect, Kind::Unavailable),
        (T::Timeout, Kind::Unavailable),
        (T::BodyTooLarge, Kind::Unavailable),
        (T::Protocol, Kind::Unavailable),
        (T::Paused, Kind::Unavailable),
    ] {
        let error = no_answer("token", &TransportError::new(kind));
        assert_eq!(error.kind, told, "{kind:?}");
    }
}
