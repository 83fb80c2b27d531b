//! People sign in.

use linking_core::{
    account::{ContactKind, ContactValue},
    person::BirthDate,
    ports::IdentityProvider,
    provider::{
        AssuranceLevel, AuthenticationMethod, Decline, ProviderErrorKind, Step, Switch,
        Verification,
    },
};
use linking_simulator::{Pkce, TokenAlgorithm, personas};

use crate::{
    browser::{Landing, Visitor},
    site::Site,
};

const BOTH: [TokenAlgorithm; 2] = [TokenAlgorithm::Rs256, TokenAlgorithm::Gost];

#[tokio::test]
async fn everybody_on_the_stand_is_who_they_are() {
    for algorithm in BOTH {
        let site = Site::start(algorithm).await;
        for person in personas::all() {
            use personas::AccountKind;
            if person.kind == AccountKind::Deleted {
                continue;
            }
            if person.kind == AccountKind::ChildWithoutLeave {
                let step = site.sign_in(&person.id).await;
                assert!(
                    matches!(step, Ok(Step::Declined(Decline::AccountUnfit))),
                    "{step:?}"
                );
                continue;
            }
            let found = site.identity(&person.id).await;
            assert_eq!(
                found.key.subject.as_str(),
                person.oid.0.to_string(),
                "{}",
                person.id
            );
            assert_eq!(found.key.issuer.as_str(), linking_simulator::ISSUER);
            let level = match person.kind {
                AccountKind::Verified => AssuranceLevel::Verified,
                AccountKind::Child => AssuranceLevel::Child,
                _ => AssuranceLevel::Simplified,
            };
            assert_eq!(found.assurance, level, "{}", person.id);
            assert!(found.claims.name.is_some(), "{}", person.id);
            let birth_date = found.claims.birth_date.map(BirthDate::date);
            assert_eq!(birth_date, Some(person.birth_date), "{}", person.id);
            let snils = found.claims.snils.map(|snils| snils.formatted());
            assert_eq!(snils, person.snils, "{}", person.id);
            assert!(found.claims.contacts.is_none(), "not asked for");
            assert_eq!(found.authenticated_at, Some(site.clock.now()));
            assert_eq!(found.methods, [AuthenticationMethod::Password]);
        }
    }
}

#[tokio::test]
async fn contacts_come_with_their_marks_when_wanted() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    let step = site.sign_in_wanting("sokolova", Switch::On).await;
    let Ok(Step::Verified(identity)) = step else {
        panic!("{step:?}")
    };
    let contacts = identity.claims.contacts.unwrap();
    let kinds: Vec<_> = contacts
        .iter()
        .map(|contact| (contact.value.kind(), contact.verification))
        .collect();
    assert_eq!(
        kinds,
        [
            (ContactKind::Mobile, Verification::Verified),
            (ContactKind::Home, Verification::Unverified),
            (ContactKind::Email, Verification::Verified),
        ]
    );
    let ContactValue::Home(home) = &contacts[1].value else {
        panic!()
    };
    assert_eq!(home.e164(), "+73420000001");
}

#[tokio::test]
async fn a_refusal_at_the_consent_screen_is_an_outcome() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    let begun = site.begin(Switch::Off).await;
    let landing = site
        .browser()
        .walk(&begun.to, &Visitor::denying("sokolova"))
        .await;
    let step = site.advance(&begun, landing).await;
    assert!(
        matches!(step, Ok(Step::Declined(Decline::ByPerson))),
        "{step:?}"
    );
    assert_eq!(site.token_calls(), 0);
}

#[tokio::test]
async fn a_second_sign_in_of_the_browser_is_silent_and_as_old_as_the_first() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    let mut browser = site.browser();
    let first_at = site.clock.now();
    for (screens, passed) in [(3, 0), (0, 600)] {
        site.clock.pass(passed);
        browser.screens.clear();
        let begun = site.begin(Switch::Off).await;
        let landing = browser
            .walk(&begun.to, &Visitor::granting("sokolova"))
            .await;
        let Ok(Step::Verified(identity)) = site.advance(&begun, landing).await else {
            panic!()
        };
        assert_eq!(browser.screens.len(), screens, "{:?}", browser.screens);
        assert_eq!(
            identity.authenticated_at,
            Some(first_at),
            "a silent sign-in is not recent"
        );
    }
}

