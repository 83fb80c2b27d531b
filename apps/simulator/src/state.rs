//! What the simulator remembers: in memory, behind one mutex that is never held over an await.

use std::collections::{BTreeSet, HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::checks::Asked;
use crate::code::EsiaCode;
use crate::fault::Faults;
use crate::keys::KeyRing;
use crate::knobs::Knobs;
use crate::person::{Oid, Persona};

/// How somebody signed in at the provider: `amr` (`esia.md 5.3`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Password,
    Signature,
}

impl Method {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Password => "PWD",
            Self::Signature => "DS",
        }
    }
}

/// A browser's sign-in at the provider: a second request is answered without a question
/// (`esia.md 9`).
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) oid: Oid,
    pub(crate) since: DateTime<Utc>,
    pub(crate) method: Method,
    pub(crate) ends: DateTime<Utc>,
}

/// Where the browser goes after the screens.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// Back to the client that asked.
    Client(Box<Asked>),
    /// To the person's own list of consents.
    Agreements,
}

/// A code sent to a phone.
#[derive(Clone, Debug)]
pub(crate) struct Challenge {
    pub(crate) oid: Oid,
    pub(crate) code: String,
    pub(crate) ends: DateTime<Utc>,
    pub(crate) attempts_left: u32,
}

/// One walk through the screens.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) target: Target,
    pub(crate) begun: DateTime<Utc>,
    pub(crate) challenge: Option<Challenge>,
    /// Set once the person has signed in.
    pub(crate) session: Option<Uuid>,
}

/// What a code or refresh token stands for.
#[derive(Clone, Debug)]
pub(crate) struct Granted {
    pub(crate) client_id: String,
    pub(crate) oid: Oid,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    /// What the person let go: `scope`, unless something was cut.
    pub(crate) scopes: Vec<String>,
    pub(crate) organization_scopes: Vec<String>,
    pub(crate) permissions: Option<Value>,
    pub(crate) offline: bool,
    pub(crate) session: Uuid,
    pub(crate) since: DateTime<Utc>,
    pub(crate) method: Method,
}

#[derive(Clone, Debug)]
pub(crate) struct IssuedCode {
    pub(crate) granted: Granted,
    pub(crate) state: String,
    pub(crate) challenge: Option<String>,
    pub(crate) ends: DateTime<Utc>,
    pub(crate) used: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct IssuedRefresh {
    pub(crate) granted: Granted,
    pub(crate) ends: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub(crate) struct IssuedAccess {
    pub(crate) client_id: String,
    pub(crate) oid: Oid,
    pub(crate) scopes: Vec<String>,
    pub(crate) session: Uuid,
    pub(crate) ends: DateTime<Utc>,
}

/// A consent that stands.
#[derive(Clone, Debug)]
pub(crate) struct Consent {
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) since: DateTime<Utc>,
    /// Set for a consent of the digital profile.
    pub(crate) ends: Option<DateTime<Utc>>,
}

/// A message of the stand's log at `/sms`.
#[derive(Clone, Debug)]
pub(crate) struct Sms {
    pub(crate) at: DateTime<Utc>,
    pub(crate) oid: Oid,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) code: String,
}

/// A request that the simulator answered; without any value that it carried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedRequest {
    /// When, by the simulator's clock; Unix seconds.
    pub at: i64,
    /// `GET`, `POST`, ….
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// HTTP status of the answer; 0 where there was none (a reset).
    pub status: u16,
    /// ESIA's code, where the answer has one.
    pub code: Option<EsiaCode>,
    /// Why it was refused, in English: what the real ESIA would not say.
    pub cause: Option<String>,
    /// Mnemonic of the client, where known.
    pub client: Option<String>,
    /// `grant_type` of a token request.
    pub grant: Option<String>,
    /// Names of the parameters in the order in which they came.
    pub parameters: Vec<String>,
}

const KEPT: usize = 10_000;
const FLOW_LIFETIME: TimeDelta = TimeDelta::hours(1);

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) people: Vec<Persona>,
    pub(crate) knobs: Knobs,
    pub(crate) offset: TimeDelta,
    pub(crate) keys: KeyRing,
    pub(crate) faults: Faults,
    pub(crate) flows: HashMap<Uuid, Flow>,
    pub(crate) sessions: HashMap<Uuid, Session>,
    pub(crate) codes: HashMap<String, IssuedCode>,
    pub(crate) refresh: HashMap<String, IssuedRefresh>,
    pub(crate) access: HashMap<String, IssuedAccess>,
    pub(crate) consents: HashMap<(Oid, String), Consent>,
    pub(crate) sms: VecDeque<Sms>,
    pub(crate) sms_sent: u32,
    pub(crate) requests: VecDeque<RecordedRequest>,
    pub(crate) last_code: Option<String>,
    pub(crate) last_callback: Option<String>,
}

