//! The kit's scripted provider passes the kit; adapters with one defect each do not.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use linking_core::{
    account::ContactValue,
    ports::IdentityProvider,
    provider::{
        Answer, Begin, CallbackParams, Decline, HttpsUrl, Manifest, Prompt, ProviderError,
        ProviderErrorKind, ProviderState, Resume, Step, Subject,
    },
    time::Timestamp,
};
use linking_testkit::{
    ScriptedPeer, ScriptedProvider, people,
    provider::{Forgery, ProviderHarness, Script, cases},
};

/// What is wrong with an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defect {
    None,
    Remembers,
    IgnoresState,
    TakesAnswersTwice,
    CallsRefusalAnError,
    OtherIssuer,
    NewSubjectEachTime,
    Leaks,
    Hangs,
    CallsOutageInvalid,
    SameAddress,
    BindsNothing,
    GivesContactsAlways,
    OffersNoSignOut,
    StaysAway,
}

#[derive(Default)]
struct Memory {
    states: Vec<ProviderState>,
    /// Each code with the state that it was given for.
    given: Vec<(String, String)>,
    verified: Vec<(String, Step)>,
    count: u32,
}

struct Adapter {
    inner: ScriptedProvider,
    defect: Defect,
    /// Of this adapter alone.
    own: Mutex<Memory>,
    /// Of all adapters.
    shared: Arc<Mutex<Memory>>,
}

impl std::fmt::Debug for Adapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}, {:?}", self.inner, self.defect)
    }
}

