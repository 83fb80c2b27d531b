//! Random requests from two browsers of two people, with a school, a clock and an attacker in
//! between: the invariants of `domain.md` hold after each.

use chrono::TimeDelta;
use linking_core::{
    account::{AccountStatus, ContactKind},
    ids::FlowId,
    provider::{Decline, Prompt, ProviderErrorKind, ProviderIdentity},
    usecase::{Advance, Outcome, StartOrder},
};
use linking_testkit::{Returned, people};
use proptest::prelude::*;

use crate::{
    invariants,
    stand::{Browser, Person, Stand, Verdict, password, signed_at, wait},
};

/// What a browser, the school or time does next. Numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    SignIn {
        browser: bool,
        person: bool,
        right: bool,
    },
    SignOut {
        browser: bool,
    },
    Start {
        browser: bool,
        order: u8,
    },
    /// There and back in one go, as most people do it.
    Trip {
        browser: bool,
        order: u8,
        identity: u8,
    },
    /// A whole way to a link, from the provider or from the settings, by a person whose identity
    /// it is.
    Whole {
        browser: bool,
        person: bool,
        from_settings: bool,
    },
    ToProvider {
        trip: u8,
        identity: u8,
    },
    Back {
        browser: bool,
        answer: u8,
    },
    AskAgain {
        browser: bool,
        flow: u8,
    },
    Agree {
        browser: bool,
        flow: u8,
    },
    Prove {
        browser: bool,
        flow: u8,
        person: bool,
        right: bool,
    },
    Confirm {
        browser: bool,
        flow: u8,
    },
    Choose {
        browser: bool,
        flow: u8,
        email: bool,
    },
    Keep {
        browser: bool,
    },
    Cancel {
        browser: bool,
        flow: u8,
    },
    Prolong {
        browser: bool,
        flow: u8,
    },
    StepUp {
        browser: bool,
        right: bool,
    },
    Unlink {
        browser: bool,
    },
    EndSessions {
        browser: bool,
    },
    Later {
        seconds: u16,
    },
    School {
        person: bool,
        change: u8,
    },
    Policy {
        change: u8,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let b = any::<bool>;
    let n = any::<u8>;
    prop_oneof![
        3 => (b(), b(), prop::bool::weighted(0.8)).prop_map(|(browser, person, right)| Step::SignIn { browser, person, right }),
        1 => b().prop_map(|browser| Step::SignOut { browser }),
        3 => (b(), n()).prop_map(|(browser, order)| Step::Start { browser, order }),
        3 => (n(), n()).prop_map(|(trip, identity)| Step::ToProvider { trip, identity }),
        14 => (b(), n(), n()).prop_map(|(browser, order, identity)| Step::Trip { browser, order, identity }),
        5 => (b(), b(), b()).prop_map(|(browser, person, from_settings)| Step::Whole { browser, person, from_settings }),
        4 => (b(), n()).prop_map(|(browser, answer)| Step::Back { browser, answer }),
        2 => (b(), n()).prop_map(|(browser, flow)| Step::AskAgain { browser, flow }),
        8 => (b(), n()).prop_map(|(browser, flow)| Step::Agree { browser, flow }),
        8 => (b(), n(), b(), prop::bool::weighted(0.9)).prop_map(|(browser, flow, person, right)| Step::Prove { browser, flow, person, right }),
        8 => (b(), n()).prop_map(|(browser, flow)| Step::Confirm { browser, flow }),
        4 => (b(), n(), b()).prop_map(|(browser, flow, email)| Step::Choose { browser, flow, email }),
        1 => b().prop_map(|browser| Step::Keep { browser }),
        1 => (b(), n()).prop_map(|(browser, flow)| Step::Cancel { browser, flow }),
        1 => (b(), n()).prop_map(|(browser, flow)| Step::Prolong { browser, flow }),
        2 => (b(), prop::bool::weighted(0.8)).prop_map(|(browser, right)| Step::StepUp { browser, right }),
        3 => b().prop_map(|browser| Step::Unlink { browser }),
        1 => b().prop_map(|browser| Step::EndSessions { browser }),
        2 => prop::sample::select(vec![1_u16, 20, 31, 301, 600, 901]).prop_map(|seconds| Step::Later { seconds }),
        1 => (b(), n()).prop_map(|(person, change)| Step::School { person, change }),
        1 => n().prop_map(|change| Step::Policy { change }),
    ]
}

