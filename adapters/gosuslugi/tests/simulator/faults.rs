//! ESIA answers wrongly, or somebody makes it look so.

use linking_core::provider::{Decline, ProviderError, ProviderErrorKind as Kind, Step, Switch};
use linking_gosuslugi::{Gosuslugi, Warning};
use linking_simulator::{
    Callback, Claim, EsiaCode, Fault, Forgery, Pkce, TokenAlgorithm, TokenKind,
};

use crate::{
    browser::{Landing, Visitor},
    site::Site,
};

const BOTH: [TokenAlgorithm; 2] = [TokenAlgorithm::Rs256, TokenAlgorithm::Gost];
const KINDS: [TokenKind; 3] = [TokenKind::Code, TokenKind::Access, TokenKind::Id];

/// Plays a fault in one sign-in and gives the error; afterwards a sign-in works.
async fn fault(site: &Site, fault: Fault) -> ProviderError {
    let said = format!("{fault:?}");
    site.control.set_fault(fault);
    let found = site.sign_in("sokolova").await;
    site.control.clear_faults();
    let error = match found {
        Err(error) => error,
        Ok(step) => panic!("{said}: {step:?}"),
    };
    let person = site.person("sokolova");
    let text = format!("{error} {error:?}");
    for secret in [
        person.last_name.as_str(),
        person.snils.as_deref().unwrap(),
        "eyJ",
    ] {
        assert!(!text.contains(secret), "{said}: {text}");
    }
    error
}

#[tokio::test]
async fn b2_b3_b11_no_forged_token_is_believed() {
    for algorithm in BOTH {
        let site = Site::start(algorithm).await;
        for kind in KINDS {
            for forgery in [
                Forgery::UnknownKey,
                Forgery::None,
                Forgery::NoneOddCase,
                Forgery::EmptySignature,
                Forgery::Hs256ByCertificate,
                Forgery::OtherAlgorithm,
                Forgery::OtherSignature,
                Forgery::Tampered,
                Forgery::OtherKind,
                Forgery::NoAlgorithm,
                Forgery::KeyInHeader,
            ] {
                let error = fault(&site, Fault::Forged(kind, forgery)).await;
                assert_eq!(
                    error.kind,
                    Kind::AnswerInvalid,
                    "{algorithm:?} {kind:?} {forgery:?}"
                );
            }
        }
        site.identity("sokolova").await;
    }
}

#[tokio::test]
async fn b2_a_megabyte_of_token_is_not_looked_at() {
    let site = Site::start(TokenAlgorithm::Gost).await;
    for kind in [TokenKind::Access, TokenKind::Id] {
        let error = fault(&site, Fault::Forged(kind, Forgery::Huge)).await;
        assert_eq!(error.kind, Kind::Unavailable);
        assert!(error.cause.contains("answer is too long"), "{error}");
        // Within an answer's limit, beyond a token's.
        let error = fault(&site, Fault::Forged(kind, Forgery::TooLong)).await;
        assert_eq!(error.kind, Kind::AnswerInvalid);
        assert!(error.cause.contains("16 KiB"), "{error}");
    }
    site.identity("sokolova").await;
}

