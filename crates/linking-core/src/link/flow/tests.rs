use chrono::TimeDelta;

use super::*;
use crate::{
    link::{FlowEnd, FlowStepName, Interruption},
    refusal::Refusal,
    samples::*,
};

fn tickets() -> TicketTags {
    TicketTags {
        token: tag(3),
        uuid: tag(4),
    }
}

fn provider_state() -> ProviderState {
    ProviderState::new(b"pkce".to_vec())
}

fn started(purpose: FlowPurpose) -> LinkFlow {
    LinkFlow::start(FlowStart {
        id: id(7),
        browser: tag(2),
        purpose,
        provider: gosuslugi(),
        place: PlaceHint {
            region: "sakhalin".parse().unwrap(),
            organization: None,
        },
        tickets: tickets(),
        state: provider_state(),
        now: now(),
        computer: Computer::Own,
    })
}

fn link_purpose() -> FlowPurpose {
    FlowPurpose::Link {
        account: id(1),
        session: id(900),
        epoch: Epoch::default(),
    }
}

fn claimed(purpose: FlowPurpose) -> LinkFlow {
    started(purpose).claim(now()).unwrap().0
}

fn contact() -> crate::provider::ContactClaim {
    crate::provider::ContactClaim {
        value: crate::account::ContactValue::Email(
            crate::person::EmailAddress::parse("someone@example.ru").unwrap(),
        ),
        verification: crate::provider::Verification::Verified,
    }
}

/// One flow in each state, by purpose sign-in and link.
fn every_state() -> Vec<LinkFlow> {
    let who = identity_of(&teacher().account().profile);
    let not_linked = claimed(FlowPurpose::SignIn).verified(who.clone()).unwrap();
    let proving = not_linked.clone().agree(consent()).unwrap();
    let recognising = claimed(FlowPurpose::SignIn).recognise(who.clone()).unwrap();
    let confirming = claimed(link_purpose()).verified(who).unwrap();
    let choosing = proving
        .clone()
        .linked(id(1), id(10), vec![contact()], now())
        .unwrap();
    let closed = choosing.clone().contacts_chosen().unwrap();
    vec![
        started(FlowPurpose::SignIn),
        claimed(FlowPurpose::SignIn),
        claimed(FlowPurpose::SignIn)
            .interrupt(Interruption::Refused(Refusal::ConsentRefused))
            .unwrap(),
        not_linked,
        proving,
        recognising,
        confirming,
        choosing,
        closed,
    ]
}