fn code_of(answer: &Answer) -> String {
    match answer {
        Answer::Callback(params) => params.get("code").unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}

fn callback(code: &str, state: &str) -> Answer {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let params = CallbackParams::new([pair("code", code), pair("state", state)]);
    Answer::Callback(params.unwrap())
}

fn state_of(answer: &Answer) -> String {
    match answer {
        Answer::Callback(params) => params.get("state").unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}

fn copied(step: &Step) -> Step {
    match step {
        Step::Verified(identity) => Step::Verified(identity.clone()),
        Step::Declined(decline) => Step::Declined(*decline),
        Step::Ask { prompt, state } => Step::Ask {
            prompt: prompt.clone(),
            state: state.clone(),
        },
    }
}

#[async_trait]
impl IdentityProvider for Adapter {
    fn manifest(&self) -> &Manifest {
        self.inner.manifest()
    }

    async fn begin(&self, begin: Begin) -> Result<Step, ProviderError> {
        let step = self.inner.begin(begin).await?;
        let Step::Ask { prompt, state } = step else {
            return Ok(step);
        };
        Ok(match self.defect {
            Defect::Remembers => {
                self.own.lock().unwrap().states.push(state);
                let state = ProviderState::new(vec![1]);
                Step::Ask { prompt, state }
            }
            Defect::SameAddress => {
                let to = "https://provider.example/authorize?state=1"
                    .parse()
                    .unwrap();
                let prompt = Prompt::Redirect { to };
                Step::Ask { prompt, state }
            }
            _ => Step::Ask { prompt, state },
        })
    }

    async fn advance(&self, mut resume: Resume) -> Result<Step, ProviderError> {
        let code = code_of(&resume.answer);
        match (self.defect, &resume.answer) {
            (Defect::Remembers, _) => {
                let last = self.own.lock().unwrap().states.pop();
                resume.state = last.unwrap_or(resume.state);
            }
            (Defect::IgnoresState, Answer::Callback(params)) => {
                // Believes whatever state comes.
                let state = params.get("state").unwrap_or_default().to_owned();
                resume.state = ProviderState::new(state.into_bytes());
            }
            (Defect::BindsNothing, Answer::Callback(params))
                if params.get("state").unwrap_or_default().as_bytes() == resume.state.expose() =>
            {
                // Compares the state alone, and believes any code that the peer gave.
                let shared = self.shared.lock().unwrap();
                let known = shared.given.iter().find(|(known, _)| *known == code);
                if let Some((code, state)) = known {
                    resume.state = ProviderState::new(state.clone().into_bytes());
                    resume.answer = callback(code, state);
                }
            }
            (Defect::TakesAnswersTwice, _) => {
                let shared = self.shared.lock().unwrap();
                let known = shared.verified.iter().find(|(known, _)| *known == code);
                if let Some((_, step)) = known {
                    return Ok(copied(step));
                }
            }
            _ => {}
        }
        if self.defect == Defect::StaysAway && self.own.lock().unwrap().count > 0 {
            let away = ProviderErrorKind::Unavailable;
            return Err(ProviderError::new(away, "not asked again"));
        }
        let answered = self.inner.advance(resume).await;
        if self.defect == Defect::Leaks && answered.is_err() {
            return answered.map_err(|error| {
                ProviderError::new(error.kind, format!("{}: code {code}", error.cause))
            });
        }
        match answered {
            Ok(Step::Verified(mut identity)) => {
                let mut shared = self.shared.lock().unwrap();
                shared.count += 1;
                match self.defect {
                    Defect::GivesContactsAlways => {
                        let value = ContactValue::Email("a@example.ru".parse().unwrap());
                        let contacts = identity.claims.contacts.get_or_insert_default();
                        contacts.push(people::verified(value));
                    }
                    Defect::OtherIssuer => {
                        identity.key.issuer = "https://other.example/".parse().unwrap();
                    }
                    Defect::NewSubjectEachTime => {
                        identity.key.subject = shared.count.to_string().parse().unwrap();
                    }
                    _ => {}
                }
                let step = Step::Verified(identity);
                shared.verified.push((code, copied(&step)));
                Ok(step)
            }
            Ok(Step::Declined(_)) if self.defect == Defect::CallsRefusalAnError => Err(
                ProviderError::new(ProviderErrorKind::AnswerInvalid, "refused"),
            ),
            Err(error) if error.kind == ProviderErrorKind::Unavailable => match self.defect {
                Defect::Hangs => std::future::pending().await,
                Defect::StaysAway => {
                    self.own.lock().unwrap().count += 1;
                    Err(error)
                }
                Defect::CallsOutageInvalid => Err(ProviderError::new(
                    ProviderErrorKind::AnswerInvalid,
                    "no answer",
                )),
                _ => Err(error),
            },
            other => other,
        }
    }

    fn sign_out(&self, return_to: &HttpsUrl) -> Option<HttpsUrl> {
        let offered = self.defect != Defect::OffersNoSignOut;
        self.inner.sign_out(return_to).filter(|_| offered)
    }
}

struct Harness {
    peer: Arc<ScriptedPeer>,
    defect: Defect,
    shared: Arc<Mutex<Memory>>,
}

impl Harness {
    fn with(defect: Defect) -> Self {
        Self {
            peer: Arc::default(),
            defect,
            shared: Arc::default(),
        }
    }
}

fn person() -> linking_core::account::Profile {
    people::teacher().profile
}

#[async_trait]
impl ProviderHarness for Harness {
    async fn adapter(&self) -> Arc<dyn IdentityProvider> {
        Arc::new(Adapter {
            inner: ScriptedProvider::new(Arc::clone(&self.peer)),
            defect: self.defect,
            own: Mutex::default(),
            shared: Arc::clone(&self.shared),
        })
    }

    async fn answer(&self, prompt: &Prompt, script: Script) -> Answer {
        let returned = match script {
            Script::Refuse => self.peer.decline(prompt, Decline::ByPerson),
            Script::Approve | Script::Forge(_) => {
                let claims = people::claims_of(&person());
                self.peer
                    .approve(prompt, people::identity("1000000001", claims))
            }
        };
        let code = code_of(&returned.answer);
        let given = (code, returned.state.clone());
        self.shared.lock().unwrap().given.push(given);
        let Script::Forge(forgery) = script else {
            return returned.answer;
        };
        let mut params = vec![
            ("code".to_owned(), code_of(&returned.answer)),
            ("state".to_owned(), returned.state),
        ];
        let other = "00000000-0000-4000-8000-000000000000";
        forgery.apply(&mut params, "state", other);
        Answer::Callback(CallbackParams::new(params).unwrap())
    }

    fn injected(&self, code: &Answer, state: &Answer) -> Answer {
        callback(&code_of(code), &state_of(state))
    }

    fn subject(&self) -> Subject {
        "1000000001".parse().unwrap()
    }

    fn now(&self) -> Timestamp {
        people::START
    }

    async fn set_peer_up(&self, up: bool) {
        self.peer.set_up(up);
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(300)
    }

    fn markers(&self) -> Vec<String> {
        let profile = person();
        let name = profile.name.value.sound().unwrap();
        vec![
            name.surname().unwrap().to_owned(),
            name.given_name().to_owned(),
            profile.snils.unwrap().value.digits().to_owned(),
            "1000000001".to_owned(),
            "code-".to_owned(),
        ]
    }
}

mod scripted {
    use super::*;

    linking_testkit::provider_conformance!(async { Harness::with(Defect::None) });
}

#[test]
fn forgeries_change_the_state_and_nothing_else() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for (forgery, state) in [
        (Forgery::NoState, None),
        (Forgery::EmptyState, Some("")),
        (Forgery::OtherState, Some("b")),
    ] {
        let mut params = vec![pair("code", "c"), pair("state", "a")];
        forgery.apply(&mut params, "state", "b");
        let mut expected = vec![pair("code", "c")];
        expected.extend(state.map(|state| pair("state", state)));
        assert_eq!(params, expected);
    }
}

/// Runs a case on an adapter with a defect; says whether it failed.
macro_rules! fails {
    ($defect:ident, $case:ident) => {{
        let harness = Harness::with(Defect::$defect);
        let case = AssertUnwindSafe(|| linking_testkit::run(cases::$case(&harness)));
        let failed = std::panic::catch_unwind(case).is_err();
        assert!(
            failed,
            "{} let {:?} pass",
            stringify!($case),
            Defect::$defect
        );
    }};
}

#[test]
fn j2_each_defect_is_found_by_its_case() {
    fails!(Remembers, approval_verifies_the_person);
    fails!(IgnoresState, a7_a_state_of_another_flow_is_refused);
    fails!(IgnoresState, a7_an_answer_to_another_flow_is_refused);
    fails!(TakesAnswersTwice, a8_an_answer_is_taken_once);
    fails!(CallsRefusalAnError, a_refusal_is_an_outcome);
    fails!(OtherIssuer, the_issuer_is_the_manifests);
    fails!(
        NewSubjectEachTime,
        a_subject_is_the_same_at_the_second_sign_in
    );
    fails!(Leaks, h1_nothing_of_the_person_prints);
    fails!(CallsOutageInvalid, i1_a_peer_that_is_away_is_unavailable);
    fails!(
        BindsNothing,
        a7_a_code_of_another_flow_with_this_flows_state_is_refused
    );
    fails!(GivesContactsAlways, h6_contacts_come_only_when_wanted);
    fails!(OffersNoSignOut, sign_out_is_offered_as_the_manifest_says);
    fails!(StaysAway, i1_a_flow_goes_on_when_the_peer_is_back);
    fails!(SameAddress, every_trip_has_its_own_state_and_address);
}

#[test]
fn i2_an_adapter_that_hangs_is_found() {
    fails!(Hangs, i1_a_peer_that_is_away_is_unavailable);
}