#[tokio::test]
async fn b1_b5_b7_no_token_with_wrong_claims_is_believed() {
    let site = Site::start(TokenAlgorithm::Gost).await;
    let other = site.person("sokolov").oid;
    for kind in KINDS {
        for claim in [
            Claim::Issuer,
            Claim::IssuerHttps,
            Claim::NoIssuer,
            Claim::ExpiryText,
            Claim::NoExpiry,
            Claim::NoIssuedAt,
            Claim::IssuedIn(61),
            Claim::IssuedIn(-1_000),
            Claim::NotBeforeIn(61),
        ] {
            let error = fault(&site, Fault::Claim(kind, claim.clone())).await;
            assert_eq!(error.kind, Kind::AnswerInvalid, "{kind:?} {claim:?}");
        }
        let expired = fault(&site, Fault::Claim(kind, Claim::ExpiresIn(-61)))
            .await
            .kind;
        match kind {
            TokenKind::Code => assert_eq!(expired, Kind::Restart),
            TokenKind::Access | TokenKind::Id => assert_eq!(expired, Kind::AnswerInvalid),
        }
    }
    for (kind, claim) in [
        (TokenKind::Code, Claim::ClientOther),
        (TokenKind::Access, Claim::ClientOther),
        (TokenKind::Id, Claim::AudienceOther),
        (TokenKind::Id, Claim::AudienceOtherList),
        (TokenKind::Id, Claim::AudienceBoth),
        (TokenKind::Id, Claim::AudienceNumber),
        (TokenKind::Id, Claim::AudienceCase),
        (TokenKind::Id, Claim::NoAudience),
        (TokenKind::Id, Claim::NoSubject),
        (TokenKind::Access, Claim::NoSubject),
        (TokenKind::Id, Claim::Subject(other)),
        (TokenKind::Access, Claim::Subject(other)),
        (TokenKind::Code, Claim::State),
    ] {
        let error = fault(&site, Fault::Claim(kind, claim.clone())).await;
        assert_eq!(error.kind, Kind::AnswerInvalid, "{kind:?} {claim:?}");
    }
    for (kind, claim) in [
        (TokenKind::Id, Claim::ExpiresIn(-59)),
        (TokenKind::Id, Claim::IssuedIn(59)),
        (TokenKind::Id, Claim::NotBeforeIn(59)),
        (TokenKind::Id, Claim::NoAuthTime),
    ] {
        site.control.set_fault(Fault::Claim(kind, claim));
        site.identity("sokolova").await;
        site.control.clear_faults();
    }
}

#[tokio::test]
async fn b7_b8_exchanged_tokens_and_crossed_answers_are_refused() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    let other = site.person("sokolov").oid;
    for odd in [
        Fault::AccessAsId,
        Fault::IdAsAccess,
        Fault::NoIdToken,
        Fault::TokenState,
        Fault::PersonOf(other),
        Fault::RestNotFound,
    ] {
        let error = fault(&site, odd.clone()).await;
        assert_eq!(error.kind, Kind::AnswerInvalid, "{odd:?}");
    }
    site.identity("sokolova").await;
}

#[tokio::test]
async fn a7_a_strangers_code_does_not_enter_my_flow() {
    for pkce in [Pkce::Checked, Pkce::Ignored] {
        let site = Site::start(TokenAlgorithm::Rs256).await;
        site.control.set_knob(|knobs| knobs.pkce = pkce);
        // V signs in, and the code is captured before V's callback opens.
        let victim = site.begin(Switch::Off).await;
        let Landing::Callback(captured) = site
            .browser()
            .walk(&victim.to, &Visitor::granting("sokolova"))
            .await
        else {
            panic!()
        };
        let code = captured.get("code").unwrap().to_owned();
        // M brings it into a flow of M's own.
        let mine = site.begin(Switch::Off).await;
        let url = url::Url::parse(&mine.to).unwrap();
        let state = url
            .query_pairs()
            .find(|(name, _)| name == "state")
            .unwrap()
            .1
            .into_owned();
        let params = linking_core::provider::CallbackParams::new([
            ("code".to_owned(), code),
            ("state".to_owned(), state),
        ])
        .unwrap();
        let error = site
            .advance(&mine, Landing::Callback(params))
            .await
            .unwrap_err();
        assert_eq!(error.kind, Kind::AnswerInvalid, "{pkce:?}");
        assert_eq!(site.token_calls(), 0, "the code was not spent");
        // V goes on undisturbed.
        let step = site.advance(&victim, Landing::Callback(captured)).await;
        assert!(matches!(step, Ok(Step::Verified(_))), "{step:?}");
    }
}

