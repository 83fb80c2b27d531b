//! Odd answers of the token call and of REST.

use linking_core::provider::{Decline, ProviderErrorKind as Kind, ProviderIdentity};
use serde_json::Value;

use super::{
    stand::{now, with},
    *,
};

async fn identity(play: Play) -> ProviderIdentity {
    match Esia::new(play).sign_in(Switch::Off).await {
        Ok(Step::Verified(identity)) => *identity,
        other => panic!("{other:?}"),
    }
}

async fn fault(play: Play) -> ProviderError {
    let error = Esia::new(play).sign_in(Switch::Off).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains(MARK), "{error}");
    error
}

fn play(change: impl FnOnce(&mut Play)) -> Play {
    let mut play = Play::default();
    change(&mut play);
    play
}

fn id_with(changes: &Value) -> Play {
    play(|play| play.id = with(&play.id, changes))
}

fn access_with(changes: &Value) -> Play {
    play(|play| play.access = with(&play.access, changes))
}

#[tokio::test]
async fn b1_b5_tokens_for_others_or_of_other_times_are_refused() {
    let at = |seconds: i64| now().timestamp() + seconds;
    for changes in [
        json!({"aud": "OTHER"}),
        json!({"aud": ["TESTSYS", "OTHER"]}),
        json!({"aud": ["TESTSYS", "OTHER"], "azp": "TESTSYS"}),
        json!({"aud": "testsys"}),
        json!({"aud": 1}),
        json!({"aud": null}),
        json!({"aud": null, "client_id": "TESTSYS"}),
        json!({"iss": "https://esia.example/"}),
        json!({"iss": null}),
        json!({"exp": at(-61)}),
        json!({"exp": null}),
        json!({"exp": at(3600).to_string()}),
        json!({"iat": at(61)}),
        json!({"iat": at(-5 * 60 - 61)}),
        json!({"iat": null}),
        json!({"nbf": at(61)}),
    ] {
        assert_eq!(
            fault(id_with(&changes)).await.kind,
            Kind::AnswerInvalid,
            "{changes}"
        );
    }
    for changes in [
        json!({"client_id": "OTHER"}),
        json!({"client_id": null}),
        json!({"client_id": null, "aud": "TESTSYS"}),
        json!({"exp": at(-61)}),
        json!({"iss": "http://esia.example"}),
    ] {
        assert_eq!(
            fault(access_with(&changes)).await.kind,
            Kind::AnswerInvalid,
            "{changes}"
        );
    }
    for changes in [
        json!({"aud": ["TESTSYS"]}),
        json!({"exp": at(-59)}),
        json!({"iat": at(59), "nbf": at(59)}),
        json!({"iat": at(-5 * 60 - 59)}),
        json!({"nbf": null, "auth_time": null, "amr": null, "new": {"claims": [1]}}),
    ] {
        identity(id_with(&changes)).await;
    }
}

#[tokio::test]
async fn b7_all_answers_are_of_one_subject() {
    for odd in [
        id_with(&json!({"sub": 1_000_000_002})),
        id_with(&json!({"urn:esia:sbj": {"urn:esia:sbj:oid": 1_000_000_002}})),
        access_with(&json!({"urn:esia:sbj_id": 1_000_000_002})),
        access_with(&json!({"urn:esia:sbj_id": null})),
        id_with(&json!({"urn:esia:sbj": {"urn:esia:sbj:typ": "ORG"}})),
        play(|play| play.person.1 = with(&play.person.1, &json!({"oid": 1_000_000_002}))),
    ] {
        assert_eq!(fault(odd).await.kind, Kind::AnswerInvalid);
    }
    let same = play(|play| play.person.1 = with(&play.person.1, &json!({"oid": "1000000001"})));
    assert_eq!(identity(same).await.key.subject.as_str(), "1000000001");
}

#[tokio::test]
async fn b8_one_kind_of_token_is_not_another() {
    let whole = |play: &Play| {
        with(
            &with(&play.access, &play.id),
            &json!({"client_id": "TESTSYS"}),
        )
    };
    for (access_kind, id_kind) in [
        ("id", "id"),
        ("access", "access"),
        ("access", "authorization_code"),
        ("authorization_code", "id"),
        ("refresh", "id"),
        ("access", "logout"),
        ("access", ""),
    ] {
        // Claims that would do for either: the kind alone decides.
        let odd = play(|play| {
            let both = whole(play);
            (play.access, play.id) = (both.clone(), both);
            (play.access_kind, play.id_kind) = (access_kind, id_kind);
        });
        assert_eq!(
            fault(odd).await.kind,
            Kind::AnswerInvalid,
            "{access_kind} {id_kind}"
        );
    }
}