/// The hand-written table of E20: which step stands in which state.
#[test]
fn e20_a_step_is_taken_only_where_the_table_says() {
    use FlowStepName as S;
    type Step = (&'static str, fn(LinkFlow) -> bool, &'static [S]);
    let steps: [Step; 14] = [
        ("claim", |f| f.claim(now()).is_ok(), &[S::Asked]),
        (
            "ask_again",
            |f| f.ask_again(tickets(), provider_state(), now()).is_ok(),
            &[
                S::Asked,
                S::Interrupted,
                S::NotLinked,
                S::Proving,
                S::Recognising,
                S::Confirming,
            ],
        ),
        (
            "can_ask_again",
            |f| f.can_ask_again(now()),
            &[
                S::Asked,
                S::Interrupted,
                S::NotLinked,
                S::Proving,
                S::Recognising,
                S::Confirming,
            ],
        ),
        (
            "link_ended",
            |f| f.link_ended().is_ok(),
            &[S::ChoosingContacts],
        ),
        (
            "interrupt",
            |f| f.interrupt(Interruption::SwitchingIdentity).is_ok(),
            &[
                S::Asked,
                S::Claimed,
                S::Interrupted,
                S::NotLinked,
                S::Proving,
                S::Recognising,
                S::Confirming,
            ],
        ),
        (
            "verified",
            |f| {
                f.verified(identity_of(&teacher().account().profile))
                    .is_ok()
            },
            &[S::Claimed, S::Recognising],
        ),
        (
            "recognise",
            |f| {
                f.recognise(identity_of(&teacher().account().profile))
                    .is_ok()
            },
            &[S::Claimed],
        ),
        ("agree", |f| f.agree(consent()).is_ok(), &[S::NotLinked]),
        (
            "linked",
            |f| f.linked(id(1), id(10), Vec::new(), now()).is_ok(),
            &[S::Proving, S::Confirming],
        ),
        (
            "contacts_chosen",
            |f| f.contacts_chosen().is_ok(),
            &[S::ChoosingContacts],
        ),
        (
            "signed_in",
            |f| f.signed_in(id(1), id(900)).is_ok(),
            &[S::Claimed, S::Proving, S::Recognising],
        ),
        (
            "refuse",
            |f| f.refuse(Refusal::AccountBlocked).is_ok(),
            &[
                S::Asked,
                S::Claimed,
                S::Interrupted,
                S::NotLinked,
                S::Proving,
                S::Recognising,
                S::Confirming,
            ],
        ),
        (
            "await_password",
            |f| f.await_password(now()).is_ok(),
            &[S::Proving],
        ),
        (
            "prolong",
            |f| f.prolong().is_ok(),
            &[
                S::Asked,
                S::Claimed,
                S::Interrupted,
                S::NotLinked,
                S::Proving,
                S::Recognising,
                S::Confirming,
                S::ChoosingContacts,
            ],
        ),
    ];
    for (name, step, allowed) in steps {
        for flow in every_state() {
            let state = flow.state().name();
            assert_eq!(step(flow), allowed.contains(&state), "{name} at {state:?}");
        }
    }
}

#[test]
fn invariant_9_a_flow_that_is_over_holds_no_claims() {
    for flow in every_state() {
        for over in [
            flow.clone().cancel(),
            flow.clone()
                .refuse(Refusal::SnilsMismatch)
                .unwrap_or(flow.clone()),
            flow.clone().link_ended().unwrap_or(flow),
        ] {
            if let FlowState::Closed(_) = over.state() {
                let text = serde_json::to_string(&over).unwrap();
                for claim in ["Дмитриева", "Светлана", "112-233", "1990", "someone"]
                {
                    assert!(!text.contains(claim), "{claim} in {text}");
                }
            }
        }
    }
}

#[test]
fn who_leaves_the_contact_choice_is_linked_with_nothing_kept() {
    let choosing = every_state().remove(7);
    assert_eq!(
        choosing.cancel().state(),
        &FlowState::Closed(FlowEnd::Linked {
            account: id(1),
            link: id(10),
            at: now()
        })
    );
}

#[test]
fn g16_a_flow_ends_at_the_very_instant() {
    let flow = started(FlowPurpose::SignIn);
    let end = now() + TimeDelta::minutes(15);
    assert!(!flow.is_expired(end - TimeDelta::milliseconds(1)));
    assert!(flow.is_expired(end));
    let prolonged = flow.prolong().unwrap();
    assert!(!prolonged.is_expired(end));
    assert!(prolonged.is_expired(end + TimeDelta::minutes(15)));
    assert!(prolonged.prolong().is_err(), "only once");
}

#[test]
fn g16_a_new_password_is_waited_for_once_and_never_shortens() {
    let proving = every_state().remove(4);
    let late = now() + TimeDelta::minutes(14);
    let waits = proving.clone().await_password(late).unwrap();
    assert_eq!(waits.expires_at(), late + TimeDelta::minutes(60));
    assert!(waits.clone().await_password(late).is_err(), "only once");
    let longer = waits.prolong().unwrap();
    assert_eq!(longer.expires_at(), late + TimeDelta::minutes(75));
    let prolonged = proving.prolong().unwrap();
    let waits = prolonged.await_password(now()).unwrap();
    assert_eq!(waits.expires_at(), now() + TimeDelta::minutes(60));
}