#[tokio::test]
async fn a_spoiled_callback_is_not_believed() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    site.identity("sokolova").await;
    for how in [
        Callback::OtherState,
        Callback::NoState,
        Callback::CodeAndError,
        Callback::Bare,
        Callback::CodeOfEarlierFlow,
    ] {
        let error = fault(&site, Fault::Callback(how)).await;
        assert_eq!(error.kind, Kind::AnswerInvalid, "{how:?}");
    }
    for how in [Callback::StateTwice, Callback::CodeTwice] {
        site.control.set_fault_times(Fault::Callback(how), 1);
        let begun = site.begin(Switch::Off).await;
        let landing = site
            .browser()
            .walk(&begun.to, &Visitor::granting("sokolova"))
            .await;
        assert!(matches!(landing, Landing::BadCallback), "{how:?}");
    }
}

#[tokio::test]
async fn a_spent_or_old_code_asks_to_begin_anew() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    let begun = site.begin(Switch::Off).await;
    let mut browser = site.browser();
    let Landing::Callback(params) = browser
        .walk(&begun.to, &Visitor::granting("sokolova"))
        .await
    else {
        panic!()
    };
    let twice = || Landing::Callback(params.clone());
    assert!(matches!(
        site.advance(&begun, twice()).await,
        Ok(Step::Verified(_))
    ));
    let error = site.advance(&begun, twice()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Restart);
    assert!(error.cause.contains("ESIA-007011"), "{error}");
    let begun = site.begin(Switch::Off).await;
    let landing = browser
        .walk(&begun.to, &Visitor::granting("sokolova"))
        .await;
    site.clock.pass(301);
    let error = site.advance(&begun, landing).await.unwrap_err();
    assert_eq!(error.kind, Kind::Restart, "{error}");
}

#[tokio::test]
async fn every_code_of_esia_has_its_outcome_wherever_it_comes_from() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    for code in EsiaCode::ALL {
        let expected = match code.number() {
            7004 => Ok(Decline::ByPerson),
            7055 => Ok(Decline::AssuranceTooLow),
            7046 | 7194 => Ok(Decline::AccountUnfit),
            7007 | 7008 | 7110 => Err(Kind::Unavailable),
            7011 | 7040 | 5011 | 5013 => Err(Kind::Restart),
            _ => Err(Kind::Configuration),
        };
        for fault in [Fault::AuthorizationError(*code), Fault::TokenError(*code)] {
            site.control.set_fault(fault.clone());
            let found = match site.sign_in("sokolova").await {
                Ok(Step::Declined(decline)) => Ok(decline),
                Err(error) => Err(error.kind),
                Ok(other) => panic!("{other:?}"),
            };
            site.control.clear_faults();
            assert_eq!(found, expected, "{fault:?}");
        }
    }
    for (code, kind) in [
        (EsiaCode::InvalidToken, Kind::Restart),
        (EsiaCode::ExpiredToken, Kind::Restart),
        // Without person data there is no identity (E11).
        (EsiaCode::ScopeNotAllowed, Kind::Configuration),
    ] {
        assert_eq!(fault(&site, Fault::RestError(code)).await.kind, kind);
    }
}

#[tokio::test]
async fn our_own_mistakes_are_the_operators() {
    let mut site = Site::start(TokenAlgorithm::Rs256).await;
    site.settings.scopes = Some(
        ["openid", "fullname", "birthdate", "snils", "medical_doc"]
            .map(str::to_owned)
            .to_vec(),
    );
    let error = site.sign_in("sokolova").await.unwrap_err();
    assert_eq!(error.kind, Kind::Configuration);
    assert!(error.cause.contains("ESIA-007019"), "{error}");
    // A redirect address that is not registered: ESIA keeps the browser on its own page.
    site.settings.scopes = None;
    site.settings.redirect_uri = "https://school.example/other".to_owned();
    let begun = site.begin(Switch::Off).await;
    let landing = site
        .browser()
        .walk(&begun.to, &Visitor::granting("sokolova"))
        .await;
    assert!(matches!(landing, Landing::Page(400)), "{landing:?}");
}

