//! A simulator, and the diary's side of a sign-in.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use chrono::{DateTime, TimeDelta};
use linking_core::{
    ids::FlowId,
    ports::{IdentityProvider, Randomness},
    provider::{
        Answer, Begin, Prompt, ProviderError, ProviderIdentity, ProviderState, Resume, Step,
        Switch, Ticket, Wanted,
    },
    secret::Secret256,
    time::Timestamp,
};
use linking_gosuslugi::{Gosuslugi, Material, Settings, SignerSettings, Stand};
use linking_http::install_crypto_provider;
use linking_simulator::{
    Client, Clock, Control, KeyMaterial, Simulator, TokenAlgorithm, personas::Persona,
};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::browser::{Browser, Landing, Visitor};

pub(crate) const REDIRECT: &str = "https://school.example/callback/gosuslugi";
pub(crate) const CLIENT: &str = "TESTSYS";

#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Randomness for Counting {
    fn fill(&self, out: &mut [u8]) {
        let next = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        for (to, from) in out.iter_mut().zip(next.iter().cycle()) {
            *to = *from;
        }
    }
}

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The time of the diary and of the simulator.
#[derive(Debug, Clone)]
pub(crate) struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub(crate) fn now(&self) -> Timestamp {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0).unwrap()
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

pub(crate) struct Site {
    pub(crate) control: Control,
    pub(crate) settings: Settings,
    pub(crate) clock: TestClock,
    pub(crate) algorithm: TokenAlgorithm,
    pub(crate) base: String,
    random: Arc<dyn Randomness>,
    keys: tempfile::TempDir,
    tickets: AtomicU64,
}

/// A flow that was begun.
pub(crate) struct Begun {
    pub(crate) state: ProviderState,
    pub(crate) to: String,
    at: Timestamp,
}

impl Site {
    pub(crate) async fn start(algorithm: TokenAlgorithm) -> Self {
        install_crypto_provider();
        let start: Timestamp = "2027-01-15T09:30:45Z".parse().unwrap();
        let clock = TestClock(Arc::new(AtomicI64::new(start.timestamp())));
        let mut client = Client::new(CLIENT, "Дневник", REDIRECT, &text("client.crt.pem"));
        client.algorithm = algorithm;
        let mut settings = linking_simulator::Settings::new(vec![client]);
        settings.keys = Some(KeyMaterial {
            rsa_key: text("rsa.key.pem"),
            rsa_certificate: text("rsa.crt.pem"),
            gost_key: text("idp.key.pem"),
            gost_certificate: text("idp.crt.pem"),
        });
        let ticking = clock.clone();
        settings.clock = Clock::new(move || ticking.now());
        let simulator = Simulator::new(settings).unwrap();
        let control = simulator.control();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(linking_simulator::serve(
            listener,
            simulator,
            std::future::pending(),
        ));
        let keys = tempfile::tempdir().unwrap();
        let mut settings = Settings::new(
            Stand::Demo,
            CLIENT,
            REDIRECT,
            Material::pem(text("client.crt.pem")),
            SignerSettings::SoftKey {
                key: Material::pem(text("client.key.pem")),
            },
            vec![Material::Path(keys.path().to_owned())],
        );
        settings.token_algorithm = match algorithm {
            TokenAlgorithm::Rs256 => linking_gosuslugi::TokenAlgorithm::Rs256,
            TokenAlgorithm::Gost => linking_gosuslugi::TokenAlgorithm::Gost,
        };
        settings.front_base = Some(base.clone());
        settings.issuers = Some(vec![linking_simulator::ISSUER.to_owned()]);
        // Long enough on any machine; a test of the limit sets its own.
        settings.network.connect_timeout_ms = Some(60_000);
        settings.network.total_timeout_ms = Some(60_000);
        let site = Self {
            control,
            settings,
            clock,
            algorithm,
            base,
            random: Arc::new(Counting::default()),
            keys,
            tickets: AtomicU64::new(1),
        };
        site.publish_keys();
        site
    }