#[tokio::test]
async fn c16_number_and_text_are_one_subject() {
    let big = 9_007_199_254_740_993_u64;
    for (sub, subject) in [
        (json!(1_000_000_001), "1000000001"),
        (json!("1000000001"), "1000000001"),
        (json!(big), "9007199254740993"),
        (json!(big.to_string()), "9007199254740993"),
    ] {
        let play = play(|play| {
            let number: u64 = subject.parse().unwrap();
            let claim = json!({"urn:esia:sbj:oid": number, "urn:esia:sbj:is_tru": true});
            play.id = with(&play.id, &json!({"sub": sub, "urn:esia:sbj": claim}));
            play.access = with(&play.access, &json!({"urn:esia:sbj_id": number}));
        });
        assert_eq!(identity(play).await.key.subject.as_str(), subject);
    }
    for sub in [
        json!(1_000_000_001.0),
        json!("1000000001.0"),
        json!("01000000001"),
        json!(""),
        json!(0),
        json!([1_000_000_001]),
        json!(null),
    ] {
        let error = fault(id_with(&json!({"sub": sub, "id": 1_000_000_001}))).await;
        assert_eq!(error.kind, Kind::AnswerInvalid, "{sub}");
    }
}

#[tokio::test]
async fn tokens_must_be_whole_and_answer_our_call() {
    for changes in [
        json!({"id_token": null}),
        json!({"id_token": "a.b.c"}),
        json!({"access_token": "a.b.c"}),
        json!({"token_type": "mac"}),
        json!({"state": STATE_TEXT}),
    ] {
        let odd = play(|play| play.tokens = changes.clone());
        assert_eq!(fault(odd).await.kind, Kind::AnswerInvalid, "{changes}");
    }
    for changes in [
        json!({"state": null, "expires_in": null}),
        json!({"expires_in": 3600, "token_type": "bearer", "new": MARK}),
    ] {
        identity(play(|play| play.tokens = changes)).await;
    }
}

#[tokio::test]
async fn every_refusal_of_the_token_call_has_its_kind() {
    for (code, kind) in [
        ("ESIA-007011", Kind::Restart),
        ("ESIA-007040", Kind::Restart),
        ("ESIA-007053", Kind::Configuration),
        ("ESIA-007039", Kind::Configuration),
        ("ESIA-007007", Kind::Unavailable),
        ("ESIA-007008", Kind::Unavailable),
        ("ESIA-009999", Kind::Configuration),
    ] {
        let refusal = json!({
            "error": "access_denied", "error_description": format!("{code}: {MARK}"), "state": "x",
        });
        let odd = play(|play| play.token_refusals = vec![(400, refusal)]);
        let error = fault(odd).await;
        assert_eq!(error.kind, kind, "{code}");
        assert!(error.cause.contains(code));
    }
    // Of an unexpected form or status; the code tells.
    for (status, body, kind) in [
        (
            400,
            json!({"code": "ESIA-007011", "message": MARK}),
            Kind::Restart,
        ),
        (400, json!([{"code": "ESIA-007053"}]), Kind::Configuration),
        (
            500,
            json!({"error_description": "ESIA-007007"}),
            Kind::Unavailable,
        ),
        (
            503,
            json!({"error": "server_error", "error_description": "ESIA-007008: x", "state": "x"}),
            Kind::Unavailable,
        ),
        (
            200,
            json!({"error": "invalid_grant", "error_description": "ESIA-007011", "state": "x"}),
            Kind::Restart,
        ),
    ] {
        let odd = play(|play| play.token_refusals = vec![(status, body.clone())]);
        let error = fault(odd).await;
        assert_eq!(error.kind, kind, "{status} {body}");
        assert!(error.cause.contains("ESIA-0"), "{error}");
    }
    for (status, kind) in [
        (500, Kind::Unavailable),
        (503, Kind::Unavailable),
        (404, Kind::AnswerInvalid),
    ] {
        let odd = play(|play| play.token_refusals = vec![(status, json!(MARK))]);
        assert_eq!(fault(odd).await.kind, kind, "{status}");
    }
}

fn not_covered() -> (u16, Value) {
    (403, json!({"code": "ESIA-005029", "message": MARK}))
}

#[tokio::test]
async fn e11_who_says_nothing_of_the_person_is_no_identity() {
    let nameless = json!({"birthDate": "14.03.1988", "snils": "112-233-445 95", "trusted": true});
    for answer in [not_covered(), (200, json!({})), (200, nameless)] {
        let adult = fault(play(|play| play.person = answer.clone())).await;
        assert_eq!(adult.kind, Kind::Configuration, "{answer:?}");
        assert!(adult.cause.contains("scopes"), "{adult}");
        let child = play(|play| {
            play.person = answer;
            let claim = json!({"urn:esia:sbj:lvl": "KD"});
            play.id = with(&play.id, &json!({"urn:esia:sbj": claim}));
        });
        let step = Esia::new(child).sign_in(Switch::Off).await;
        assert!(
            matches!(step, Ok(Step::Declined(Decline::AccountUnfit))),
            "without the parent's leave: {step:?}"
        );
    }
}

