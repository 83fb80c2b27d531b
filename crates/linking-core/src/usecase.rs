//! Use cases: load facts, ask a decision, commit one change set. No rule stands here.

mod answer;
mod confirm;
mod contacts;
mod data;
mod flow_access;
mod letters;
mod link_account;
mod links;
mod local;
mod move_link;
mod not_me;
mod own_password;
mod password;
mod prove;
mod provider_sign_in;
mod replace_link;
mod restore;
mod session;
mod start;
mod verdict;
mod view;

pub use data::DataView;
pub use flow_access::FlowName;
pub use letters::Letter;
pub use links::{UnlinkView, WayView};
pub use not_me::{NotMeDone, NotMeView};
pub use password::LocalCredentials;
pub use restore::{RestoreView, RestoredView};
pub use session::{HistoryPage, NewSession, SessionsEnd};
pub use start::StartOrder;
pub use view::{FlowStep, FlowView, OfferedContact};

use std::{collections::BTreeMap, fmt, sync::Arc};

use thiserror::Error;

use crate::{
    account::AccountSheet,
    audit::{Act, AuditRecord, By, Concern},
    consent::ConsentTexts,
    ids::{AuditKind, EventId, EventKind, FlowId, Id},
    policy::{Policy, PolicyBook},
    ports::{
        Clock, HashError, IdSource, IdentityProvider, PasswordHasher, Randomness, Store,
        StoreError, Vault,
    },
    provider::{Prompt, ProviderError, ProviderId},
    refusal::Refusal,
    session::AgentLabel,
    time::Timestamp,
};

/// How often an act is tried whose facts somebody else changes meanwhile.
const TRIES: u8 = 3;

/// What the use cases need from outside. A forgotten port does not compile.
#[derive(Debug, Clone)]
pub struct Ports {
    /// Records.
    pub store: Arc<dyn Store>,
    /// Password hashes.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Keys.
    pub vault: Arc<dyn Vault>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Identifiers.
    pub ids: Arc<dyn IdSource>,
    /// Randomness.
    pub random: Arc<dyn Randomness>,
}

/// A provider of this installation: its adapter, and our consent text for its data.
#[derive(Debug, Clone)]
pub struct ConnectedProvider {
    /// The adapter.
    pub adapter: Arc<dyn IdentityProvider>,
    /// The text that a person agrees to before a link.
    pub consent: ConsentTexts,
}

/// A rule said no, or the thing was done.
#[derive(Debug, Clone)]
pub enum Outcome<T> {
    /// Done.
    Done(T),
    /// A rule said no; an ordinary thing, not an error.
    Refused(Refusal),
}

impl<T> Outcome<T> {
    /// What was done, if it was.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(done) => Some(done),
            Self::Refused(_) => None,
        }
    }

    /// Why it was refused, if it was.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Done(_) => None,
            Self::Refused(refusal) => Some(refusal),
        }
    }
}

/// Something broke. Logged once, at the edge; no text of it names a person.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The hasher.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// What was just made is not there: a defect of ours.
    #[error("internal contradiction: {0}")]
    Contradiction(&'static str),
}

/// Where a flow stands after a request, and what the browser gets with it.
#[derive(Debug)]
pub struct Advance {
    /// The flow's present page.
    pub view: FlowView,
    /// What the browser is to do at the provider, if it goes there.
    pub prompt: Option<Prompt>,
    /// A session that began or was re-issued: the browser gets its secret.
    pub session: Option<NewSession>,
    /// The fault behind a refusal, for the operator's log.
    pub fault: Option<ProviderError>,
}

/// Account linking, for a host that has implemented the [`Ports`].
#[derive(Clone)]
pub struct Linking {
    ports: Ports,
    providers: Arc<BTreeMap<ProviderId, ConnectedProvider>>,
    policies: Arc<PolicyBook>,
}

impl fmt::Debug for Linking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Linking")
            .field("providers", &self.providers.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Linking {
    /// Wires ports, providers and policies.
    #[must_use]
    pub fn new(
        ports: Ports,
        providers: BTreeMap<ProviderId, ConnectedProvider>,
        policies: PolicyBook,
    ) -> Self {
        Self {
            ports,
            providers: Arc::new(providers),
            policies: Arc::new(policies),
        }
    }

    /// The policies of this installation.
    #[must_use]
    pub fn policies(&self) -> &PolicyBook {
        &self.policies
    }

    /// A connected provider.
    #[must_use]
    pub fn provider(&self, id: &ProviderId) -> Option<&ConnectedProvider> {
        self.providers.get(id)
    }

    /// The keys, for the tokens of forms and the tags of cookies.
    #[must_use]
    pub fn vault(&self) -> &dyn Vault {
        self.ports.vault.as_ref()
    }

    /// The randomness, for the secrets of cookies.
    #[must_use]
    pub fn random(&self) -> &dyn Randomness {
        self.ports.random.as_ref()
    }

    /// The present time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    pub(crate) fn id<K>(&self) -> Id<K> {
        Id::from_uuid(self.ports.ids.next())
    }

    /// The policy of an account: that of its first organisation, or the preset's.
    #[must_use]
    pub fn policy_of(&self, sheet: &AccountSheet) -> &Policy {
        sheet.first_membership().map_or_else(
            || self.policies.preset(),
            |first| self.policies.of(&first.organization),
        )
    }

    pub(crate) fn audit(
        &self,
        by: By,
        act: Act,
        flow: Option<FlowId>,
        agent: &AgentLabel,
        concerns: Vec<Concern>,
    ) -> AuditRecord {
        AuditRecord {
            id: self.id::<AuditKind>(),
            at: self.now(),
            by,
            act,
            flow,
            agent: Some(agent.clone()),
            concerns,
        }
    }

    pub(crate) fn event_id(&self) -> EventId {
        self.id::<EventKind>()
    }

    /// Tries an act again when somebody else changed its facts meanwhile: three times at most.
    pub(crate) async fn settled<T, F, R>(&self, mut act: F) -> Result<T, Fault>
    where
        F: FnMut() -> R + Send,
        R: Future<Output = Result<T, Fault>> + Send,
    {
        for _ in 1..TRIES {
            match act().await {
                Err(Fault::Store(StoreError::Conflict(_))) => {}
                settled => return settled,
            }
        }
        act().await
    }
}