impl State {
    pub(crate) fn new(people: Vec<Persona>, knobs: Knobs, keys: KeyRing) -> Self {
        Self {
            people,
            knobs,
            offset: TimeDelta::zero(),
            keys,
            faults: Faults::default(),
            flows: HashMap::new(),
            sessions: HashMap::new(),
            codes: HashMap::new(),
            refresh: HashMap::new(),
            access: HashMap::new(),
            consents: HashMap::new(),
            sms: VecDeque::new(),
            sms_sent: 0,
            requests: VecDeque::new(),
            last_code: None,
            last_callback: None,
        }
    }

    pub(crate) fn person(&self, oid: Oid) -> Option<&Persona> {
        self.people.iter().find(|person| person.oid == oid)
    }

    pub(crate) fn session(&self, id: Option<Uuid>, now: DateTime<Utc>) -> Option<(Uuid, &Session)> {
        let id = id?;
        self.sessions
            .get(&id)
            .filter(|session| session.ends > now)
            .map(|session| (id, session))
    }

    /// Keeps a walk; forgets those that are over.
    pub(crate) fn begin(&mut self, flow: Flow) -> Uuid {
        let now = flow.begun;
        if self.flows.len() >= KEPT {
            self.flows.retain(|_, old| now - old.begun < FLOW_LIFETIME);
        }
        let id = crate::random::uuid();
        self.flows.insert(id, flow);
        id
    }

    pub(crate) fn flow(&self, id: Uuid, now: DateTime<Utc>) -> Option<&Flow> {
        self.flows
            .get(&id)
            .filter(|flow| now - flow.begun < FLOW_LIFETIME)
    }

    /// Makes and "sends" a code. Codes count upwards: obviously not real ones.
    pub(crate) fn send_sms(&mut self, oid: Oid, now: DateTime<Utc>) -> Option<Challenge> {
        let person = self.person(oid)?;
        let phone = person
            .contact(crate::person::ContactKind::Mobile)?
            .to_owned();
        let name = person.full_name();
        self.sms_sent += 1;
        let code = format!("{:06}", self.sms_sent % 1_000_000);
        self.sms.push_front(Sms {
            at: now,
            oid,
            name,
            phone,
            code: code.clone(),
        });
        self.sms.truncate(100);
        Some(Challenge {
            oid,
            code,
            ends: now + crate::knobs::seconds(self.knobs.sms_lifetime),
            attempts_left: self.knobs.sms_attempts,
        })
    }

    /// Whether everything in `scopes` was consented to and still is.
    pub(crate) fn is_covered(
        &self,
        oid: Oid,
        client_id: &str,
        scopes: &[String],
        now: DateTime<Utc>,
    ) -> bool {
        self.consents
            .get(&(oid, client_id.to_owned()))
            .is_some_and(|consent| {
                consent.ends.is_none_or(|end| end > now)
                    && scopes.iter().all(|scope| consent.scopes.contains(scope))
            })
    }

    /// Ends a consent, and with it every code and token that lives by it (`esia.md 8.1`).
    pub(crate) fn withdraw(&mut self, oid: Oid, client_id: &str) -> bool {
        let known = self.consents.remove(&(oid, client_id.to_owned())).is_some();
        let other = |granted: &Granted| granted.oid != oid || granted.client_id != client_id;
        self.codes.retain(|_, code| other(&code.granted));
        self.refresh.retain(|_, token| other(&token.granted));
        self.access
            .retain(|_, token| token.oid != oid || token.client_id != client_id);
        known
    }

    pub(crate) fn record(&mut self, request: RecordedRequest) {
        if self.requests.len() >= KEPT {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
    }

    /// Forgets codes and tokens that ended long ago, now and then.
    pub(crate) fn sweep(&mut self, now: DateTime<Utc>) {
        if self.codes.len() + self.access.len() + self.sessions.len() < KEPT {
            return;
        }
        let past = now - FLOW_LIFETIME;
        self.codes.retain(|_, code| code.ends > past);
        self.access.retain(|_, token| token.ends > past);
        self.refresh.retain(|_, token| token.ends > past);
        self.sessions.retain(|_, session| session.ends > past);
    }
}
