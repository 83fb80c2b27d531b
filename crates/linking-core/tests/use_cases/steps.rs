//! Every request in every state (`threats.md` E20): allowed only where the table says; elsewhere
//! the page of the present step answers and nothing has changed.

use linking_core::{
    account::ContactKind,
    ids::FlowId,
    link::{FlowStepName as S, LinkFlow},
    session::Computer,
    usecase::{Outcome, StartOrder},
};
use linking_testkit::{Returned, people};

use crate::{
    interleaving::cut_off,
    invariants,
    stand::{Browser, Stand, TEXT, place, wait},
};

/// A flow that stands somewhere, in the browser of the teacher's session.
struct Case {
    stand: Stand,
    browser: Browser,
    id: FlowId,
    /// The answer to the flow's present ticket, or to its last one.
    returned: Returned,
}

impl Case {
    fn flow(&self) -> LinkFlow {
        self.stand.flow(self.id).unwrap()
    }

    fn at(order: StartOrder, state: S) -> Self {
        let stand = Stand::new();
        let teacher = stand.teacher();
        if state == S::Recognising {
            stand.linked(&mut Browser::new(9), &teacher);
        }
        if state == S::Taken {
            stand.in_the_way(order);
        }
        let mut browser = stand.signed_in(1, &teacher);
        if state == S::Recognising {
            browser.visitor.computer = Computer::Shared;
        }
        if matches!(order, StartOrder::Refresh | StartOrder::StepUp) {
            stand.linked(&mut browser, &teacher);
        }
        let (id, prompt) = stand.start(&browser, order);
        let returned = stand.approve(&prompt, &teacher.identity);
        let mut case = Self {
            stand,
            browser,
            id,
            returned,
        };
        case.lead_to(state);
        assert_eq!(case.flow().state().name(), state, "{order:?}");
        case
    }

    fn lead_to(&mut self, state: S) {
        let teacher = self.stand.teacher();
        let (stand, browser, id) = (&self.stand, &mut self.browser, self.id);
        match state {
            S::Asked => {}
            S::Claimed => {
                let (server, actor) = (stand.server(), stand.acting(browser));
                let provider = people::provider();
                let request = server.answer(
                    &browser.visitor,
                    Some(&actor),
                    &provider,
                    &self.returned.state,
                    self.returned.answer.clone(),
                );
                assert!(cut_off(Box::pin(request), 3).is_none());
            }
            S::Interrupted => {
                let actor = stand.acting(browser);
                let back = "https://diary.example/".parse().unwrap();
                let server = stand.server();
                wait(server.switch_identity(&browser.visitor, Some(&actor), id, &back)).unwrap();
            }
            S::NotLinked | S::Recognising | S::Confirming => {
                stand.answer(browser, &self.returned);
            }
            S::Taken => {
                stand.answer(browser, &self.returned);
                stand.agree(browser, id);
                stand.prove(browser, id, &teacher);
                stand.confirm(browser, id);
            }
            S::Proving => {
                stand.answer(browser, &self.returned);
                stand.agree(browser, id);
            }
            S::ChoosingContacts => {
                stand.answer(browser, &self.returned);
                stand.agree(browser, id);
                stand.prove(browser, id, &teacher);
                stand.confirm(browser, id);
            }
            S::Closed => {
                wait(
                    stand
                        .server()
                        .cancel(&browser.visitor, stand.actor(browser).as_ref(), id),
                )
                .unwrap();
            }
        }
    }

    /// Takes an act; says whether it went through without an error.
    fn act(&mut self, act: Act) {
        let teacher = self.stand.teacher();
        let (stand, browser, id) = (&self.stand, &mut self.browser, self.id);
        let server = stand.server();
        let actor = stand.actor(browser);
        let visitor = browser.visitor.clone();
        match act {
            Act::Look => drop(stand.view(browser, id)),
            Act::Answer => drop(stand.answer(browser, &self.returned)),
            Act::AskAgain => {
                drop(wait(server.ask_again(&visitor, actor.as_ref(), id)).unwrap());
            }
            Act::Agree => drop(stand.agree(browser, id)),
            Act::ChooseOrganization => drop(
                wait(server.choose_organization(&visitor, actor.as_ref(), id, place())).unwrap(),
            ),
            Act::Prove => drop(stand.prove(browser, id, &teacher)),
            Act::Confirm => {
                drop(wait(server.confirm(&visitor, &actor.unwrap(), id, TEXT)).unwrap());
            }
            Act::Enter => drop(wait(server.enter(&visitor, actor.as_ref(), id)).unwrap()),
            Act::Move => {
                let twin = stand.person("kim");
                drop(stand.move_from(browser, id, stand.credentials(&twin)));
            }
            Act::Replace => drop(stand.replace(browser, id, "right")),
            Act::Choose => drop(stand.choose(browser, id, &[ContactKind::Email])),
            Act::Switch => {
                let back = "https://diary.example/".parse().unwrap();
                let outcome =
                    wait(server.switch_identity(&visitor, actor.as_ref(), id, &back)).unwrap();
                assert!(matches!(outcome, Outcome::Done(_) | Outcome::Refused(_)));
            }
            Act::Cancel => drop(wait(server.cancel(&visitor, actor.as_ref(), id)).unwrap()),
        }
    }
}

