//! Who lives in the model, and what they sign in by.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use linking_core::{
    audit::{Act, AuditRecord, By},
    ids::Id,
    link::PlaceHint,
    person::PatronymicRule,
    policy::{IdentitySharing, LinkWays, Policy, PolicyBook, SignInForm},
    ports::{IdSource as _, IdentityProvider, NewPerson},
    provider::{
        Answer, AnswerIssuer, AuthenticationMethod, Begin, CallbackParams, CodeBinding, Decline,
        HttpsUrl, Issuer, LegalKind, Manifest, Prompt, ProviderError, ProviderErrorKind,
        ProviderId, ProviderIdentity, ProviderState, Resume, Step, SubjectStability, Switch,
    },
    provider::{AssuranceLevel, IdentityKey},
    time::Timestamp,
    usecase::ConnectedProvider,
};
use linking_testkit::{CountedIds, people};

use crate::replay::Progress;

/// The text version that the pages show.
pub(crate) const TEXT: &str = "2026-03";
const AUTHORIZE: &str = "https://provider.example/authorize?state=";

/// How many profiles there are.
pub(crate) const PEOPLE: u8 = 3;

/// The profiles, by number: two people, and another profile of the first one.
pub(crate) fn person(number: u8) -> NewPerson {
    match number {
        0 => people::teacher(),
        1 => people::adult(),
        _ => NewPerson {
            login: people::login("twin"),
            ..people::teacher()
        },
    }
}

/// The password of each of them.
pub(crate) const PASSWORD: &str = "right";

/// The two providers, by number.
pub(crate) fn provider(number: u8) -> ProviderId {
    let id = if number == 0 { "gosuslugi" } else { "other" };
    parsed(id.parse())
}

fn issuer(provider: u8) -> Issuer {
    parsed(format!("https://provider-{provider}.example/").parse())
}

#[expect(clippy::expect_used, reason = "texts of this file")]
pub(crate) fn parsed<T, E: std::fmt::Debug>(parsed: Result<T, E>) -> T {
    parsed.expect("it reads")
}

/// The identity of a person at a provider.
pub(crate) fn key(provider: u8, person: u8) -> IdentityKey {
    IdentityKey {
        issuer: issuer(provider),
        subject: parsed(format!("subject-{person}").parse()),
    }
}

fn identity(provider: u8, number: u8, now: Timestamp) -> ProviderIdentity {
    let mut claims = people::claims_of(&person(number).profile);
    claims.contacts = Some(vec![people::verified(people::email(&format!(
        "{number}@example.ru"
    )))]);
    ProviderIdentity {
        key: key(provider, number),
        assurance: AssuranceLevel::Verified,
        claims,
        authenticated_at: Some(now),
        methods: vec![AuthenticationMethod::Password],
    }
}

/// The policy of a server with these providers on, a bit for each.
pub(crate) fn policy(on: u8, contacts: Switch) -> Policy {
    Policy {
        providers: (0..2)
            .filter(|number| on & (1 << number) != 0)
            .map(provider)
            .collect(),
        link_ways: LinkWays::Both,
        identity_sharing: IdentitySharing::OneAccountPerIdentity,
        contact_choice: contacts,
        patronymic: PatronymicRule::MustAgree,
        sign_in_form: SignInForm::LocalFirst,
    }
}

pub(crate) fn policies(on: u8, contacts: Switch) -> PolicyBook {
    PolicyBook::new(policy(on, contacts))
}

pub(crate) fn place() -> PlaceHint {
    PlaceHint {
        region: people::sakhalin().code,
        organization: None,
    }
}

/// An audit record of a command; its number is its id.
pub(crate) fn command(number: u64, act: Act, at: Timestamp) -> AuditRecord {
    AuditRecord {
        id: Id::from_uuid(CountedIds::starting_at(number).next()),
        at,
        by: By::Operator,
        act,
        flow: None,
        agent: None,
        concerns: Vec::new(),
    }
}

/// As whom a browser comes back from a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comes {
    /// As this person.
    As(u8),
    /// As nobody: the person refused there.
    Declined,
}

/// What the browser brings back.
pub(crate) fn returned(ticket: &str, comes: Comes) -> Answer {
    let code = match comes {
        Comes::As(number) => number.to_string(),
        Comes::Declined => "declined".to_owned(),
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let params = CallbackParams::new([pair("code", &code), pair("state", ticket)]);
    Answer::Callback(parsed(params))
}

/// The ticket that a prompt sends with the browser.
pub(crate) fn ticket_of(prompt: &Prompt) -> Option<String> {
    match prompt {
        Prompt::Redirect { to } => to.as_str().strip_prefix(AUTHORIZE).map(str::to_owned),
        _ => None,
    }
}

/// The providers as a server has them connected.
pub(crate) fn connected(progress: &Arc<Progress>) -> BTreeMap<ProviderId, ConnectedProvider> {
    (0..2)
        .map(|number| {
            let adapter = Peer {
                number,
                manifest: Manifest {
                    id: provider(number),
                    issuer: issuer(number),
                    answer_issuer: AnswerIssuer::NotPromised,
                    vouches: Vec::new(),
                    subjects: SubjectStability::Permanent,
                    code_bindings: vec![CodeBinding::StateInCode],
                    forced_sign_in: Switch::Off,
                    sign_out: Switch::Off,
                    legal_kind: LegalKind::State,
                },
                progress: Arc::clone(progress),
            };
            let connected = ConnectedProvider {
                adapter: Arc::new(adapter),
                consent: people::consent_text().into(),
            };
            (provider(number), connected)
        })
        .collect()
}

/// An adapter whose codes say who came. It notes each ticket that it is asked to redeem.
#[derive(Debug)]
struct Peer {
    number: u8,
    manifest: Manifest,
    progress: Arc<Progress>,
}

fn invalid(cause: &str) -> ProviderError {
    ProviderError::new(ProviderErrorKind::AnswerInvalid, cause)
}

#[async_trait]
impl IdentityProvider for Peer {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn begin(&self, begin: Begin) -> Result<Step, ProviderError> {
        let state = begin.ticket.as_uuid().to_string();
        let to = format!("{AUTHORIZE}{state}");
        Ok(Step::Ask {
            prompt: Prompt::Redirect {
                to: to.parse().map_err(|_| invalid("no address"))?,
            },
            state: ProviderState::new(state.into_bytes()),
        })
    }

    async fn advance(&self, resume: Resume) -> Result<Step, ProviderError> {
        let Answer::Callback(params) = &resume.answer else {
            return Err(invalid("no callback"));
        };
        let state = params.get("state").unwrap_or_default();
        if state.as_bytes() != resume.state.expose() {
            return Err(invalid("the state is not the one of this flow"));
        }
        self.progress.redeemed(state);
        match params.get("code").unwrap_or_default() {
            "declined" => Ok(Step::Declined(Decline::ByPerson)),
            code => {
                let number = code.parse().map_err(|_| invalid("no code"))?;
                let identity = identity(self.number, number, resume.now);
                Ok(Step::Verified(Box::new(identity)))
            }
        }
    }

    fn sign_out(&self, _: &HttpsUrl) -> Option<HttpsUrl> {
        None
    }
}