struct World {
    stand: Stand,
    browsers: [Browser; 2],
    people: [Person; 2],
    identities: Vec<ProviderIdentity>,
    flows: Vec<FlowId>,
    trips: Vec<Prompt>,
    answers: Vec<Returned>,
    /// What a run has reached, so that it is known to reach anything.
    reached: [usize; 4],
}

/// One of a list, by any number: half the time the latest.
fn pick<T: Clone>(list: &[T], number: u8) -> Option<T> {
    let back = usize::from(number.saturating_sub(127)) % list.len().max(1);
    list.iter().rev().nth(back).cloned()
}

impl World {
    fn new() -> Self {
        let stand = Stand::new();
        let people = [stand.teacher(), stand.person("kim")];
        let [teacher, other] = people.each_ref().map(|person| person.identity.clone());
        // The teacher's second account at the provider; one of her name and other papers.
        let mut second = teacher.clone();
        second.key = people::identity_key("second");
        let mut forged = teacher.clone();
        forged.key = people::identity_key("forged");
        forged.claims.snils = Some(people::snils(112_233_446));
        Self {
            stand,
            browsers: [Browser::new(1), Browser::new(2)],
            people,
            identities: vec![teacher, other, second, forged],
            flows: Vec::new(),
            trips: Vec::new(),
            answers: Vec::new(),
            reached: [0; 4],
        }
    }

    /// A refusal leaves everything; a change has one record; a look has none.
    fn judged<T: Verdict>(&mut self, act: impl FnOnce(&Stand, &mut [Browser; 2]) -> T) -> T {
        let before = self.stand.facts();
        let stand = &self.stand;
        let browsers = &mut self.browsers;
        let (done, trail) = stand.recorded(|| act(stand, browsers));
        let mut after = self.stand.facts();
        if done.said().is_some() {
            assert!(!done.gives_session());
            // A refusal at the provider's screen is itself a consent's record (invariant 7).
            let refused = linking_core::consent::ConsentStatus::Refused;
            if after.consents.len() > before.consents.len() {
                assert_eq!(after.consents.pop().unwrap().status, refused);
            }
            assert_eq!(after, before, "invariant 7");
        }
        assert!(trail.len() <= 1, "invariant 8: {trail:?}");
        if after != before {
            assert_eq!(trail.len(), 1, "invariant 8: a change without a record");
        }
        done
    }

    fn kept(&mut self, outcome: &Outcome<Advance>) {
        if let Outcome::Done(advance) = outcome {
            if !self.flows.contains(&advance.view.id) {
                self.flows.push(advance.view.id);
            }
            self.trips.extend(advance.prompt.clone());
        }
    }

