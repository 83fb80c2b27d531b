//! What lies sealed: profiles, SNILS, flows. Each blob is bound to its record, so that one that is
//! moved to another row does not open (`threats.md` H2, C17).

use linking_core::{
    account::{Contact, Profile, Sourced},
    ids::{AccountId, FlowId, RestoreId},
    letter::RestoreRequest,
    link::LinkFlow,
    person::{BirthDate, EmailAddress, Gender, RegisteredName, Snils},
    ports::{Purpose, Sealed, StoreError, Tag, Vault, VaultError},
    secret::{SecretBytes, SecretText},
    session::AgentLabel,
    time::Timestamp,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The blobs of a profile, as columns hold them.
pub(crate) struct SealedProfile {
    /// Everything but the SNILS.
    pub(crate) profile: Vec<u8>,
    /// The SNILS with source and time.
    pub(crate) snils: Option<Vec<u8>>,
}

#[derive(Serialize)]
struct ProfileToSeal<'a> {
    name: &'a Sourced<RegisteredName>,
    birth_date: Option<&'a Sourced<BirthDate>>,
    gender: Option<&'a Sourced<Gender>>,
    contacts: &'a [Contact],
}

#[derive(Deserialize)]
struct OpenedProfile {
    name: Sourced<RegisteredName>,
    birth_date: Option<Sourced<BirthDate>>,
    gender: Option<Sourced<Gender>>,
    contacts: Vec<Contact>,
}

/// The tag by which a SNILS is found.
pub(crate) fn snils_tag(vault: &dyn Vault, snils: &Snils) -> Tag {
    vault.tag(Purpose::SnilsTag, snils.digits().as_bytes())
}

/// The tag by which an address is found.
pub(crate) fn email_tag(vault: &dyn Vault, address: &EmailAddress) -> Tag {
    vault.tag(Purpose::EmailTag, address.key().as_bytes())
}

/// The tags by which a SNILS is found that was written under another key.
pub(crate) fn other_snils_tags(vault: &dyn Vault, snils: &Snils) -> Vec<Tag> {
    vault.other_tags(Purpose::SnilsTag, snils.digits().as_bytes())
}

pub(crate) fn seal_profile(
    vault: &dyn Vault,
    id: AccountId,
    profile: &Profile,
) -> Result<SealedProfile, StoreError> {
    let to_seal = ProfileToSeal {
        name: &profile.name,
        birth_date: profile.birth_date.as_ref(),
        gender: profile.gender.as_ref(),
        contacts: &profile.contacts,
    };
    let bound_to = id.uuid().into_bytes();
    let snils = match &profile.snils {
        Some(snils) => Some(seal(vault, Purpose::SnilsSeal, &bound_to, snils)?),
        None => None,
    };
    Ok(SealedProfile {
        profile: seal(vault, Purpose::ProfileSeal, &bound_to, &to_seal)?,
        snils,
    })
}

pub(crate) fn open_profile(
    vault: &dyn Vault,
    id: AccountId,
    sealed: SealedProfile,
) -> Result<Profile, StoreError> {
    let bound_to = id.uuid().into_bytes();
    let damaged =
        |what: &str, why: Unreadable| StoreError::Damaged(format!("{what} of {id}: {why}"));
    let opened: OpenedProfile = open(vault, Purpose::ProfileSeal, &bound_to, sealed.profile)
        .map_err(|why| damaged("the profile", why))?;
    let snils = sealed
        .snils
        .map(|octets| open(vault, Purpose::SnilsSeal, &bound_to, octets))
        .transpose()
        .map_err(|why| damaged("the SNILS", why))?;
    Ok(Profile {
        name: opened.name,
        birth_date: opened.birth_date,
        snils,
        gender: opened.gender,
        contacts: opened.contacts,
    })
}

/// The blobs of a flow, as columns hold them.
pub(crate) struct SealedFlow {
    /// The flow.
    pub(crate) flow: Vec<u8>,
    /// What takes its place when it is ended from outside.
    pub(crate) remains: Vec<u8>,
}

pub(crate) fn seal_flow(vault: &dyn Vault, flow: &LinkFlow) -> Result<SealedFlow, StoreError> {
    let bound_to = flow.id().uuid().into_bytes();
    let sealed = |flow: &LinkFlow| seal(vault, Purpose::FlowState, &bound_to, flow);
    Ok(SealedFlow {
        flow: sealed(flow)?,
        remains: sealed(&flow.clone().expire())?,
    })
}

#[derive(Serialize)]
struct RestoreToSeal<'a> {
    typed: &'a str,
    flow: Option<FlowId>,
    agent: &'a AgentLabel,
}

#[derive(Deserialize)]
struct OpenedRestore {
    typed: String,
    flow: Option<FlowId>,
    agent: AgentLabel,
}

pub(crate) fn seal_restore(
    vault: &dyn Vault,
    request: &RestoreRequest,
) -> Result<Vec<u8>, StoreError> {
    let to_seal = RestoreToSeal {
        typed: request.typed.expose(),
        flow: request.flow,
        agent: &request.agent,
    };
    let bound_to = request.id.uuid().into_bytes();
    seal(vault, Purpose::RestoreRequest, &bound_to, &to_seal)
}

pub(crate) fn open_restore(
    vault: &dyn Vault,
    id: RestoreId,
    at: Timestamp,
    sealed: Vec<u8>,
) -> Result<RestoreRequest, StoreError> {
    let bound_to = id.uuid().into_bytes();
    let opened: OpenedRestore = open(vault, Purpose::RestoreRequest, &bound_to, sealed)
        .map_err(|why| StoreError::Damaged(format!("what was typed in {id}: {why}")))?;
    Ok(RestoreRequest {
        id,
        at,
        typed: SecretText::new(opened.typed),
        flow: opened.flow,
        agent: opened.agent,
    })
}

pub(crate) fn open_flow(
    vault: &dyn Vault,
    id: FlowId,
    sealed: Vec<u8>,
) -> Result<LinkFlow, StoreError> {
    open(vault, Purpose::FlowState, &id.uuid().into_bytes(), sealed)
        .map_err(|why| StoreError::Damaged(format!("the state of {id}: {why}")))
}

fn seal<T: Serialize>(
    vault: &dyn Vault,
    purpose: Purpose,
    bound_to: &[u8],
    value: &T,
) -> Result<Vec<u8>, StoreError> {
    let plain = serde_json::to_vec(value)
        .map(SecretBytes::new)
        .map_err(|_| StoreError::Damaged("a record does not serialise".to_owned()))?;
    Ok(vault.seal(purpose, bound_to, &plain).octets().to_vec())
}

#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error(transparent)]
    Vault(#[from] VaultError),
    // The parser's own text may quote what it failed on.
    #[error("it opens, and does not read")]
    Form,
}

fn open<T: DeserializeOwned>(
    vault: &dyn Vault,
    purpose: Purpose,
    bound_to: &[u8],
    octets: Vec<u8>,
) -> Result<T, Unreadable> {
    let plain = vault.open(purpose, bound_to, &Sealed::new(octets))?;
    serde_json::from_slice(plain.expose()).map_err(|_| Unreadable::Form)
}
