//! The model as the checker sees it.

use std::fmt;

use linking_core::refusal::RefusalCode;
use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::{
    judge::always,
    scenario::{End, Scenario},
    world::{Action, Setting, World},
};

/// The site of a scenario.
#[derive(Debug)]
pub struct Site {
    scenario: Scenario,
    setting: Setting,
    first: World,
}

impl Site {
    /// A site, before anybody does anything.
    #[must_use]
    pub fn new(scenario: Scenario) -> Self {
        let (setting, first) = World::begin(&scenario);
        Self {
            scenario,
            setting,
            first,
        }
    }
}

impl Model for Site {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![self.first.clone()]
    }

    fn actions(&self, state: &World, actions: &mut Vec<Action>) {
        state.actions(&self.scenario, actions);
    }

    fn next_state(&self, last_state: &World, action: Action) -> Option<World> {
        last_state.after(&self.setting, &self.scenario, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = always();
        let wanted = sometimes()
            .into_iter()
            .filter(|(end, _)| self.scenario.ends.contains(end));
        properties.extend(wanted.map(|(_, property)| property));
        properties
    }
}

macro_rules! ends {
    ($($end:expr, $text:literal;)*) => {
        /// Each end as a property.
        fn sometimes() -> Vec<(End, Property<Site>)> {
            vec![$(
                ($end, Property::sometimes($text, |_: &Site, world: &World| {
                    world.happened == Some($end)
                })),
            )*]
        }
    };
}

ends! {
    End::LinkedFromProvider, "linked by way 1";
    End::LinkedFromSettings, "linked by way 2";
    End::SignedInOverLink, "signed in over the link";
    End::SignedInBesideLink, "signed in by password beside the link";
    End::SignedInByPassword, "signed in by password";
    End::Moved, "moved";
    End::Replaced, "replaced";
    End::Unlinked, "unlinked";
    End::ContactsChosen, "contacts chosen";
    End::SteppedUp, "stepped up";
    End::Refused(RefusalCode::ProviderOff), "provider-off";
    End::Refused(RefusalCode::ConsentRefused), "consent-refused";
    End::Refused(RefusalCode::IdentityLinkedElsewhere), "identity-linked-elsewhere";
    End::Refused(RefusalCode::AccountLinkedAlready), "account-linked-already";
    End::Refused(RefusalCode::NameMismatch), "name-mismatch";
    End::Refused(RefusalCode::WrongCredentials), "wrong-credentials";
    End::Refused(RefusalCode::TooManyAttempts), "too-many-attempts";
    End::Refused(RefusalCode::AccountBlocked), "account-blocked";
    End::Refused(RefusalCode::StepUpNeeded), "step-up-needed";
    End::Refused(RefusalCode::LastSignInMethod), "last-sign-in-method";
    End::Refused(RefusalCode::FlowExpired), "flow-expired";
    End::Refused(RefusalCode::FlowNotYours), "flow-not-yours";
    End::Refused(RefusalCode::FlowFinished), "flow-finished";
    End::Refused(RefusalCode::ProviderUnavailable), "provider-unavailable";
    End::Refused(RefusalCode::ProviderAnswerInvalid), "provider-answer-invalid";
}

/// What a search found.
#[derive(Debug)]
pub struct Report {
    /// The scenario.
    pub name: &'static str,
    /// Different states.
    pub states: usize,
    /// Steps taken.
    pub steps: usize,
    /// The longest way.
    pub depth: usize,
    /// What broke, each with the way to it.
    pub failures: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} states, {} steps, {} deep",
            self.name, self.states, self.steps, self.depth
        )?;
        for failure in &self.failures {
            write!(f, "\n{failure}")?;
        }
        Ok(())
    }
}

/// Searches a scenario whole, on so many threads.
#[must_use]
pub fn search(scenario: Scenario, threads: usize) -> Report {
    let name = scenario.name;
    let site = Site::new(scenario);
    let properties = site.properties();
    let checker = site
        .checker()
        .threads(threads)
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_bfs()
        .join();
    let found = checker.discoveries();
    let failures = properties
        .iter()
        .filter_map(|property| {
            let sometimes = property.expectation == stateright::Expectation::Sometimes;
            match found.get(property.name) {
                None if sometimes => Some(format!("never: {}", property.name)),
                Some(way) if !sometimes => {
                    let actions: Vec<String> = way
                        .clone()
                        .into_actions()
                        .iter()
                        .map(|action| format!("    {action:?}"))
                        .collect();
                    let last = way.last_state();
                    let way = actions.join("\n");
                    Some(format!("broken: {}\n{way}\n  {last:#?}", property.name))
                }
                _ => None,
            }
        })
        .collect();
    Report {
        name,
        states: checker.unique_state_count(),
        steps: checker.state_count(),
        depth: checker.max_depth(),
        failures,
    }
}
