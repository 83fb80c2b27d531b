//! Mix-up of providers (`threats.md` A10): two stands of one kind, each with an issuer of its own.

use std::sync::Arc;

use linking_core::{
    ports::IdentityProvider,
    provider::{Answer, AnswerIssuer, CallbackParams, Manifest, Prompt, ProviderId},
    refusal::RefusalCode,
    usecase::{ConnectedProvider, Outcome, StartOrder},
};
use linking_testkit::{Returned, ScriptedPeer, ScriptedProvider, people};

use crate::stand::{Browser, Stand, place, wait};

const SECOND: &str = "gosuslugi-test";

/// A site with two providers; both promise `iss`, or neither does.
struct Two {
    stand: Stand,
    second: Arc<ScriptedPeer>,
    issuer: String,
    other_issuer: String,
}

impl Two {
    fn new(promised: AnswerIssuer) -> Self {
        let mut stand = Stand::new();
        let first = ScriptedProvider::new(stand.peer.clone()).manifest().clone();
        let other = Manifest {
            id: second(),
            issuer: "https://second.example/".parse().unwrap(),
            answer_issuer: promised,
            ..first.clone()
        };
        let peer = Arc::new(ScriptedPeer::default());
        let adapter = ScriptedProvider::new(peer.clone()).with_manifest(other.clone());
        stand.policy.providers.insert(second());
        stand.beside.insert(
            second(),
            ConnectedProvider {
                adapter: Arc::new(adapter),
                consent: stand.consent.clone().into(),
            },
        );
        let issuer = first.issuer.as_str().to_owned();
        stand.manifest = Some(Manifest {
            answer_issuer: promised,
            ..first
        });
        Self {
            stand,
            second: peer,
            issuer,
            other_issuer: other.issuer.as_str().to_owned(),
        }
    }

    /// What comes back from the first provider, with `iss` as given.
    fn returned(&self, browser: &Browser, iss: Option<&str>) -> Returned {
        let (_, prompt) = self.stand.start(browser, StartOrder::SignIn);
        let returned = self.stand.approve(&prompt, &self.stand.teacher().identity);
        naming(&returned, iss)
    }

    fn nobody_was_asked(&self) {
        assert_eq!((self.stand.peer.advanced(), self.second.advanced()), (0, 0));
    }
}

fn second() -> ProviderId {
    SECOND.parse().unwrap()
}

fn naming(returned: &Returned, iss: Option<&str>) -> Returned {
    let Answer::Callback(params) = &returned.answer else {
        panic!("{returned:?}")
    };
    let known = ["code", "state"].map(|name| (name, params.get(name).unwrap()));
    let pairs = known.into_iter().chain(iss.map(|iss| ("iss", iss)));
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Returned {
        state: returned.state.clone(),
        answer: Answer::Callback(CallbackParams::new(pairs).unwrap()),
    }
}

#[test]
fn a10_an_answer_that_names_another_provider_is_refused_and_nobody_is_asked() {
    for promised in [AnswerIssuer::Promised, AnswerIssuer::NotPromised] {
        let two = Two::new(promised);
        let slashed = format!("{}/", two.issuer);
        let bare = two.issuer.trim_end_matches('/').to_owned();
        let upper = two.issuer.to_uppercase();
        let capital = two.issuer.replacen('h', "H", 1);
        for iss in [
            &*two.other_issuer,
            &*slashed,
            &*bare,
            &*upper,
            &*capital,
            "",
            " ",
            "null",
        ] {
            if iss == two.issuer {
                continue;
            }
            let mut browser = Browser::new(1);
            let returned = two.returned(&browser, Some(iss));
            two.stand.refuses(RefusalCode::ProviderAnswerInvalid, || {
                two.stand.answer(&mut browser, &returned)
            });
            two.nobody_was_asked();
        }
        let mut browser = Browser::new(2);
        let returned = two.returned(&browser, Some(&two.issuer));
        let outcome = two.stand.answer(&mut browser, &returned);
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
        assert_eq!(two.stand.peer.advanced(), 1, "the right one is taken");
    }
}

#[test]
fn a10_an_absent_iss_is_refused_where_it_is_promised_and_only_there() {
    for (promised, asked) in [(AnswerIssuer::Promised, 0), (AnswerIssuer::NotPromised, 1)] {
        let two = Two::new(promised);
        let mut browser = Browser::new(1);
        let returned = two.returned(&browser, None);
        match promised {
            AnswerIssuer::Promised => {
                two.stand.refuses(RefusalCode::ProviderAnswerInvalid, || {
                    two.stand.answer(&mut browser, &returned)
                });
            }
            AnswerIssuer::NotPromised => {
                let outcome = two.stand.answer(&mut browser, &returned);
                assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
            }
        }
        assert_eq!(two.stand.peer.advanced(), asked);
    }
}

#[test]
fn a10_an_answer_at_the_other_providers_address_is_refused_whatever_it_names() {
    let two = Two::new(AnswerIssuer::Promised);
    for iss in [None, Some(&*two.issuer), Some(&*two.other_issuer)] {
        let browser = Browser::new(1);
        let returned = two.returned(&browser, iss);
        two.stand.refuses(RefusalCode::FlowNotYours, || {
            let server = two.stand.server();
            let Returned { state, answer } = returned;
            wait(server.answer(&browser.visitor, None, &second(), &state, answer)).unwrap()
        });
        two.nobody_was_asked();
    }
    // The same two the other way round: the flow is the second provider's.
    let browser = Browser::new(2);
    let server = two.stand.server();
    let started = wait(server.start(
        &browser.visitor,
        None,
        StartOrder::SignIn,
        &second(),
        place(),
    ));
    let prompt: Prompt = started.unwrap().done().unwrap().prompt.unwrap();
    let returned = two.second.approve(&prompt, two.stand.teacher().identity);
    let returned = naming(&returned, Some(&two.other_issuer));
    two.stand.refuses(RefusalCode::FlowNotYours, || {
        let Returned { state, answer } = returned;
        wait(server.answer(&browser.visitor, None, &people::provider(), &state, answer)).unwrap()
    });
    two.nobody_was_asked();
}

/// The first provider's identity, brought by the second one's adapter, names an issuer that is
/// not the second one's.
#[test]
fn a10_an_identity_of_the_first_provider_is_none_of_the_second() {
    let two = Two::new(AnswerIssuer::NotPromised);
    let browser = Browser::new(1);
    let server = two.stand.server();
    let started = wait(server.start(
        &browser.visitor,
        None,
        StartOrder::SignIn,
        &second(),
        place(),
    ));
    let prompt = started.unwrap().done().unwrap().prompt.unwrap();
    let returned = two.second.approve(&prompt, two.stand.teacher().identity);
    two.stand.refuses(RefusalCode::ProviderAnswerInvalid, || {
        let Returned { state, answer } = returned;
        wait(server.answer(&browser.visitor, None, &second(), &state, answer)).unwrap()
    });
}