#[tokio::test]
async fn sign_out_at_esia_ends_its_session_and_leads_back() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    let mut browser = site.browser();
    let visitor = Visitor::granting("sokolova");
    let begun = site.begin(Switch::Off).await;
    browser.walk(&begun.to, &visitor).await;
    let back = "https://school.example/out".parse().unwrap();
    let out = site.adapter().sign_out(&back).unwrap();
    let landing = browser.walk(out.as_str(), &visitor).await;
    assert!(matches!(&landing, Landing::Elsewhere(to) if to == "https://school.example/out"));
    browser.screens.clear();
    let begun = site.begin(Switch::Off).await;
    browser.walk(&begun.to, &visitor).await;
    assert!(
        browser.screens.contains(&"/login".to_owned()),
        "{:?}",
        browser.screens
    );
}

#[tokio::test]
async fn a_withdrawn_consent_is_asked_for_again() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    let oid = site.person("sokolova").oid;
    let visitor = Visitor::granting("sokolova");
    for (withdrawn, consent) in [(false, true), (false, false), (true, true)] {
        if withdrawn {
            assert!(site.control.withdraw_consent(oid, "TESTSYS"));
        }
        let mut browser = site.browser();
        let begun = site.begin(Switch::Off).await;
        let landing = browser.walk(&begun.to, &visitor).await;
        assert!(matches!(
            site.advance(&begun, landing).await,
            Ok(Step::Verified(_))
        ));
        assert_eq!(
            browser.screens.contains(&"/login/consent".to_owned()),
            consent
        );
    }
}

#[tokio::test]
async fn a_sign_in_by_signature_says_so() {
    let site = Site::start(TokenAlgorithm::Gost).await;
    let begun = site.begin(Switch::Off).await;
    let landing = site
        .browser()
        .walk(&begun.to, &Visitor::signing("arkhipov"))
        .await;
    let Ok(Step::Verified(identity)) = site.advance(&begun, landing).await else {
        panic!()
    };
    assert_eq!(
        identity.methods,
        [AuthenticationMethod::ElectronicSignature]
    );
}

#[tokio::test]
async fn a9_pkce_goes_along_and_can_be_switched_off() {
    let mut site = Site::start(TokenAlgorithm::Rs256).await;
    site.identity("sokolova").await;
    let with_pkce = site.control.requests();
    let has = |path: &str, name: &str| {
        let all = site.control.requests();
        all.iter()
            .any(|call| call.path == path && call.parameters.iter().any(|p| p == name))
    };
    assert!(!with_pkce.is_empty());
    assert!(has("/aas/oauth2/v2/ac", "code_challenge"));
    assert!(has("/aas/oauth2/v3/te", "code_verifier"));
    site.control.set_knob(|knobs| knobs.pkce = Pkce::Refused);
    site.control.clear_requests();
    site.settings.pkce = Some(Switch::Off);
    site.identity("sokolova").await;
}

#[tokio::test]
async fn codes_may_be_signed_with_another_algorithm_than_tokens() {
    use TokenAlgorithm::{Gost, Rs256};
    for (tokens, codes) in [(Rs256, Gost), (Gost, Rs256)] {
        let site = Site::start(tokens).await;
        site.control
            .set_knob(|knobs| knobs.code_algorithm = Some(codes));
        let error = site.sign_in("sokolova").await.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::AnswerInvalid);
        assert!(error.cause.contains("token-certificates"), "{error}");
        site.publish_keys_for(codes);
        site.identity("sokolova").await;
    }
}

