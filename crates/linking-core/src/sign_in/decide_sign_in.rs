//! `decide_sign_in`: may this person enter this account, by this proof, today?

#[cfg(test)]
mod tests;

use crate::{
    account::{AccountSheet, AccountStatus},
    ids::OrganizationId,
    link::Link,
    policy::Policy,
    refusal::Refusal,
    session::SignInWay,
};

/// What the check of a local password found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalProofResult {
    /// It is the account's password.
    Right,
    /// It is not, or the account has none.
    Wrong,
}

/// By what the person wants to enter.
#[derive(Debug, Clone, Copy)]
pub enum SignInProof<'a> {
    /// The local password, at the organisation that was chosen.
    Password {
        /// What its check found.
        result: LocalProofResult,
        /// The chosen organisation.
        organization: OrganizationId,
    },
    /// A verified identity, over this active link.
    Link(&'a Link),
}

/// Decides a sign-in. An account that does not exist, has left, belongs to another organisation,
/// or has another password all answer alike (`texts.md`, section 4; `threats.md` F3).
///
/// # Errors
/// `wrong-credentials`, `account-blocked`, `new-password-needed`, `provider-off`.
pub fn decide_sign_in(
    sheet: Option<&AccountSheet>,
    proof: SignInProof<'_>,
    policy: &Policy,
) -> Result<SignInWay, Refusal> {
    let sheet = sheet.ok_or(Refusal::WrongCredentials)?;
    let way = match proof {
        SignInProof::Password {
            result,
            organization,
        } => {
            let belongs = sheet
                .memberships
                .iter()
                .any(|m| m.organization.id == organization);
            if result == LocalProofResult::Wrong || !belongs {
                return Err(Refusal::WrongCredentials);
            }
            SignInWay::Password
        }
        SignInProof::Link(link) => {
            if !policy.allows(&link.provider) {
                return Err(Refusal::ProviderOff);
            }
            SignInWay::Link {
                provider: link.provider.clone(),
                link: link.id,
            }
        }
    };
    match sheet.account().status {
        AccountStatus::Active if way == SignInWay::Password && is_exposed(sheet) => {
            Err(Refusal::NewPasswordNeeded)
        }
        AccountStatus::Active => Ok(way),
        AccountStatus::Blocked => Err(Refusal::AccountBlocked),
        AccountStatus::Archived => Err(Refusal::WrongCredentials),
    }
}

/// Whether somebody else is held to know the password (`threats.md` F5).
fn is_exposed(sheet: &AccountSheet) -> bool {
    let password = sheet.account().password.as_ref();
    password.is_some_and(|password| password.exposed_at.is_some())
}

/// The ways by which [`decide_sign_in`] would let the owner in today (invariant 6): the local
/// password where one is set, and each link whose provider is on.
#[must_use]
pub fn effective_ways(sheet: &AccountSheet, links: &[&Link], policy: &Policy) -> Vec<SignInWay> {
    let password = sheet
        .account()
        .password
        .as_ref()
        .and(sheet.first_membership())
        .map(|first| SignInProof::Password {
            result: LocalProofResult::Right,
            organization: first.organization.id,
        });
    password
        .into_iter()
        .chain(links.iter().map(|link| SignInProof::Link(link)))
        .filter_map(|proof| decide_sign_in(Some(sheet), proof, policy).ok())
        .collect()
}
