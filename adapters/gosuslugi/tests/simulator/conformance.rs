//! The cases that every identity provider must pass.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use linking_core::{
    ports::IdentityProvider,
    provider::{Answer, CallbackParams, Prompt, Subject},
    time::Timestamp,
};
use linking_simulator::{Fault, Place, TokenAlgorithm, Transport};
use linking_testkit::provider::{ProviderHarness, Script};

use crate::{
    browser::{Landing, Visitor},
    site::{CLIENT, Site},
};

const PERSON: &str = "sokolova";

/// The stand with one person; `away` is how it is away.
struct Harness {
    site: Site,
    away: Transport,
    codes: Mutex<Vec<String>>,
}

impl Harness {
    async fn start(algorithm: TokenAlgorithm, away: Transport) -> Self {
        let mut site = Site::start(algorithm).await;
        if away == Transport::NoAnswer {
            // Whatever does not come in time is away, so that no slow machine changes the outcome.
            site.settings.network.total_timeout_ms = Some(5_000);
        }
        Self {
            site,
            away,
            codes: Mutex::default(),
        }
    }
}

fn pair(answer: &Answer, name: &str) -> Option<(String, String)> {
    let Answer::Callback(params) = answer else {
        return None;
    };
    Some((name.to_owned(), params.get(name)?.to_owned()))
}

fn callback(pairs: impl IntoIterator<Item = (String, String)>) -> Answer {
    Answer::Callback(CallbackParams::new(pairs).unwrap())
}

#[async_trait]
impl ProviderHarness for Harness {
    async fn adapter(&self) -> Arc<dyn IdentityProvider> {
        Arc::new(self.site.adapter())
    }

    async fn answer(&self, prompt: &Prompt, script: Script) -> Answer {
        let Prompt::Redirect { to } = prompt else {
            panic!("{prompt:?}")
        };
        let visitor = match script {
            Script::Refuse => {
                // A consent that stands is not asked for again: there would be nothing to refuse.
                let oid = self.site.person(PERSON).oid;
                self.site.control.withdraw_consent(oid, CLIENT);
                Visitor::denying(PERSON)
            }
            Script::Approve | Script::Forge(_) => Visitor::granting(PERSON),
        };
        let landing = self.site.browser().walk(to.as_str(), &visitor).await;
        let Landing::Callback(params) = landing else {
            panic!("{landing:?}")
        };
        let answer = Answer::Callback(params);
        let code = pair(&answer, "code").map(|(_, code)| code);
        self.codes.lock().unwrap().extend(code);
        let Script::Forge(forgery) = script else {
            return answer;
        };
        let mut pairs = ["code", "state"]
            .into_iter()
            .filter_map(|name| pair(&answer, name))
            .collect();
        forgery.apply(&mut pairs, "state", "00000000-0000-4000-8000-000000000000");
        callback(pairs)
    }

    fn injected(&self, code_of: &Answer, state_of: &Answer) -> Answer {
        let parts = [pair(code_of, "code"), pair(state_of, "state")];
        callback(parts.map(Option::unwrap))
    }

    fn subject(&self) -> Subject {
        let oid = self.site.person(PERSON).oid.0;
        oid.to_string().parse().unwrap()
    }

    fn now(&self) -> Timestamp {
        self.site.clock.now()
    }

    async fn set_peer_up(&self, up: bool) {
        if up {
            self.site.control.clear_faults();
            return;
        }
        for place in [Place::Token, Place::Rest] {
            let fault = Fault::Transport(place, self.away.clone());
            self.site.control.set_fault(fault);
        }
    }

    fn markers(&self) -> Vec<String> {
        let person = self.site.person(PERSON);
        let mut all = vec![
            person.last_name,
            person.first_name,
            person.oid.0.to_string(),
        ];
        all.extend(person.middle_name);
        if let Some(snils) = person.snils {
            all.push(snils.chars().filter(char::is_ascii_digit).collect());
            all.push(snils);
        }
        all.extend(person.contacts.into_iter().map(|contact| contact.value));
        // Every token of the stand begins alike.
        let codes = self.codes.lock().unwrap();
        let begins = codes.iter().filter_map(|code| code.get(..8));
        all.extend(begins.map(str::to_owned));
        all
    }
}

mod rs256 {
    use super::*;

    linking_testkit::provider_conformance!(Harness::start(TokenAlgorithm::Rs256, Transport::Reset));
}

mod v1 {
    use super::*;

    async fn start() -> Harness {
        let mut harness = Harness::start(TokenAlgorithm::Gost, Transport::Reset).await;
        harness.site.settings.protocol = linking_gosuslugi::Protocol::V1;
        harness
    }

    linking_testkit::provider_conformance!(start());
}

mod gost {
    use super::*;

    linking_testkit::provider_conformance!(Harness::start(
        TokenAlgorithm::Gost,
        Transport::NoAnswer
    ));
}
