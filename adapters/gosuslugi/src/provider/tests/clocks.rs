//! Clocks that differ: B5, and class CLOCK of `esia.md` 8.4.

use chrono::TimeDelta;

use super::{
    stand::{now, with},
    *,
};

const AHEAD: i64 = 600;

/// An ESIA whose clock is ten minutes ahead, tokens and `Date` included.
fn ahead() -> Play {
    off_by(AHEAD)
}

/// An ESIA whose clock is that many seconds ahead (negative: behind).
fn off_by(seconds: i64) -> Play {
    let mut play = Play::default();
    let at = now().timestamp() + seconds;
    let times = json!({"iat": at, "nbf": at, "exp": at + 240});
    play.code = with(&play.code, &times);
    play.access = with(&play.access, &times);
    play.id = with(&with(&play.id, &times), &json!({"auth_time": at}));
    play.date = Some(now() + TimeDelta::seconds(seconds));
    play
}

fn wrong_time() -> (u16, serde_json::Value) {
    (
        400,
        json!({"error": "invalid_request", "error_description": "ESIA-007015: x", "state": "x"}),
    )
}

async fn asked_time(adapter: &Gosuslugi) -> String {
    let step = adapter.begin(stand::begin(Switch::Off)).await.unwrap();
    value(&query(&step), "timestamp").unwrap().to_owned()
}

#[tokio::test]
async fn b5_a_request_refused_for_its_time_teaches_the_clock_for_the_next_try() {
    let esia = Esia::new(ahead());
    let adapter = esia.adapter();
    assert_eq!(asked_time(&adapter).await, "2027.01.15 09:30:45 +0000");
    let error = esia.refused(&adapter, "ESIA-007015").await.unwrap_err();
    assert_eq!(error.kind, Kind::Restart);
    assert!(error.cause.contains("600 s"), "{}", error.cause);
    assert_eq!(asked_time(&adapter).await, "2027.01.15 09:40:45 +0000");
    assert_eq!(
        adapter.ready(now()).await,
        Ok(vec![Warning::ClocksDiffer(600)])
    );
    let [request] = &esia.requests()[..] else {
        panic!("one call for the clock")
    };
    assert_eq!(request.method(), http::Method::HEAD);
}

#[tokio::test]
async fn b5_a_sign_in_begun_with_the_learned_clock_succeeds_on_any_server() {
    let esia = Esia::new(ahead());
    let adapter = esia.adapter();
    esia.refused(&adapter, "ESIA-007015").await.unwrap_err();
    let Ok(Step::Ask { state, .. }) = adapter.begin(stand::begin(Switch::Off)).await else {
        panic!()
    };
    let code = esia.code(&json!({}));
    let answer = Answer::Callback(params(&[("code", &code), ("state", STATE_TEXT)]));
    // Another server, which has not learned anything, goes by the flow's own state.
    let step = esia.adapter().advance(stand::resume(state, answer)).await;
    let Ok(Step::Verified(identity)) = step else {
        panic!("{step:?}")
    };
    assert_eq!(identity.authenticated_at, Some(now()), "by our own clock");
}

#[tokio::test]
async fn b5_a_wrong_time_though_the_clocks_agree_is_the_operators() {
    let esia = Esia::new(Play::default());
    let adapter = esia.adapter();
    let error = esia.refused(&adapter, "ESIA-007015").await.unwrap_err();
    assert_eq!(error.kind, Kind::Configuration);
    assert_eq!(asked_time(&adapter).await, "2027.01.15 09:30:45 +0000");
}

#[tokio::test]
async fn b5_a_clock_an_hour_off_or_unknown_is_not_followed() {
    for date in [Some(now() + TimeDelta::seconds(3_601)), None] {
        let esia = Esia::new(Play {
            date,
            ..Play::default()
        });
        let adapter = esia.adapter();
        let error = esia.refused(&adapter, "ESIA-007015").await.unwrap_err();
        assert_eq!(error.kind, Kind::Configuration, "{date:?}");
        assert_eq!(asked_time(&adapter).await, "2027.01.15 09:30:45 +0000");
    }
}

#[tokio::test]
async fn b5_a_token_call_refused_for_its_time_is_made_once_more_by_esias_clock() {
    // The code's own times still pass; the token call's do not.
    let mut play = ahead();
    play.code = Play::default().code;
    play.token_refusals = vec![wrong_time()];
    let esia = Esia::new(play);
    assert!(matches!(
        esia.sign_in(Switch::Off).await,
        Ok(Step::Verified(_))
    ));
    let times: Vec<String> = esia
        .requests()
        .iter()
        .filter(|request| request.method() == http::Method::POST)
        .map(|request| {
            let form: Vec<_> = url::form_urlencoded::parse(request.body())
                .into_owned()
                .collect();
            value(&form, "timestamp").unwrap().to_owned()
        })
        .collect();
    assert_eq!(
        times,
        ["2027.01.15 09:30:45 +0000", "2027.01.15 09:40:45 +0000"]
    );
}

#[tokio::test]
async fn b5_a_second_refusal_for_time_ends_it() {
    let mut play = ahead();
    play.code = Play::default().code;
    play.token_refusals = vec![wrong_time(), wrong_time()];
    let esia = Esia::new(play);
    let error = esia.sign_in(Switch::Off).await.unwrap_err();
    assert_eq!(error.kind, Kind::Configuration);
    assert_eq!(esia.requests().len(), 2);
}

#[tokio::test]
async fn b5_a_code_from_another_clock_says_so() {
    let esia = Esia::new(ahead());
    let error = esia.sign_in(Switch::Off).await.unwrap_err();
    assert_eq!(error.kind, Kind::Restart);
    assert!(error.cause.contains("600 s"), "{}", error.cause);
}

#[tokio::test]
async fn b5_a_quick_sign_in_by_a_clock_behind_ours_teaches_the_offset() {
    let esia = Esia::new(off_by(-200));
    let adapter = esia.adapter();
    let quick = |state, code: &str| {
        let answer = Answer::Callback(params(&[("code", code), ("state", STATE_TEXT)]));
        linking_core::provider::Resume {
            begun_at: now(),
            ..stand::resume(state, answer)
        }
    };
    let code = esia.code(&json!({}));
    let Ok(Step::Ask { state, .. }) = adapter.begin(stand::begin(Switch::Off)).await else {
        panic!()
    };
    let error = adapter.advance(quick(state, &code)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Restart);
    assert!(error.cause.contains("-200 s"), "{}", error.cause);
    assert_eq!(asked_time(&adapter).await, "2027.01.15 09:27:25 +0000");
    let Ok(Step::Ask { state, .. }) = adapter.begin(stand::begin(Switch::Off)).await else {
        panic!()
    };
    let step = adapter.advance(quick(state, &code)).await;
    assert!(matches!(step, Ok(Step::Verified(_))), "{step:?}");
}

#[tokio::test]
async fn b5_an_old_code_while_the_clocks_agree_is_no_fault_of_clocks() {
    let esia = Esia::new(Play::default());
    let adapter = esia.adapter();
    let old = esia.code(&json!({"iat": now().timestamp() - 1_000}));
    let error = esia.come_back_with(&old).await.unwrap_err();
    assert_eq!(error.kind, Kind::AnswerInvalid);
    assert_eq!(asked_time(&adapter).await, "2027.01.15 09:30:45 +0000");
}