#[tokio::test]
async fn c16_what_is_not_known_of_esia_changes_nobody() {
    for algorithm in BOTH {
        let site = Site::start(algorithm).await;
        let usual = site.identity("osipova").await;
        assert_eq!(usual.key.subject.as_str(), "5000000009");
        site.control.set_knob(|knobs| {
            knobs.oid_as_text = true;
            knobs.expires_in_as_text = true;
            knobs.russian_texts = true;
            knobs.extra_fields = true;
            knobs.reversed_callback = true;
            knobs.hash_case_sensitive = true;
            knobs.repeated_state = linking_simulator::RepeatedState::Refused;
            knobs.v1 = false;
        });
        assert_eq!(site.identity("osipova").await, usual);
    }
}

#[tokio::test]
async fn a_child_is_a_child_whatever_else_esia_says() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    for trusted in [false, true] {
        site.control
            .set_knob(|knobs| knobs.child_is_trusted = trusted);
        assert_eq!(
            site.identity("sokolov-artyom").await.assurance,
            AssuranceLevel::Child
        );
    }
}

#[tokio::test]
async fn data_that_were_not_granted_are_absent() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    let cut = linking_simulator::Fault::GrantedScopes(vec!["fullname".to_owned()]);
    site.control.set_fault(cut);
    let step = site.sign_in_wanting("sokolova", Switch::On).await;
    let Ok(Step::Verified(identity)) = step else {
        panic!("{step:?}")
    };
    assert!(identity.claims.name.is_some());
    assert!(identity.claims.snils.is_none());
    assert_eq!(identity.claims.contacts, Some(Vec::new()));
}

#[tokio::test]
async fn the_older_protocol_signs_people_in_and_speaks_with_its_own_endpoints_alone() {
    for algorithm in BOTH {
        for attributes in [Switch::Off, Switch::On] {
            let mut site = Site::start(algorithm).await;
            site.settings.protocol = linking_gosuslugi::Protocol::V1;
            site.settings.signed_attributes = Some(attributes);
            let found = site.identity("sokolova").await;
            assert_eq!(found.assurance, AssuranceLevel::Verified);
            assert_eq!(site.calls("/aas/oauth2/ac"), 1);
            assert_eq!(site.calls("/aas/oauth2/te"), 1);
            assert_eq!(site.calls("/aas/oauth2/v"), 0);
            // ESIA has switched it off: the operator's to mend, and nobody is told to try again.
            site.control.set_knob(|knobs| knobs.v1 = false);
            let begun = site.begin(Switch::Off).await;
            let visitor = Visitor::granting("sokolova");
            let landing = site.browser().walk(&begun.to, &visitor).await;
            assert!(!matches!(landing, Landing::Callback(_)), "{landing:?}");
        }
    }
}

#[tokio::test]
async fn i1_an_outage_of_the_contacts_alone_keeps_nobody_out() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    for status in [500, 502, 503] {
        site.control
            .set_fault(linking_simulator::Fault::Contacts(status));
        let step = site.sign_in_wanting("sokolova", Switch::On).await;
        let Ok(Step::Verified(identity)) = step else {
            panic!("{step:?}")
        };
        assert_eq!(identity.claims.contacts, None, "unknown is not none");
        assert!(identity.claims.snils.is_some());
        site.control.clear_faults();
    }
    let step = site.sign_in_wanting("sokolova", Switch::On).await;
    let Ok(Step::Verified(identity)) = step else {
        panic!("{step:?}")
    };
    assert_eq!(identity.claims.contacts.unwrap().len(), 3);
}

#[tokio::test]
async fn i1_a_fault_of_the_token_call_in_json_is_passing_whatever_its_status() {
    let site = Site::start(TokenAlgorithm::Rs256).await;
    for status in [400, 500, 503] {
        for code in [
            linking_simulator::EsiaCode::Internal,
            linking_simulator::EsiaCode::Unavailable,
        ] {
            let fault = linking_simulator::Fault::TokenFailure(status, code);
            site.control.set_fault_times(fault, 1);
            let error = site.sign_in("sokolova").await.unwrap_err();
            assert_eq!(error.kind, ProviderErrorKind::Unavailable, "{status}");
        }
    }
    site.identity("sokolova").await;
}