#[tokio::test]
async fn fewer_data_are_no_fault() {
    let fewer = identity(play(|play| {
        play.person.1 = json!({"lastName": "Ли", "firstName": "Ян", "trusted": true});
    }))
    .await;
    assert!(fewer.claims.name.is_some());
    assert_eq!(fewer.claims.snils, None);
    let play = play(|play| {
        play.embeds = false;
        play.contacts = not_covered();
    });
    let Ok(Step::Verified(identity)) = Esia::new(play).sign_in(Switch::On).await else {
        panic!()
    };
    assert!(identity.claims.name.is_some());
    assert_eq!(identity.claims.contacts, Some(Vec::new()));
}

#[tokio::test]
async fn contacts_that_do_not_come_with_the_person_are_asked_for_by_a_call_of_their_own() {
    for in_the_person in [json!(null), json!({"size": 1}), json!("x")] {
        let esia = Esia::new(play(|play| {
            play.embeds = false;
            play.person.1 = with(&play.person.1, &json!({"contacts": in_the_person}));
        }));
        let step = esia.sign_in(Switch::On).await;
        let Ok(Step::Verified(identity)) = step else {
            panic!("{step:?}")
        };
        assert_eq!(identity.claims.contacts.unwrap().len(), 1);
        let asked = esia.requests().last().unwrap().uri().to_string();
        assert!(asked.ends_with("/ctts?embed=(elements)"), "{asked}");
    }
}

#[tokio::test]
async fn i1_contacts_that_cannot_be_had_are_unknown_and_the_sign_in_goes_on() {
    for answer in [
        (503, json!(MARK)),
        (401, json!({"code": "ESIA-005013"})),
        (404, json!({})),
        (200, json!(MARK)),
    ] {
        let esia = Esia::new(play(|play| {
            play.embeds = false;
            play.contacts = answer.clone();
        }));
        let Ok(Step::Verified(identity)) = esia.sign_in(Switch::On).await else {
            panic!("{answer:?}")
        };
        assert_eq!(identity.claims.contacts, None, "{answer:?}");
        assert!(identity.claims.snils.is_some());
    }
}

#[tokio::test]
async fn i1_where_person_and_contacts_do_not_come_together_the_person_comes_alone() {
    let esia = Esia::new(play(|play| play.embed_fails = true));
    let Ok(Step::Verified(identity)) = esia.sign_in(Switch::On).await else {
        panic!()
    };
    assert_eq!(identity.claims.contacts, None);
    assert!(identity.claims.name.is_some());
    let paths: Vec<_> = esia
        .requests()
        .iter()
        .map(|r| r.uri().to_string())
        .collect();
    assert_eq!(
        paths[1..],
        [
            "https://esia.example/rs/prns/1000000001?embed=(contacts.elements)",
            "https://esia.example/rs/prns/1000000001",
        ]
    );
}

#[tokio::test]
async fn i1_person_data_that_do_not_come_stop_the_sign_in() {
    for (status, body, kind) in [
        (401, json!({"code": "ESIA-005013"}), Kind::Restart),
        (404, json!({}), Kind::AnswerInvalid),
        (503, json!(MARK), Kind::Unavailable),
        (200, json!(MARK), Kind::AnswerInvalid),
    ] {
        let odd = play(|play| play.person = (status, body));
        assert_eq!(fault(odd).await.kind, kind, "{status}");
    }
}

#[tokio::test]
async fn a_deleted_account_is_declined() {
    let gone = play(|play| play.person.1 = with(&play.person.1, &json!({"status": "DELETED"})));
    let step = Esia::new(gone).sign_in(Switch::Off).await;
    assert!(matches!(step, Ok(Step::Declined(Decline::AccountUnfit))));
}

#[tokio::test]
async fn levels_follow_the_token_and_the_person() {
    let of = |lvl: &str, is_tru: Option<bool>, trusted: bool| {
        let claim = json!({"urn:esia:sbj:lvl": lvl, "urn:esia:sbj:is_tru": is_tru});
        play(|play| {
            play.id = with(&play.id, &json!({"urn:esia:sbj": with(&claim, &json!({}))}));
            play.person.1 = with(&play.person.1, &json!({"trusted": trusted}));
        })
    };
    for (play, level) in [
        (of("PR", Some(true), true), AssuranceLevel::Verified),
        (of("P", None, false), AssuranceLevel::Simplified),
        (of("PR", None, false), AssuranceLevel::Simplified),
        (of("PR", Some(true), false), AssuranceLevel::Simplified),
        (of("KD", None, false), AssuranceLevel::Child),
    ] {
        assert_eq!(identity(play).await.assurance, level);
    }
}

#[tokio::test]
async fn the_time_of_the_sign_in_is_never_in_the_future() {
    let at = |seconds: i64| now().timestamp() + seconds;
    let minute = chrono::TimeDelta::seconds(60);
    for (auth_time, found) in [
        (json!(at(-60)), Some(now() - minute)),
        (json!(at(59)), Some(now())),
        (json!(at(61)), None),
        (json!(null), None),
    ] {
        let play = id_with(&json!({"auth_time": auth_time}));
        assert_eq!(identity(play).await.authenticated_at, found, "{auth_time}");
    }
}