    fn take(&mut self, step: &Step) {
        let flow = |number: u8| pick(&self.flows, number);
        match *step {
            Step::SignIn {
                browser,
                person,
                right,
            } => {
                let person = &self.people[usize::from(person)];
                let mut credentials = self.stand.credentials(person);
                if !right {
                    credentials.password = password("guess");
                }
                self.judged(|stand, browsers| {
                    stand.try_sign_in(&mut browsers[usize::from(browser)], credentials)
                });
            }
            Step::SignOut { browser } => {
                let browser = &mut self.browsers[usize::from(browser)];
                if self.stand.actor(browser).is_some() {
                    self.stand.sign_out(browser);
                }
            }
            Step::Start { browser, order } => {
                let order = [
                    StartOrder::SignIn,
                    StartOrder::Link,
                    StartOrder::Link,
                    StartOrder::Refresh,
                    StartOrder::StepUp,
                ][usize::from(order % 5)];
                let outcome = self.judged(|stand, browsers| {
                    stand.try_start(&browsers[usize::from(browser)], order)
                });
                self.kept(&outcome);
            }
            Step::Trip {
                browser,
                order,
                identity,
            } => {
                self.take(&Step::Start { browser, order });
                self.take(&Step::ToProvider { trip: 0, identity });
                self.take(&Step::Back { browser, answer: 0 });
            }
            Step::Whole {
                browser,
                person,
                from_settings,
            } => {
                if from_settings {
                    self.take(&Step::SignIn {
                        browser,
                        person,
                        right: true,
                    });
                }
                let trip = Step::Trip {
                    browser,
                    order: u8::from(from_settings),
                    identity: person.into(),
                };
                self.take(&trip);
                if from_settings {
                    self.take(&Step::Confirm { browser, flow: 0 });
                } else {
                    self.take(&Step::Agree { browser, flow: 0 });
                    self.take(&Step::Prove {
                        browser,
                        flow: 0,
                        person,
                        right: true,
                    });
                }
            }
            Step::ToProvider { trip, identity } => {
                let Some(prompt) = pick(&self.trips, trip) else {
                    return;
                };
                let peer = &self.stand.peer;
                let returned = match identity % 8 {
                    6 => peer.decline(&prompt, Decline::ByPerson),
                    7 => peer.fail(&prompt, ProviderErrorKind::AnswerInvalid),
                    number => {
                        let identity = &self.identities[usize::from(number) % 4];
                        peer.approve(&prompt, signed_at(identity, self.stand.now()))
                    }
                };
                self.answers.push(returned);
            }
            Step::Back { browser, answer } => {
                let Some(returned) = pick(&self.answers, answer) else {
                    return;
                };
                let outcome = self.judged(|stand, browsers| {
                    stand.answer(&mut browsers[usize::from(browser)], &returned)
                });
                self.reached[0] += usize::from(outcome.gives_session());
            }
            Step::AskAgain {
                browser,
                flow: number,
            } => {
                let Some(id) = flow(number) else { return };
                let outcome = self.judged(|stand, browsers| {
                    let browser = &browsers[usize::from(browser)];
                    let actor = stand.actor(browser);
                    wait(
                        stand
                            .server()
                            .ask_again(&browser.visitor, actor.as_ref(), id),
                    )
                    .unwrap()
                });
                self.kept(&outcome);
            }
            Step::Agree {
                browser,
                flow: number,
            } => {
                let Some(id) = flow(number) else { return };
                self.judged(|stand, browsers| stand.agree(&browsers[usize::from(browser)], id));
            }
            Step::Prove {
                browser,
                flow: number,
                person,
                right,
            } => {
                let Some(id) = flow(number) else { return };
                let person = &self.people[usize::from(person)];
                let mut credentials = self.stand.credentials(person);
                if !right {
                    credentials.password = password("guess");
                }
                let outcome = self.judged(|stand, browsers| {
                    stand.prove_by(&mut browsers[usize::from(browser)], id, credentials)
                });
                self.reached[1] += usize::from(outcome.gives_session());
            }
            Step::Confirm {
                browser,
                flow: number,
            } => {
                let Some(id) = flow(number) else { return };
                if self
                    .stand
                    .actor(&self.browsers[usize::from(browser)])
                    .is_none()
                {
                    return;
                }
                let outcome = self.judged(|stand, browsers| {
                    stand.confirm(&mut browsers[usize::from(browser)], id)
                });
                self.reached[2] += usize::from(outcome.gives_session());
            }
            Step::Choose {
                browser,
                flow: number,
                email,
            } => {
                let Some(id) = flow(number) else { return };
                if self
                    .stand
                    .actor(&self.browsers[usize::from(browser)])
                    .is_none()
                {
                    return;
                }
                let kind = if email {
                    ContactKind::Email
                } else {
                    ContactKind::Mobile
                };
                self.judged(|stand, browsers| {
                    stand.choose(&browsers[usize::from(browser)], id, &[kind])
                });
            }
            Step::Keep { browser } => {
                if let Some(actor) = self.stand.actor(&self.browsers[usize::from(browser)]) {
                    let kept = [ContactKind::Email].into();
                    let server = self.stand.server();
                    wait(server.keep_contacts(&actor, &people::provider(), &kept)).unwrap();
                }
            }
            Step::Cancel {
                browser,
                flow: number,
            } => {
                let Some(id) = flow(number) else { return };
                self.judged(|stand, browsers| {
                    let browser = &browsers[usize::from(browser)];
                    let actor = stand.actor(browser);
                    wait(stand.server().cancel(&browser.visitor, actor.as_ref(), id)).unwrap()
                });
            }
            Step::Prolong {
                browser,
                flow: number,
            } => {
                let Some(id) = flow(number) else { return };
                self.judged(|stand, browsers| {
                    let browser = &browsers[usize::from(browser)];
                    let actor = stand.actor(browser);
                    wait(stand.server().prolong(&browser.visitor, actor.as_ref(), id)).unwrap()
                });
            }
            Step::StepUp { browser, right } => {
                if self
                    .stand
                    .actor(&self.browsers[usize::from(browser)])
                    .is_some()
                {
                    let text = if right { "right" } else { "guess" };
                    self.judged(|stand, browsers| {
                        stand.step_up(&mut browsers[usize::from(browser)], text)
                    });
                }
            }
            Step::Unlink { browser } => {
                if self
                    .stand
                    .actor(&self.browsers[usize::from(browser)])
                    .is_some()
                {
                    let outcome = self.judged(|stand, browsers| {
                        stand.unlink(&mut browsers[usize::from(browser)])
                    });
                    self.reached[3] += usize::from(outcome.gives_session());
                }
            }
            Step::EndSessions { browser } => {
                if let Some(actor) = self.stand.actor(&self.browsers[usize::from(browser)]) {
                    wait(self.stand.server().end_sessions(&actor, None)).unwrap();
                }
            }
            Step::Later { seconds } => self.stand.later(TimeDelta::seconds(seconds.into())),
            Step::School { person, change } => {
                let person = &self.people[usize::from(person)];
                let linked = self
                    .stand
                    .facts()
                    .links
                    .iter()
                    .any(|l| l.account == person.account);
                self.stand
                    .store
                    .edit_account(person.account, |account| match change % 5 {
                        0 => account.status = AccountStatus::Blocked,
                        // Only whoever has another way in.
                        1 if linked => account.password = None,
                        2 => account.profile.birth_date = None,
                        _ => {
                            account.status = AccountStatus::Active;
                            account.password = Some(people::password("right"));
                        }
                    });
            }
            Step::Policy { change } => {
                let policy = &mut self.stand.policy;
                match change % 3 {
                    0 => policy.providers.clear(),
                    _ => policy.providers = [people::provider()].into(),
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn t1_to_t7_hold_after_any_requests(steps in prop::collection::vec(step(), 1..80)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
            invariants::check(&world.stand);
        }
    }
}

/// The random requests do reach links, sign-ins over them, and unlinks: else the property would
/// hold for nothing.
#[test]
fn the_random_requests_reach_every_end() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let strategy = prop::collection::vec(step(), 80);
    let mut reached = [0; 4];
    for _ in 0..40 {
        let steps = strategy.new_tree(&mut runner).unwrap().current();
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        for (sum, new) in reached.iter_mut().zip(world.reached) {
            *sum += new;
        }
    }
    assert!(reached.iter().all(|times| *times > 4), "{reached:?}");
}