#[tokio::test]
async fn b4_a_rotation_works_with_the_next_certificate_at_hand() {
    for algorithm in BOTH {
        let site = Site::start(algorithm).await;
        let adapter = site.adapter();
        assert!(matches!(
            sign_in_on(&site, &adapter).await,
            Ok(Step::Verified(_))
        ));
        // The operator adds the next certificate; a minute later ESIA changes over.
        site.control.prepare_keys().unwrap();
        site.publish_keys();
        site.clock.pass(61);
        site.control.rotate_keys().unwrap();
        assert!(
            matches!(sign_in_on(&site, &adapter).await, Ok(Step::Verified(_))),
            "{algorithm:?}"
        );
    }
}

#[tokio::test]
async fn b4_a_rotation_unprepared_is_refused_until_the_certificate_comes() {
    let site = Site::start(TokenAlgorithm::Gost).await;
    site.control.rotate_keys().unwrap();
    let error = site.sign_in("sokolova").await.unwrap_err();
    assert_eq!(error.kind, Kind::AnswerInvalid);
    let hint = "add its new certificate to token-certificates";
    assert!(error.cause.contains(hint), "{error}");
    site.publish_keys();
    site.identity("sokolova").await;
}

#[tokio::test]
async fn b5_a_clock_ten_minutes_off_costs_one_try() {
    for ahead in [600, -600] {
        let site = Site::start(TokenAlgorithm::Gost).await;
        site.set_clock_ahead(ahead);
        let adapter = site.adapter();
        let error = sign_in_on(&site, &adapter).await.unwrap_err();
        assert_eq!(error.kind, Kind::Restart, "{error}");
        let Ok(Step::Verified(identity)) = sign_in_on(&site, &adapter).await else {
            panic!("{ahead}")
        };
        assert_eq!(
            identity.authenticated_at,
            Some(site.clock.now()),
            "by our own clock"
        );
        let warnings = adapter.ready(site.clock.now()).await.unwrap();
        assert_eq!(
            warnings,
            [Warning::ClocksDiffer(i32::try_from(ahead).unwrap())]
        );
    }
}

/// A sign-in on one adapter, which keeps what it learns of the clocks.
async fn sign_in_on(site: &Site, adapter: &Gosuslugi) -> Result<Step, ProviderError> {
    let begun = site.begin_on(adapter, Switch::Off).await;
    let landing = site
        .browser()
        .walk(&begun.to, &Visitor::granting("sokolova"))
        .await;
    site.advance_on(adapter, &begun, landing).await
}

#[tokio::test]
async fn b5_a_clock_between_leeway_and_window_costs_one_try_too() {
    for ahead in [200, -200] {
        let site = Site::start(TokenAlgorithm::Rs256).await;
        site.set_clock_ahead(ahead);
        let adapter = site.adapter();
        let error = sign_in_on(&site, &adapter).await.unwrap_err();
        assert_eq!(error.kind, Kind::Restart, "{ahead}: {error}");
        let step = sign_in_on(&site, &adapter).await;
        assert!(matches!(step, Ok(Step::Verified(_))), "{ahead}: {step:?}");
    }
}

#[tokio::test]
async fn b5_an_offset_that_is_no_longer_true_costs_one_try_too() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    let adapter = site.adapter();
    for ahead in [200, 0, -200, 0] {
        site.set_clock_ahead(ahead);
        let error = sign_in_on(&site, &adapter).await.unwrap_err();
        assert_eq!(error.kind, Kind::Restart, "{ahead}: {error}");
        let step = sign_in_on(&site, &adapter).await;
        assert!(matches!(step, Ok(Step::Verified(_))), "{ahead}: {step:?}");
    }
}
