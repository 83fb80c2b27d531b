//! From where a search begins, who may do what in it, and how far it goes.

use linking_core::{provider::Switch, refusal::RefusalCode};

use crate::{people::Comes, request::Wish};

pub use crate::people::Comes as ComesBack;

/// What one browser may do.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// How many requests it sends at most.
    pub requests: u8,
    /// How many times it goes to a provider at most.
    pub trips: u8,
    /// What can be asked for at any time.
    pub anytime: Vec<Wish>,
    /// As whom it comes back.
    pub comes: Vec<Comes>,
    /// Whose passwords are typed in a flow.
    pub proves: Vec<u8>,
    /// Whose passwords are typed to move a link.
    pub moves: Vec<u8>,
    /// Whether it leaves flows by a button.
    pub cancels: bool,
    /// Whether it tries again at the provider.
    pub asks_again: bool,
    /// Whether it also brings the answers that the other browser's trips gave (`threats.md` A1).
    pub takes_foreign_answers: bool,
    /// Who is signed in there by password when the search begins.
    pub signed_in: Option<u8>,
}

/// What happens beside the browsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// The school closes a person's account.
    Block(u8),
    /// The school archives a person's account.
    Archive(u8),
    /// The school corrects a person's name.
    Rename(u8),
    /// The school prints a new password; it is another one.
    Print(u8),
    /// A server has a provider off from now on.
    SwitchOff {
        /// Which server.
        server: u8,
        /// Which provider.
        provider: u8,
    },
    /// So many seconds pass.
    Later(u32),
    /// The server of a request is lost, at whatever point it is.
    Lost,
}

/// How something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// Linked by way 1: provider first, then the local password.
    LinkedFromProvider,
    /// Linked by way 2: from the settings.
    LinkedFromSettings,
    /// Signed in over the link.
    SignedInOverLink,
    /// The password was asked for, and the link stood already.
    SignedInBesideLink,
    /// Signed in by the local password.
    SignedInByPassword,
    /// An identity went from one profile to another.
    Moved,
    /// A link gave way to another one.
    Replaced,
    /// Unlinked.
    Unlinked,
    /// Contacts were chosen.
    ContactsChosen,
    /// Proved once more.
    SteppedUp,
    /// Refused.
    Refused(RefusalCode),
}

/// One search.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// The two browsers.
    pub plans: [Plan; 2],
    /// Links that stand when the search begins: person, provider.
    pub linked: Vec<(u8, u8)>,
    /// Who has no local password.
    pub without_password: Vec<u8>,
    /// Whether contacts are chosen after a link.
    pub contacts: Switch,
    /// What may happen beside, each at most once.
    pub events: Vec<Event>,
    /// How many of them happen at most.
    pub most_events: u8,
    /// How many times a browser presses while another request of its is under way.
    pub doubles: u8,
    /// What must be reached, else the search is vacuous.
    pub ends: Vec<End>,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            name: "",
            plans: [Plan::default(), Plan::default()],
            linked: Vec::new(),
            without_password: Vec::new(),
            contacts: Switch::Off,
            events: Vec::new(),
            most_events: 0,
            doubles: 0,
            ends: Vec::new(),
        }
    }
}

impl Scenario {
    /// Every search of the gate; `more` adds so many requests of each browser and events.
    #[must_use]
    pub fn all(more: u8) -> Vec<Self> {
        let mut all = vec![
            one_identity_two_accounts(),
            two_ways_to_one_account(),
            facts_that_change(),
            unlink_beside(),
            the_last_way_in(),
            answers_that_come_twice(),
            a_move_beside(),
            a_replacement_beside(),
        ];
        for scenario in &mut all {
            scenario.most_events += more;
            scenario.doubles += more;
            for plan in &mut scenario.plans {
                if plan.requests > 0 {
                    plan.requests += more;
                }
            }
        }
        all
    }
}

use RefusalCode as Code;