#[test]
fn a_step_lost_with_its_server_costs_one_press() {
    let flow = claimed(FlowPurpose::SignIn);
    let soon = now() + TimeDelta::seconds(29);
    let late = now() + TimeDelta::seconds(30);
    assert!(
        flow.clone()
            .ask_again(tickets(), provider_state(), soon)
            .is_err()
    );
    assert!(flow.claim_is_lost(late));
    let again = flow.ask_again(tickets(), provider_state(), late).unwrap();
    assert_eq!(again.state().name(), FlowStepName::Asked);
}

#[test]
fn e5_an_answer_is_outrun_by_the_identitys_next_change() {
    let seen = Version::from_number(4);
    let who = identity_of(&teacher().account().profile);
    let waiting = claimed(FlowPurpose::SignIn).verified(who).unwrap();
    assert!(waiting.is_outrun(seen), "nobody noted the anchor");
    let waiting = waiting.with_anchor(seen);
    assert!(!waiting.is_outrun(seen));
    assert!(waiting.is_outrun(seen.next()));
    let again = waiting
        .ask_again(tickets(), provider_state(), now())
        .unwrap();
    assert!(again.is_outrun(seen), "the old answer is gone");
}

#[test]
fn a_flow_reads_back_as_it_was_written() {
    for flow in every_state() {
        let flow = flow.with_anchor(Version::from_number(4));
        let text = serde_json::to_string(&flow).unwrap();
        assert_eq!(serde_json::from_str::<LinkFlow>(&text).unwrap(), flow);
    }
}

/// What is left of an ended flow holds no claims, still says to whom it belonged, and does not
/// tell somebody who linked that nothing was changed.
#[test]
fn g16_what_is_left_of_a_flow_says_so_without_claims() {
    for flow in every_state() {
        let left = flow.clone().expire();
        let told = match flow.state() {
            FlowState::Closed(end) => end.clone(),
            FlowState::ChoosingContacts { .. } => FlowEnd::Refused(Refusal::FlowFinished),
            _ => FlowEnd::Refused(Refusal::FlowExpired),
        };
        assert_eq!(left.state(), &FlowState::Closed(told));
        assert_eq!(left.bound_account(), None);
        assert_eq!(left.clone().expire(), left);
        assert_eq!(
            (
                left.id(),
                left.browser(),
                left.purpose(),
                left.place(),
                left.expires_at()
            ),
            (
                flow.id(),
                flow.browser(),
                flow.purpose(),
                flow.place(),
                flow.expires_at()
            ),
        );
    }
    let refresh = FlowPurpose::Refresh {
        account: id(1),
        session: id(900),
        epoch: Epoch::default(),
        link: id(10),
    };
    let choosing = claimed(refresh).offer_contacts(vec![contact()]).unwrap();
    let expired = FlowState::Closed(FlowEnd::Refused(Refusal::FlowExpired));
    assert_eq!(choosing.expire().state(), &expired);
}

#[test]
fn a17_another_try_is_counted_from_its_own_beginning() {
    let later = now() + TimeDelta::minutes(3);
    let flow = started(FlowPurpose::SignIn)
        .ask_again(tickets(), provider_state(), later)
        .unwrap();
    assert_eq!(flow.begun_at(), later);
    // The flow's life is the old one.
    assert_eq!(flow.expires_at(), now() + FLOW_LIFE);
}

#[test]
fn e4_an_answer_to_prove_oneself_or_to_take_contacts_anew_never_leads_to_a_link() {
    let (account, session, epoch) = (id(1), id(900), Epoch::default());
    let step_up = FlowPurpose::StepUp {
        account,
        session,
        epoch,
        link: id(10),
    };
    let refresh = FlowPurpose::Refresh {
        account,
        session,
        epoch,
        link: id(10),
    };
    let who = identity_of(&teacher().account().profile);
    for purpose in [step_up, refresh] {
        let flow = claimed(purpose);
        assert!(flow.clone().verified(who.clone()).is_err());
        assert!(flow.clone().signed_in(id(1), id(900)).is_err());
        let linked = flow.linked(id(1), id(10), Vec::new(), now());
        assert!(linked.is_err());
    }
}
