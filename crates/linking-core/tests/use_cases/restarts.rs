//! A server lost anywhere (`threats.md` I3, I4; `domain.md`, `LinkFlow`): between two pages it
//! costs nothing, inside the provider's answer one press; a write that was made and not answered
//! is found made.

use chrono::TimeDelta;
use linking_core::{
    ids::FlowId,
    link::FlowEnd,
    refusal::Refusal,
    usecase::{FlowStep, Outcome, StartOrder},
};
use linking_testkit::people;

use crate::{
    interleaving::cut_off,
    invariants,
    stand::{Browser, Person, Stand, TEXT, wait},
};

/// How the server is lost.
#[derive(Debug, Clone, Copy)]
enum Loss {
    /// Killed when so many calls of the store were made.
    Killed(usize),
    /// The database is away at the call of that number.
    Away(usize),
    /// The commit of the request is made, and its answer lost.
    AnswerLost,
}

/// One press of a person: whatever the page of the flow offers first.
fn press(stand: &Stand, browser: &mut Browser, id: FlowId, person: &Person) -> bool {
    match stand.view(browser, id) {
        Outcome::Done(view) => match view.step {
            FlowStep::AtProvider | FlowStep::TryAgain(_) | FlowStep::SwitchingIdentity => {
                let actor = stand.actor(browser);
                let again = wait(
                    stand
                        .server()
                        .ask_again(&browser.visitor, actor.as_ref(), id),
                )
                .unwrap();
                let prompt = again.done().unwrap().prompt.unwrap();
                let returned = stand.approve(&prompt, &person.identity);
                stand.answer(browser, &returned);
            }
            FlowStep::Judging => stand.later(TimeDelta::seconds(30)),
            FlowStep::NotLinked { .. } => drop(stand.agree(browser, id)),
            FlowStep::Prove { .. } => drop(stand.prove(browser, id, person)),
            FlowStep::Recognise { .. } => panic!("nobody ticked a shared computer"),
            FlowStep::Confirm { .. } => drop(stand.confirm(browser, id)),
            FlowStep::Taken { .. } => panic!("nothing stands in the way"),
            FlowStep::ChooseContacts { .. } => drop(stand.choose(browser, id, &[])),
            FlowStep::Done(FlowEnd::Linked { .. }) => return false,
            FlowStep::Done(end) => panic!("{end:?}"),
        },
        // Linked, and the cookie of the new session was lost: sign in again, as linked people do.
        Outcome::Refused(Refusal::FlowFinished | Refusal::FlowExpired)
            if !stand.facts().links.is_empty() =>
        {
            stand.come_back(browser, StartOrder::SignIn, &person.identity);
            return false;
        }
        Outcome::Refused(refusal) => panic!("{refusal:?}"),
    }
    true
}

/// Which request of a journey meets the loss.
#[derive(Debug, Clone, Copy)]
enum Request {
    Answer,
    Agree,
    Prove,
    Confirm,
    Choose,
}

/// Goes on the journey to the request, loses the server in it, and goes on by another server.
/// Gives how many presses it took after that, or none if the request did not get so far.
fn lose(request: Request, loss: Loss, order: StartOrder) -> Option<usize> {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    if order == StartOrder::Link {
        stand.sign_in(&mut browser, &teacher);
    }
    let (id, prompt) = stand.start(&browser, order);
    let returned = stand.approve(&prompt, &teacher.identity);
    let before = |stand: &Stand, browser: &mut Browser| {
        if matches!(request, Request::Answer) {
            return;
        }
        stand.answer(browser, &returned);
        if matches!(request, Request::Agree | Request::Confirm) {
            return;
        }
        stand.agree(browser, id);
        if matches!(request, Request::Prove) {
            return;
        }
        stand.prove(browser, id, &teacher);
        if order == StartOrder::Link {
            stand.confirm(browser, id);
        }
    };
    before(&stand, &mut browser);

    let server = stand.server();
    let actor = stand.actor(&browser);
    let visitor = &browser.visitor;
    let provider = people::provider();
    let ticked = std::collections::BTreeSet::new();
    let request = async {
        match request {
            Request::Answer => {
                let answer = returned.answer.clone();
                let state = &returned.state;
                server
                    .answer(visitor, actor.as_ref(), &provider, state, answer)
                    .await
            }
            Request::Agree => server.agree(visitor, actor.as_ref(), id, TEXT).await,
            Request::Prove => {
                let credentials = stand.credentials(&teacher);
                server.prove(visitor, actor.as_ref(), id, credentials).await
            }
            Request::Confirm => {
                server
                    .confirm(visitor, actor.as_ref().unwrap(), id, TEXT)
                    .await
            }
            Request::Choose => {
                server
                    .choose_contacts(visitor, actor.as_ref().unwrap(), id, &ticked)
                    .await
            }
        }
    };
    let mut request = Box::pin(request);
    match loss {
        Loss::Killed(calls) => {
            if cut_off(request, calls + 1).is_some() {
                return None;
            }
        }
        Loss::Away(calls) => {
            // The call is under way, and finds the database away.
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            for _ in 0..=calls {
                if request.as_mut().poll(&mut context).is_ready() {
                    return None;
                }
            }
            stand.store.fail_next(1);
            assert!(wait(request).is_err());
        }
        Loss::AnswerLost => {
            stand.store.lose_answer_of_next_commit();
            if wait(request).is_ok() {
                return None;
            }
        }
    }
    invariants::check(&stand);

    let mut presses = 0;
    while press(&stand, &mut browser, id, &teacher) {
        presses += 1;
        assert!(presses < 12, "the journey does not end");
    }
    assert_eq!(stand.facts().links.len(), 1);
    invariants::check(&stand);
    Some(presses)
}

fn every_loss(request: Request, order: StartOrder, most: usize) {
    let mut met = 0;
    let losses = (0..20)
        .map(Loss::Killed)
        .chain((0..20).map(Loss::Away))
        .chain([Loss::AnswerLost]);
    for loss in losses {
        if let Some(presses) = lose(request, loss, order) {
            met += 1;
            assert!(presses <= most, "{loss:?}: {presses} presses");
        }
    }
    assert!(met >= 4, "the losses did not meet the request: {met}");
}

#[test]
fn i4_a_server_lost_inside_the_answer_costs_one_press_from_the_provider() {
    // The wait for the lost server, to the provider again, then «Продолжить», password, contacts.
    every_loss(Request::Answer, StartOrder::SignIn, 5);
}

#[test]
fn i4_a_server_lost_inside_the_answer_costs_one_press_from_the_settings() {
    every_loss(Request::Answer, StartOrder::Link, 4);
}

#[test]
fn i4_a_server_lost_between_the_pages_costs_nothing() {
    // The presses that were still to come, and no more.
    every_loss(Request::Agree, StartOrder::SignIn, 3);
    every_loss(Request::Prove, StartOrder::SignIn, 2);
    every_loss(Request::Confirm, StartOrder::Link, 2);
    every_loss(Request::Choose, StartOrder::SignIn, 1);
}