/// Way 1 by one person and way 2 by the other, with one identity (E1, E7).
fn one_identity_two_accounts() -> Scenario {
    Scenario {
        name: "one identity, two accounts",
        plans: [
            Plan {
                requests: 4,
                trips: 1,
                anytime: vec![Wish::Enter(0)],
                comes: vec![Comes::As(0)],
                proves: vec![0, 1],
                ..Plan::default()
            },
            Plan {
                requests: 3,
                trips: 1,
                anytime: vec![Wish::Connect(0)],
                comes: vec![Comes::As(0), Comes::As(1)],
                signed_in: Some(1),
                ..Plan::default()
            },
        ],
        ends: vec![
            End::LinkedFromProvider,
            End::LinkedFromSettings,
            End::Refused(Code::NameMismatch),
        ],
        ..Scenario::default()
    }
}

/// Both ways to one account at once (E2, E7).
fn two_ways_to_one_account() -> Scenario {
    Scenario {
        name: "two ways to one account",
        plans: [
            Plan {
                requests: 4,
                trips: 1,
                anytime: vec![Wish::Enter(0)],
                comes: vec![Comes::As(0)],
                proves: vec![0],
                cancels: true,
                ..Plan::default()
            },
            Plan {
                requests: 4,
                trips: 1,
                anytime: vec![Wish::Connect(0), Wish::Unlink(0)],
                comes: vec![Comes::As(0)],
                signed_in: Some(0),
                ..Plan::default()
            },
        ],
        contacts: Switch::On,
        ends: vec![
            End::LinkedFromProvider,
            End::LinkedFromSettings,
            End::SignedInOverLink,
            End::SignedInBesideLink,
            End::Unlinked,
            End::ContactsChosen,
            End::Refused(Code::FlowExpired),
            End::Refused(Code::FlowFinished),
        ],
        ..Scenario::default()
    }
}

/// Way 1 and way 2 while the school, the clock and the region change the facts (E6, C13).
fn facts_that_change() -> Scenario {
    Scenario {
        name: "facts that change",
        plans: [
            Plan {
                requests: 4,
                trips: 1,
                anytime: vec![Wish::Enter(0)],
                comes: vec![Comes::As(0), Comes::Declined],
                proves: vec![0],
                ..Plan::default()
            },
            Plan {
                requests: 3,
                trips: 1,
                anytime: vec![Wish::Connect(0)],
                comes: vec![Comes::As(0)],
                signed_in: Some(0),
                ..Plan::default()
            },
        ],
        events: vec![
            Event::Block(0),
            Event::Archive(0),
            Event::Rename(0),
            Event::Print(0),
            Event::SwitchOff {
                server: 0,
                provider: 0,
            },
            Event::Later(31),
            Event::Later(6 * 60),
            Event::Later(16 * 60),
            Event::Lost,
        ],
        most_events: 1,
        ends: vec![
            End::LinkedFromProvider,
            End::LinkedFromSettings,
            End::Refused(Code::ConsentRefused),
            End::Refused(Code::ProviderOff),
            End::Refused(Code::AccountBlocked),
            End::Refused(Code::WrongCredentials),
            End::Refused(Code::NameMismatch),
            End::Refused(Code::StepUpNeeded),
            End::Refused(Code::FlowExpired),
        ],
        ..Scenario::default()
    }
}

/// A linked person unlinks in one browser, and signs in, links anew or is blocked in the other
/// (E5, E10).
fn unlink_beside() -> Scenario {
    Scenario {
        name: "an unlink beside",
        plans: [
            Plan {
                requests: 3,
                anytime: vec![Wish::Unlink(0), Wish::StepUp(0), Wish::EndOthers],
                signed_in: Some(0),
                ..Plan::default()
            },
            Plan {
                requests: 4,
                trips: 1,
                anytime: vec![Wish::Enter(0)],
                comes: vec![Comes::As(0)],
                proves: vec![0],
                ..Plan::default()
            },
        ],
        linked: vec![(0, 0)],
        events: vec![
            Event::Block(0),
            Event::Archive(0),
            Event::Print(0),
            Event::Later(6 * 60),
            Event::Lost,
        ],
        most_events: 1,
        ends: vec![
            End::Unlinked,
            End::SignedInOverLink,
            End::LinkedFromProvider,
            End::SteppedUp,
            End::Refused(Code::StepUpNeeded),
            End::Refused(Code::FlowFinished),
            End::Refused(Code::AccountBlocked),
        ],
        ..Scenario::default()
    }
}

