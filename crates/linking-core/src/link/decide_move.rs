//! The ways out of a link that stands in the way: `decide_move` takes an identity from one account
//! of a person to another, `decide_replace` gives an account another identity.

#[cfg(test)]
mod tests;

use crate::{
    account::AccountSheet,
    ids::AccountId,
    link::{ExistingLink, Link, LinkDecision, LinkFacts, decide_link},
    policy::Policy,
    ports::LinkedAccount,
    refusal::Refusal,
    sign_in::effective_ways,
};

/// Finds the link that the other login and password prove, among those of the identity.
/// `entered` is what `decide_sign_in` said of them.
///
/// # Errors
/// `wrong-credentials` for whatever does not prove an account of this identity, the right
/// password of a third account too: nothing is learned of who holds it (`threats.md` E1, F3).
/// Else what `decide_sign_in` said.
pub fn decide_holder(
    entered: Result<AccountId, Refusal>,
    proved: Option<AccountId>,
    holders: &[LinkedAccount],
) -> Result<&LinkedAccount, Refusal> {
    let held = proved
        .and_then(|account| holders.iter().find(|held| held.link.account == account))
        .ok_or(Refusal::WrongCredentials)?;
    entered.map(|_| held)
}

/// The account that gives the identity away.
#[derive(Debug, Clone, Copy)]
pub struct HolderFacts<'a> {
    /// The account, proved by its local password.
    pub sheet: &'a AccountSheet,
    /// All its active links.
    pub links: &'a [Link],
    /// The one that it gives away.
    pub gives: &'a Link,
    /// By which it signs in.
    pub policy: &'a Policy,
}

/// Decides whether the identity may go from its account to this one: everything that a new link
/// asks for, but for the link that goes; and the other account keeps a way in (invariant 6).
///
/// # Errors
/// Those of [`decide_link`]; `last-sign-in-method` if the other account would be left outside.
pub fn decide_move(
    facts: &LinkFacts<'_>,
    policy: &Policy,
    holder: &HolderFacts<'_>,
) -> Result<LinkDecision, Refusal> {
    let others: Vec<AccountId> = facts
        .holders
        .iter()
        .copied()
        .filter(|other| *other != holder.gives.account)
        .collect();
    let without = LinkFacts {
        holders: &others,
        ..facts.clone()
    };
    let decision = decide_link(&without, policy)?;
    let rest: Vec<&Link> = holder
        .links
        .iter()
        .filter(|other| other.id != holder.gives.id)
        .collect();
    if effective_ways(holder.sheet, &rest, holder.policy).is_empty() {
        return Err(Refusal::LastSignInMethod);
    }
    Ok(decision)
}

/// Decides whether the account's link may give way to one to this identity: everything that a
/// new link asks for, but for the one that goes.
///
/// # Errors
/// Those of [`decide_link`]; `flow-expired` if there is no link any more that could give way.
pub fn decide_replace(facts: &LinkFacts<'_>, policy: &Policy) -> Result<LinkDecision, Refusal> {
    match facts.existing {
        ExistingLink::Same(_) => decide_link(facts, policy),
        ExistingLink::Other { .. } => {
            let without = LinkFacts {
                existing: ExistingLink::None,
                ..facts.clone()
            };
            decide_link(&without, policy)
        }
        ExistingLink::None => Err(Refusal::FlowExpired),
    }
}
