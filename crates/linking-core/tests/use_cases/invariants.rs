//! The invariants of `domain.md` that a store's contents show at any moment.

use std::collections::BTreeSet;

use linking_core::{
    account::{AccountStatus, Source},
    audit::Act,
    consent::ConsentStatus,
    link::{FlowState, LinkFlow},
};

use crate::stand::Stand;

/// What the provider says of people, none of which may outlive the flow.
const CLAIMS: [&str; 2] = ["authenticated_at", "\"claims\""];

fn holds_claims(flow: &LinkFlow) -> bool {
    let text = serde_json::to_string(flow).unwrap();
    CLAIMS.iter().any(|claim| text.contains(claim))
}

/// Checks what must hold whatever was asked for, in whatever order.
pub(crate) fn check(stand: &Stand) {
    let facts = stand.store.facts();
    let audits = stand.store.audits();

    // 1 and 2: one link per account and provider, one per identity.
    let pairs: BTreeSet<_> = facts
        .links
        .iter()
        .map(|l| (l.account, &l.provider))
        .collect();
    assert_eq!(
        pairs.len(),
        facts.links.len(),
        "invariant 1: {:?}",
        facts.links
    );
    let keys: BTreeSet<_> = facts.links.iter().map(|l| &l.identity).collect();
    assert_eq!(
        keys.len(),
        facts.links.len(),
        "invariant 2: {:?}",
        facts.links
    );

    // 3: a standing link has its consent, and a consent its link.
    for link in &facts.links {
        let granted = facts.consents.iter().filter(|consent| {
            consent.account == link.account
                && consent.provider == link.provider
                && consent.status == ConsentStatus::Granted
        });
        assert_eq!(granted.count(), 1, "invariant 3: {link:?}");
    }
    let granted = facts
        .consents
        .iter()
        .filter(|c| c.status == ConsentStatus::Granted);
    assert_eq!(
        granted.count(),
        facts.links.len(),
        "a consent without its link"
    );

    // 6: nobody was left without a way in.
    for account in &facts.accounts {
        if account.status == AccountStatus::Active {
            let linked = facts.links.iter().any(|link| link.account == account.id);
            assert!(
                account.password.is_some() || linked,
                "invariant 6: {}",
                account.id
            );
        }
    }

    // 8: each link and each end has its one record and its one event.
    let acts = |wanted: fn(&Act) -> bool| audits.iter().filter(|r| wanted(&r.act)).count();
    let made = acts(|act| matches!(act, Act::Linked { .. } | Act::Replaced { .. }));
    assert_eq!(
        made,
        facts.links.len() + facts.ended.len(),
        "invariant 8: links"
    );
    let ended = acts(|act| {
        matches!(
            act,
            Act::Unlinked { .. } | Act::MovedAway { .. } | Act::Replaced { .. }
        )
    });
    assert_eq!(ended, facts.ended.len(), "invariant 8: ends");

    // 9: claims live in flows that are open, contacts in profiles that agreed to keep them.
    for flow in stand.store.flows() {
        let may_hold = matches!(
            flow.state(),
            FlowState::NotLinked { .. }
                | FlowState::Proving { .. }
                | FlowState::Recognising { .. }
                | FlowState::Confirming { .. }
                | FlowState::Taken { .. }
        );
        assert!(may_hold || !holds_claims(&flow), "invariant 9: {flow:?}");
    }
    for account in &facts.accounts {
        for contact in &account.profile.contacts {
            let Source::Provider(provider) = &contact.source else {
                continue;
            };
            let link = facts
                .links
                .iter()
                .find(|link| link.account == account.id && link.provider == *provider);
            assert!(link.is_some(), "invariant 9: contacts without a link");
        }
    }

    // A session is its account's, of its epoch.
    for session in &facts.sessions {
        let account = facts
            .accounts
            .iter()
            .find(|a| a.id == session.account)
            .unwrap();
        assert!(session.epoch <= account.epoch);
    }
}