/// Two links and no password: each browser unlinks, a provider goes off (E8, E9).
fn the_last_way_in() -> Scenario {
    let plan = |own: u8| Plan {
        requests: 4,
        trips: 1,
        anytime: vec![Wish::Enter(own), Wish::Unlink(0), Wish::Unlink(1)],
        comes: vec![Comes::As(0)],
        ..Plan::default()
    };
    Scenario {
        name: "the last way in",
        plans: [plan(0), plan(1)],
        linked: vec![(0, 0), (0, 1)],
        without_password: vec![0],
        events: vec![
            Event::SwitchOff {
                server: 0,
                provider: 0,
            },
            Event::SwitchOff {
                server: 1,
                provider: 0,
            },
        ],
        most_events: 1,
        ends: vec![
            End::SignedInOverLink,
            End::Unlinked,
            End::Refused(Code::LastSignInMethod),
            End::Refused(Code::ProviderOff),
            End::Refused(Code::FlowExpired),
        ],
        ..Scenario::default()
    }
}

/// Answers come twice, in the own browser and in the other one (A1, A8, G15).
fn answers_that_come_twice() -> Scenario {
    Scenario {
        name: "answers that come twice",
        plans: [
            Plan {
                requests: 4,
                trips: 1,
                anytime: vec![Wish::Enter(0)],
                comes: vec![Comes::As(0)],
                proves: vec![0],
                asks_again: true,
                ..Plan::default()
            },
            Plan {
                requests: 2,
                trips: 1,
                anytime: vec![Wish::Enter(0)],
                comes: vec![Comes::As(0)],
                takes_foreign_answers: true,
                ..Plan::default()
            },
        ],
        events: vec![Event::Later(31), Event::Lost],
        most_events: 2,
        doubles: 1,
        ends: vec![
            End::LinkedFromProvider,
            End::Refused(Code::FlowNotYours),
            End::Refused(Code::ProviderUnavailable),
        ],
        ..Scenario::default()
    }
}

/// An identity moves to the other profile of its owner, who unlinks or proves the first one at
/// the same time; somebody else's password moves nothing (E1, E5).
fn a_move_beside() -> Scenario {
    Scenario {
        name: "a move beside",
        plans: [
            Plan {
                requests: 4,
                trips: 1,
                anytime: vec![Wish::Connect(0)],
                comes: vec![Comes::As(0)],
                moves: vec![0, 1],
                signed_in: Some(2),
                ..Plan::default()
            },
            Plan {
                requests: 2,
                anytime: vec![Wish::Unlink(0), Wish::EndOthers],
                signed_in: Some(0),
                ..Plan::default()
            },
        ],
        linked: vec![(0, 0)],
        events: vec![
            Event::Block(0),
            Event::Archive(2),
            Event::Print(0),
            Event::Later(6 * 60),
            Event::Lost,
        ],
        most_events: 1,
        ends: vec![
            End::Moved,
            End::LinkedFromSettings,
            End::Unlinked,
            End::Refused(Code::IdentityLinkedElsewhere),
            End::Refused(Code::WrongCredentials),
            End::Refused(Code::StepUpNeeded),
            End::Refused(Code::AccountBlocked),
            End::Refused(Code::FlowExpired),
        ],
        ..Scenario::default()
    }
}

/// A link gives way to another identity of its owner, who unlinks at the same time (E2, E5).
fn a_replacement_beside() -> Scenario {
    Scenario {
        name: "a replacement beside",
        plans: [
            Plan {
                requests: 5,
                trips: 1,
                anytime: vec![Wish::Enter(0)],
                comes: vec![Comes::As(2)],
                proves: vec![0],
                ..Plan::default()
            },
            Plan {
                requests: 2,
                anytime: vec![Wish::Unlink(0), Wish::EndOthers],
                signed_in: Some(0),
                ..Plan::default()
            },
        ],
        linked: vec![(0, 0)],
        events: vec![
            Event::Block(0),
            Event::Print(0),
            Event::Later(16 * 60),
            Event::Lost,
        ],
        most_events: 1,
        ends: vec![
            End::Replaced,
            End::LinkedFromProvider,
            End::Unlinked,
            End::Refused(Code::AccountLinkedAlready),
            End::Refused(Code::WrongCredentials),
            End::Refused(Code::AccountBlocked),
            End::Refused(Code::FlowExpired),
        ],
        ..Scenario::default()
    }
}
