//! What is done next.

use linking_core::ports::Randomness as _;

use crate::SeededRandom;

/// How many browsers there are.
const BROWSERS: u8 = 2;

/// Numbers from a seed.
pub(super) struct Dice(pub(super) SeededRandom);

impl Dice {
    fn below(&self, most: u8) -> u8 {
        let mut octet = [0];
        self.0.fill(&mut octet);
        octet[0] % most
    }

    fn usually(&self) -> bool {
        self.below(8) != 0
    }
}

/// What is done next. Numbers choose among what there is.
#[derive(Debug, Clone)]
pub(super) enum Command {
    SignIn {
        browser: u8,
        person: u8,
        right: bool,
    },
    SignOut {
        browser: u8,
    },
    Start {
        browser: u8,
        order: u8,
    },
    Back {
        browser: u8,
        trip: u8,
        person: u8,
        declines: bool,
    },
    AskAgain {
        browser: u8,
        flow: u8,
    },
    Agree {
        browser: u8,
        flow: u8,
    },
    Prove {
        browser: u8,
        flow: u8,
        person: u8,
        right: bool,
    },
    Confirm {
        browser: u8,
        flow: u8,
    },
    Choose {
        browser: u8,
        flow: u8,
        email: bool,
    },
    Keep {
        browser: u8,
    },
    Cancel {
        browser: u8,
        flow: u8,
    },
    Prolong {
        browser: u8,
        flow: u8,
    },
    StepUp {
        browser: u8,
        right: bool,
    },
    Unlink {
        browser: u8,
    },
    EndOthers {
        browser: u8,
    },
    Look {
        browser: u8,
    },
    School {
        person: u8,
        change: u8,
    },
    Print {
        person: u8,
    },
    Later {
        minutes: u16,
    },
    Sweep,
    /// A whole way to a link, from the provider or from the settings.
    Link {
        browser: u8,
        person: u8,
        from_settings: bool,
    },
}

impl Command {
    pub(super) fn draw(dice: &Dice) -> Self {
        let browser = dice.below(BROWSERS);
        let person = dice.below(3);
        let flow = dice.below(3);
        match dice.below(40) {
            0..=3 => Self::SignIn {
                browser,
                person,
                right: dice.usually(),
            },
            4 => Self::SignOut { browser },
            5..=7 => Self::Start {
                browser,
                order: dice.below(4),
            },
            8..=11 => Self::Back {
                browser,
                trip: dice.below(2),
                person,
                declines: !dice.usually(),
            },
            12 => Self::AskAgain { browser, flow },
            13 | 14 => Self::Agree { browser, flow },
            15..=17 => Self::Prove {
                browser,
                flow,
                person,
                right: dice.usually(),
            },
            18 | 19 => Self::Confirm { browser, flow },
            20 | 21 => Self::Choose {
                browser,
                flow,
                email: dice.usually(),
            },
            22 => Self::Keep { browser },
            23 => Self::Cancel { browser, flow },
            24 => Self::Prolong { browser, flow },
            25 => Self::StepUp {
                browser,
                right: dice.usually(),
            },
            26 | 27 => Self::Unlink { browser },
            28 => Self::EndOthers { browser },
            29 | 30 => Self::Look { browser },
            31 | 32 => Self::School {
                person,
                change: dice.below(7),
            },
            33 => Self::Print { person },
            34 => Self::Later {
                minutes: [1, 4, 6, 16, 61, 800, 1500][usize::from(dice.below(7))],
            },
            35 => Self::Sweep,
            _ => Self::Link {
                browser,
                person,
                from_settings: dice.usually(),
            },
        }
    }
}