impl Stand {
    /// A link that will stand in the teacher's way: from the settings the identity is another
    /// account's, from the provider's side the account has another identity.
    fn in_the_way(&self, order: StartOrder) {
        let teacher = self.teacher();
        let linked = if order == StartOrder::Link {
            self.twin_of(&teacher)
        } else {
            let mut other = teacher;
            other.identity.key = people::identity_key("another-of-hers");
            other
        };
        self.linked(&mut Browser::new(9), &linked);
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    Look,
    Answer,
    AskAgain,
    Agree,
    ChooseOrganization,
    Prove,
    Confirm,
    Enter,
    Move,
    Replace,
    Choose,
    Switch,
    Cancel,
}

const ACTS: [Act; 13] = [
    Act::Look,
    Act::Answer,
    Act::AskAgain,
    Act::Agree,
    Act::ChooseOrganization,
    Act::Prove,
    Act::Confirm,
    Act::Enter,
    Act::Move,
    Act::Replace,
    Act::Choose,
    Act::Switch,
    Act::Cancel,
];

/// Where an act leads; nowhere where nothing may change. Written by hand, from `domain.md` and
/// the picture in `flow.rs`.
fn table(order: StartOrder, state: S, act: Act) -> Option<S> {
    let answered = match order {
        StartOrder::SignIn => S::NotLinked,
        StartOrder::Link => S::Confirming,
        StartOrder::Refresh => S::ChoosingContacts,
        StartOrder::StepUp => S::Closed,
    };
    match (act, state) {
        (Act::Answer, S::Asked) => Some(answered),
        (
            Act::AskAgain,
            S::Asked
            | S::Interrupted
            | S::NotLinked
            | S::Proving
            | S::Recognising
            | S::Confirming
            | S::Taken,
        ) => Some(S::Asked),
        (
            Act::Switch,
            S::Asked
            | S::Claimed
            | S::NotLinked
            | S::Proving
            | S::Recognising
            | S::Confirming
            | S::Taken,
        ) => Some(S::Interrupted),
        (Act::Move, S::Taken) if order == StartOrder::Link => Some(S::ChoosingContacts),
        (Act::Replace, S::Taken) if order == StartOrder::SignIn => Some(S::ChoosingContacts),
        (Act::Agree, S::NotLinked) => Some(S::Proving),
        (Act::Prove, S::Proving) | (Act::Confirm, S::Confirming) => Some(S::ChoosingContacts),
        (Act::Enter, S::Recognising) | (Act::Choose, S::ChoosingContacts) => Some(S::Closed),
        (Act::Cancel, S::Closed) => None,
        (Act::Cancel, _) => Some(S::Closed),
        _ => None,
    }
}

#[test]
fn e20_every_request_in_every_state() {
    let states: [(StartOrder, &[S]); 4] = [
        (
            StartOrder::SignIn,
            &[
                S::Asked,
                S::Claimed,
                S::Interrupted,
                S::NotLinked,
                S::Proving,
                S::Recognising,
                S::Taken,
                S::ChoosingContacts,
                S::Closed,
            ],
        ),
        (
            StartOrder::Link,
            &[
                S::Asked,
                S::Claimed,
                S::Interrupted,
                S::Confirming,
                S::Taken,
                S::ChoosingContacts,
                S::Closed,
            ],
        ),
        (
            StartOrder::Refresh,
            &[
                S::Asked,
                S::Claimed,
                S::Interrupted,
                S::ChoosingContacts,
                S::Closed,
            ],
        ),
        (
            StartOrder::StepUp,
            &[S::Asked, S::Claimed, S::Interrupted, S::Closed],
        ),
    ];
    for (order, states) in states {
        for state in states {
            for act in ACTS {
                let mut case = Case::at(order, *state);
                let (flow, facts) = (case.flow(), case.stand.facts());
                case.act(act);
                let now = case.flow();
                if let Some(next) = table(order, *state, act) {
                    let at = format!("{act:?} at {state:?} for {order:?}");
                    assert_eq!(now.state().name(), next, "{at}");
                } else {
                    assert_eq!(now, flow, "{act:?} at {state:?} for {order:?}");
                    assert_eq!(case.stand.facts(), facts, "{act:?} at {state:?}");
                }
                invariants::check(&case.stand);
            }
        }
    }
}

#[test]
fn e20_a_claim_that_was_lost_opens_the_way_to_the_provider_again() {
    let mut case = Case::at(StartOrder::SignIn, S::Claimed);
    case.act(Act::AskAgain);
    assert_eq!(
        case.flow().state().name(),
        S::Claimed,
        "its server may still answer"
    );
    case.stand.later(linking_core::time::CLAIM_LIFE);
    case.act(Act::AskAgain);
    assert_eq!(case.flow().state().name(), S::Asked);
}
