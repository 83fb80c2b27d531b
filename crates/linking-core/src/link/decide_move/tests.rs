use proptest::prelude::*;

use super::*;
use crate::{
    account::{AccountStatus, Family, Role, Versioned},
    link::{ConsentFact, LinkOrigin, LocalProof},
    provider::ProviderIdentity,
    refusal::RefusalCode,
    samples::*,
    time::Timestamp,
};

/// The teacher's second account, as a parent in the same school.
fn second(number: u128) -> AccountSheet {
    sheet(number, Role::Parent, teacher().account().profile.clone())
}

fn held(sheet: &AccountSheet) -> LinkedAccount {
    LinkedAccount {
        link: Link {
            account: sheet.account().id,
            identity: key("1000000001"),
            ..link(500, 0, "gosuslugi")
        },
        sheet: sheet.clone(),
    }
}

struct Case {
    takes: AccountSheet,
    holder: AccountSheet,
    identity: ProviderIdentity,
    others: Vec<AccountId>,
    existing: ExistingLink,
    proof: LocalProof,
}

impl Case {
    fn fitting() -> Self {
        let takes = teacher();
        Self {
            identity: identity_of(&takes.account().profile),
            takes,
            holder: second(2),
            others: Vec::new(),
            existing: ExistingLink::None,
            proof: LocalProof::RecentSession,
        }
    }

    fn facts<'a>(
        &'a self,
        provider: &'a crate::provider::ProviderId,
        family: &'a Family,
        holders: &'a [AccountId],
    ) -> LinkFacts<'a> {
        LinkFacts {
            provider,
            identity: &self.identity,
            sheet: &self.takes,
            family,
            origin: LinkOrigin::FromSettings,
            consent: ConsentFact::Granted(consent()),
            proof: self.proof,
            existing: self.existing,
            holders,
            today: today(),
        }
    }

    fn moved(&self) -> Result<LinkDecision, Refusal> {
        let (provider, family) = (gosuslugi(), Family::default());
        let held = held(&self.holder);
        let mut holders = self.others.clone();
        holders.push(held.link.account);
        let links = [held.link.clone()];
        let holder = HolderFacts {
            sheet: &self.holder,
            links: &links,
            gives: &held.link,
            policy: &policy(),
        };
        decide_move(
            &self.facts(&provider, &family, &holders),
            &policy(),
            &holder,
        )
    }

    fn replaced(&self) -> Result<LinkDecision, Refusal> {
        let (provider, family) = (gosuslugi(), Family::default());
        decide_replace(&self.facts(&provider, &family, &self.others), &policy())
    }

    /// What `decide_link` says of the same facts, with nothing in the way.
    fn linked(&self) -> Result<LinkDecision, Refusal> {
        let (provider, family) = (gosuslugi(), Family::default());
        let facts = LinkFacts {
            existing: ExistingLink::None,
            ..self.facts(&provider, &family, &[])
        };
        decide_link(&facts, &policy())
    }
}

fn code<T>(decision: Result<T, Refusal>) -> Option<RefusalCode> {
    decision.err().map(|refusal| refusal.code())
}

#[test]
fn e1_with_both_accounts_proved_the_link_may_move() {
    assert!(matches!(
        Case::fitting().moved(),
        Ok(LinkDecision::Make { .. })
    ));
}

#[test]
fn e1_whatever_does_not_prove_the_holder_is_one_refusal() {
    let holder = held(&second(2));
    let holders = [holder.clone()];
    let of = |number: u128| Some(id(number));
    let wrong = Some(RefusalCode::WrongCredentials);
    let refused = |refusal: Refusal, proved| code(decide_holder(Err(refusal), proved, &holders));
    // No such login, or a wrong password.
    assert_eq!(refused(Refusal::WrongCredentials, None), wrong);
    // The right password of the holder at another organisation, of an archived holder.
    assert_eq!(refused(Refusal::WrongCredentials, of(2)), wrong);
    // The right password of a third account, open or blocked.
    assert_eq!(code(decide_holder(Ok(id(3)), of(3), &holders)), wrong);
    assert_eq!(refused(Refusal::AccountBlocked, of(3)), wrong);
    // Nobody holds the identity any more.
    assert_eq!(code(decide_holder(Ok(id(2)), of(2), &[])), wrong);
    // What only the holder's owner reads.
    assert_eq!(
        refused(Refusal::AccountBlocked, of(2)),
        Some(RefusalCode::AccountBlocked)
    );
    assert_eq!(decide_holder(Ok(id(2)), of(2), &holders), Ok(&holder));
}