    /// Gives the adapter the certificates that the simulator publishes now.
    pub(crate) fn publish_keys(&self) {
        self.publish_keys_for(self.algorithm);
    }

    pub(crate) fn publish_keys_for(&self, algorithm: TokenAlgorithm) {
        let pem = self.control.certificates_pem(algorithm).concat();
        let file = format!("{}.pem", algorithm.name());
        std::fs::write(self.keys.path().join(file), pem).unwrap();
    }

    pub(crate) fn adapter(&self) -> Gosuslugi {
        let id = "gosuslugi".parse().unwrap();
        Gosuslugi::new(&id, &self.settings, Arc::clone(&self.random)).unwrap()
    }

    pub(crate) async fn begin(&self, contacts: Switch) -> Begun {
        self.begin_on(&self.adapter(), contacts).await
    }

    pub(crate) async fn begin_on(&self, adapter: &Gosuslugi, contacts: Switch) -> Begun {
        let number = self.tickets.fetch_add(1, Ordering::SeqCst);
        let ticket = Ticket::new(Secret256::from_hex(&format!("{number:02x}").repeat(32)).unwrap());
        let begin = Begin {
            flow: FlowId::from_uuid(Uuid::from_u128(u128::from(number))),
            ticket,
            wanted: Wanted { contacts },
            now: self.clock.now(),
        };
        match adapter.begin(begin).await.unwrap() {
            Step::Ask {
                prompt: Prompt::Redirect { to },
                state,
            } => Begun {
                state,
                to: to.as_str().to_owned(),
                at: self.clock.now(),
            },
            other => panic!("{other:?}"),
        }
    }

    /// Takes up what the browser brought.
    pub(crate) async fn advance(
        &self,
        begun: &Begun,
        landing: Landing,
    ) -> Result<Step, ProviderError> {
        self.advance_on(&self.adapter(), begun, landing).await
    }

    pub(crate) async fn advance_on(
        &self,
        adapter: &Gosuslugi,
        begun: &Begun,
        landing: Landing,
    ) -> Result<Step, ProviderError> {
        let Landing::Callback(params) = landing else {
            panic!("the browser stayed: {landing:?}")
        };
        let resume = Resume {
            flow: FlowId::from_uuid(Uuid::from_u128(1)),
            state: begun.state.clone(),
            answer: Answer::Callback(params),
            begun_at: begun.at,
            now: self.clock.now(),
        };
        adapter.advance(resume).await
    }

    /// A person's whole sign-in in a fresh browser, with consent given.
    pub(crate) async fn sign_in(&self, id: &str) -> Result<Step, ProviderError> {
        self.sign_in_wanting(id, Switch::Off).await
    }

    pub(crate) async fn sign_in_wanting(
        &self,
        id: &str,
        contacts: Switch,
    ) -> Result<Step, ProviderError> {
        let begun = self.begin(contacts).await;
        let landing = self.browser().walk(&begun.to, &Visitor::granting(id)).await;
        self.advance(&begun, landing).await
    }

    /// The identity of a whole sign-in that must succeed.
    pub(crate) async fn identity(&self, id: &str) -> ProviderIdentity {
        match self.sign_in(id).await {
            Ok(Step::Verified(identity)) => *identity,
            other => panic!("{id}: {other:?}"),
        }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.base, self.control.clone())
    }

    pub(crate) fn person(&self, id: &str) -> Persona {
        self.control.person(id).unwrap()
    }

    /// How many token requests the simulator has seen.
    pub(crate) fn token_calls(&self) -> usize {
        self.calls("/aas/oauth2/v3/te") + self.calls("/aas/oauth2/te")
    }

    /// How many requests to a path, or below it, the simulator has seen.
    pub(crate) fn calls(&self, path: &str) -> usize {
        let calls = self.control.requests();
        calls
            .iter()
            .filter(|call| call.path.starts_with(path))
            .count()
    }

    pub(crate) fn set_clock_ahead(&self, seconds: i64) {
        self.control.set_clock_offset(TimeDelta::seconds(seconds));
    }
}
