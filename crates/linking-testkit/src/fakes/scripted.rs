//! A provider that plays a script.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use linking_core::{
    ports::IdentityProvider,
    provider::{
        Answer, AnswerIssuer, AssuranceLevel, Begin, CallbackParams, CodeBinding, Decline,
        HttpsUrl, LegalKind, Manifest, Prompt, ProviderError, ProviderErrorKind, ProviderIdentity,
        ProviderState, Resume, Step, SubjectStability, Switch, VouchedAttribute,
    },
};

use super::locked;
use crate::people;

const AUTHORIZE: &str = "https://provider.example/authorize?state=";

/// What a code is worth at the peer.
#[derive(Clone)]
enum Worth {
    Identity(Box<ProviderIdentity>),
    Declined(Decline),
    Fault(ProviderErrorKind),
}

/// A code that the peer gave out.
struct Code {
    state: String,
    worth: Worth,
}

/// The server of a made-up provider: gives out codes, and takes each of them once.
#[derive(Default)]
pub struct ScriptedPeer {
    codes: Mutex<BTreeMap<String, Code>>,
    given: AtomicU64,
    down: AtomicBool,
    begun: AtomicU64,
    advanced: AtomicU64,
}

impl fmt::Debug for ScriptedPeer {
    /// Counts alone: codes open something.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedPeer")
            .field("begun", &self.begun())
            .field("advanced", &self.advanced())
            .finish_non_exhaustive()
    }
}

/// What the browser brings back from the peer.
#[derive(Debug, Clone)]
pub struct Returned {
    /// The ticket, as it stands in the callback's address.
    pub state: String,
    /// The callback.
    pub answer: Answer,
}

impl ScriptedPeer {
    /// The person signs in there.
    #[must_use]
    pub fn approve(&self, prompt: &Prompt, identity: ProviderIdentity) -> Returned {
        self.give(prompt, Worth::Identity(Box::new(identity)))
    }

    /// The person comes back, and is not verified.
    #[must_use]
    pub fn decline(&self, prompt: &Prompt, decline: Decline) -> Returned {
        self.give(prompt, Worth::Declined(decline))
    }

    /// The person comes back, and the adapter will find a fault.
    #[must_use]
    pub fn fail(&self, prompt: &Prompt, kind: ProviderErrorKind) -> Returned {
        self.give(prompt, Worth::Fault(kind))
    }

    /// Takes the peer away, or brings it back.
    pub fn set_up(&self, up: bool) {
        self.down.store(!up, Ordering::SeqCst);
    }

    /// How often an adapter began.
    #[must_use]
    pub fn begun(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }

    /// How often an adapter judged an answer (`threats.md` A8: once for each ticket).
    #[must_use]
    pub fn advanced(&self) -> u64 {
        self.advanced.load(Ordering::SeqCst)
    }

    fn give(&self, prompt: &Prompt, worth: Worth) -> Returned {
        let state = state_of(prompt);
        let code = format!("code-{}", self.given.fetch_add(1, Ordering::SeqCst));
        let answer = callback(&code, &state);
        let given = Code {
            state: state.clone(),
            worth,
        };
        locked(&self.codes).insert(code, given);
        Returned { state, answer }
    }

    fn reach(&self) -> Result<(), ProviderError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(ProviderError::new(
                ProviderErrorKind::Unavailable,
                "the scripted peer is down",
            ));
        }
        Ok(())
    }
}

/// The state in a prompt of [`ScriptedProvider`]; empty in another one's.
fn state_of(prompt: &Prompt) -> String {
    match prompt {
        Prompt::Redirect { to } => to.as_str().strip_prefix(AUTHORIZE),
        _ => None,
    }
    .unwrap_or_default()
    .to_owned()
}

fn callback(code: &str, state: &str) -> Answer {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let params = CallbackParams::new([pair("code", code), pair("state", state)]);
    Answer::Callback(params.unwrap_or_default())
}

/// An adapter for [`ScriptedPeer`]. Keeps nothing in memory: make a new one for every step.
#[derive(Debug, Clone)]
pub struct ScriptedProvider {
    manifest: Manifest,
    peer: Arc<ScriptedPeer>,
}

impl ScriptedProvider {
    /// An adapter of that name; its identities are those of [`people::identity`].
    #[must_use]
    pub fn new(peer: Arc<ScriptedPeer>) -> Self {
        let checked = vec![AssuranceLevel::Verified, AssuranceLevel::Child];
        let vouches = [
            VouchedAttribute::Name,
            VouchedAttribute::Snils,
            VouchedAttribute::BirthDate,
            VouchedAttribute::Gender,
        ];
        Self {
            manifest: Manifest {
                id: people::provider(),
                issuer: people::issuer(),
                vouches: vouches
                    .into_iter()
                    .map(|attribute| (attribute, checked.clone()))
                    .collect(),
                subjects: SubjectStability::Permanent,
                code_bindings: vec![CodeBinding::StateInCode],
                answer_issuer: AnswerIssuer::NotPromised,
                forced_sign_in: Switch::Off,
                sign_out: Switch::On,
                legal_kind: LegalKind::State,
            },
            peer,
        }
    }

    /// The same adapter with another manifest.
    #[must_use]
    pub fn with_manifest(mut self, manifest: Manifest) -> Self {
        self.manifest = manifest;
        self
    }
}

fn invalid(cause: &str) -> ProviderError {
    ProviderError::new(ProviderErrorKind::AnswerInvalid, cause)
}

#[async_trait]
impl IdentityProvider for ScriptedProvider {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn begin(&self, begin: Begin) -> Result<Step, ProviderError> {
        self.peer.begun.fetch_add(1, Ordering::SeqCst);
        self.peer.reach()?;
        let state = begin.ticket.as_uuid().to_string();
        let to = format!("{AUTHORIZE}{state}")
            .parse()
            .map_err(|_| invalid("the ticket makes no address"))?;
        Ok(Step::Ask {
            prompt: Prompt::Redirect { to },
            state: ProviderState::new(state.into_bytes()),
        })
    }

    async fn advance(&self, resume: Resume) -> Result<Step, ProviderError> {
        self.peer.advanced.fetch_add(1, Ordering::SeqCst);
        let Answer::Callback(params) = &resume.answer else {
            return Err(invalid("an answer that is no callback"));
        };
        let state = params.get("state").unwrap_or_default();
        if state.is_empty() || state.as_bytes() != resume.state.expose() {
            return Err(invalid("the state is not the one of this flow"));
        }
        self.peer.reach()?;
        let code = params.get("code").ok_or_else(|| invalid("no code"))?;
        let Some(given) = locked(&self.peer.codes).remove(code) else {
            let cause = "the code is spent";
            return Err(ProviderError::new(ProviderErrorKind::Restart, cause));
        };
        if given.state != state {
            return Err(invalid("the code was made for another flow"));
        }
        match given.worth {
            Worth::Identity(identity) => Ok(Step::Verified(identity)),
            Worth::Declined(decline) => Ok(Step::Declined(decline)),
            Worth::Fault(kind) => Err(ProviderError::new(kind, "as scripted")),
        }
    }

    fn sign_out(&self, _: &HttpsUrl) -> Option<HttpsUrl> {
        "https://provider.example/sign-out".parse().ok()
    }
}
