//! `decide_unlink`: may this link be ended by its owner?

#[cfg(test)]
mod tests;

use crate::{
    account::AccountSheet, ids::LinkId, link::Link, policy::Policy, refusal::Refusal,
    session::Session, sign_in::effective_ways, time::Timestamp,
};

/// All that the decision rests on.
#[derive(Debug, Clone)]
pub struct UnlinkFacts<'a> {
    /// The account.
    pub sheet: &'a AccountSheet,
    /// All its active links.
    pub links: &'a [Link],
    /// The link to end.
    pub link: LinkId,
    /// The session that asks.
    pub session: &'a Session,
    /// The present time.
    pub now: Timestamp,
}

/// Decides whether the owner may end a link.
///
/// # Errors
/// `flow-finished` if it has ended already; `step-up-needed` without a recent proof (E3);
/// `last-sign-in-method` if no other way in works today (invariant 6, E9).
pub fn decide_unlink<'a>(facts: &UnlinkFacts<'a>, policy: &Policy) -> Result<&'a Link, Refusal> {
    let link = facts
        .links
        .iter()
        .find(|link| link.id == facts.link)
        .ok_or(Refusal::FlowFinished)?;
    let rest: Vec<&Link> = facts
        .links
        .iter()
        .filter(|other| other.id != link.id)
        .collect();
    if effective_ways(facts.sheet, &rest, policy).is_empty() {
        return Err(Refusal::LastSignInMethod);
    }
    if !facts.session.is_recent(facts.now) {
        return Err(Refusal::StepUpNeeded);
    }
    Ok(link)
}