#[test]
fn e1_a_third_account_of_the_identity_still_stands_in_the_way() {
    let mut case = Case::fitting();
    case.others = vec![id(77)];
    assert_eq!(
        code(case.moved()),
        Some(RefusalCode::IdentityLinkedElsewhere)
    );
}

#[test]
fn e1_the_other_account_keeps_a_way_in() {
    let mut case = Case::fitting();
    case.holder.account.value.password = None;
    assert_eq!(code(case.moved()), Some(RefusalCode::LastSignInMethod));
}

#[test]
fn e1_a_move_that_stands_already_is_no_second_one() {
    let mut case = Case::fitting();
    case.existing = ExistingLink::Same(id(500));
    assert_eq!(case.moved(), Ok(LinkDecision::Stands(id(500))));
}

#[test]
fn e2_a_link_gives_way_to_one_that_could_be_made() {
    let mut case = Case::fitting();
    case.existing = ExistingLink::Other { since: now() };
    assert!(matches!(case.replaced(), Ok(LinkDecision::Make { .. })));
    case.others = vec![id(77)];
    assert_eq!(
        code(case.replaced()),
        Some(RefusalCode::IdentityLinkedElsewhere)
    );
}

#[test]
fn e2_where_no_link_stands_there_is_none_to_replace() {
    assert_eq!(
        code(Case::fitting().replaced()),
        Some(RefusalCode::FlowExpired)
    );
    let mut case = Case::fitting();
    case.existing = ExistingLink::Same(id(500));
    assert_eq!(case.replaced(), Ok(LinkDecision::Stands(id(500))));
}

#[test]
fn e1_e2_a_way_out_is_there_for_what_stands_in_the_way_alone() {
    use crate::{account::Epoch, link::WayOut};
    let way = |refusal: &Refusal, origin| WayOut::of(refusal, origin, id(1), Epoch::default());
    let since: Timestamp = now();
    for origin in [LinkOrigin::FromProvider, LinkOrigin::FromSettings] {
        for refusal in [
            Refusal::ProviderOff,
            Refusal::StepUpNeeded,
            Refusal::AccountBlocked,
            Refusal::SnilsMismatch,
            Refusal::FlowExpired,
        ] {
            assert_eq!(way(&refusal, origin), None, "{refusal:?}");
        }
        let already = Refusal::AccountLinkedAlready { since };
        let replace = way(&already, origin).unwrap();
        assert_eq!(replace.refusal(), already);
    }
    let elsewhere = Refusal::IdentityLinkedElsewhere;
    assert_eq!(
        way(&elsewhere, LinkOrigin::FromSettings),
        Some(WayOut::Move)
    );
    assert_eq!(WayOut::Move.refusal(), elsewhere);
    assert_eq!(way(&elsewhere, LinkOrigin::FromProvider), None);
}

proptest! {
    /// The ways out let through what `decide_link` would, were nothing in the way, and refuse the
    /// rest for its reason.
    #[test]
    fn e1_e2_the_ways_out_ask_all_that_linking_asks(
        stale: bool, blocked: bool, renamed: bool, other_snils: bool, silent: bool,
    ) {
        let mut case = Case::fitting();
        if stale {
            case.proof = LocalProof::StaleSession;
        }
        if blocked {
            case.takes.account = Versioned {
                value: crate::account::Account {
                    status: AccountStatus::Blocked,
                    ..case.takes.account().clone()
                },
                ..case.takes.account
            };
        }
        if renamed {
            case.identity.claims.name = Some(name("Иванова", "Мария", "Петровна"));
        }
        if other_snils {
            case.identity.claims.snils = Some(snils(SNILS_B));
        }
        if silent {
            case.identity.claims.name = None;
        }
        let expected = code(case.linked());
        prop_assert_eq!(code(case.moved()), expected);
        case.existing = ExistingLink::Other { since: now() };
        prop_assert_eq!(code(case.replaced()), expected);
    }
}
