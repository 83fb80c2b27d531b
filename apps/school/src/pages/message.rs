//! The page that says one thing and offers doors: refusals, ends of flows, problems. One
//! template for all of them (`pages.md`, decision 3).

use askama::Template;

use crate::{
    i18n::Texts,
    pages::{
        consent::ConsentView,
        flow::TimeLeft,
        frame::{Frame, page},
    },
};

/// How a door looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// The one main button.
    Main,
    /// An outlined button.
    Second,
    /// A link.
    Plain,
}

impl Weight {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Main => "btn",
            Self::Second => "btn second",
            Self::Plain => "link",
        }
    }
}

/// Where a door leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// To a page; changes nothing.
    Page(String),
    /// Through a form: something happens.
    Form {
        /// Its address.
        action: String,
        /// Its hidden fields beside the token.
        fields: Vec<(&'static str, String)>,
    },
}

/// A door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Door {
    /// What stands on it.
    pub(crate) text: String,
    /// How it looks.
    pub(crate) weight: Weight,
    /// Where it leads.
    pub(crate) target: Target,
}

impl Door {
    /// A door to a page.
    pub(crate) fn page(weight: Weight, text: String, href: impl Into<String>) -> Self {
        Self {
            text,
            weight,
            target: Target::Page(href.into()),
        }
    }

    /// A door through a form.
    pub(crate) fn form(weight: Weight, text: String, action: impl Into<String>) -> Self {
        Self {
            text,
            weight,
            target: Target::Form {
                action: action.into(),
                fields: Vec::new(),
            },
        }
    }

    /// The same door with a hidden field.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Target::Form { fields, .. } = &mut self.target {
            fields.push((name, value.into()));
        }
        self
    }
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub(crate) struct MessagePage {
    pub(crate) frame: Frame,
    pub(crate) t: Texts,
    /// Says that something was done.
    pub(crate) done: bool,
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) before: Vec<String>,
    pub(crate) list: Vec<String>,
    pub(crate) after: Vec<String>,
    /// «Какие данные нужны и зачем».
    pub(crate) details: Option<(String, ConsentView)>,
    pub(crate) doors: Vec<Door>,
    /// Until when the step is open.
    pub(crate) time: Option<TimeLeft>,
}

page!(MessagePage);

impl MessagePage {
    /// A page with nothing but its title yet.
    pub(crate) fn new(frame: Frame, t: Texts) -> Self {
        Self {
            frame,
            t,
            done: false,
            facts: Vec::new(),
            before: Vec::new(),
            list: Vec::new(),
            after: Vec::new(),
            details: None,
            doors: Vec::new(),
            time: None,
        }
    }

    /// Adds a paragraph: before the list while there is none, then after it.
    pub(crate) fn say(mut self, text: String) -> Self {
        if self.list.is_empty() {
            self.before.push(text);
        } else {
            self.after.push(text);
        }
        self
    }

    /// All that it says, in the order of the page.
    pub(crate) fn says(self) -> Vec<String> {
        [self.before, self.list, self.after].concat()
    }

    /// Adds a line of the list.
    pub(crate) fn item(mut self, text: String) -> Self {
        self.list.push(text);
        self
    }

    /// Adds a fact.
    pub(crate) fn fact(mut self, term: String, value: String) -> Self {
        self.facts.push((term, value));
        self
    }

    /// Adds a door.
    pub(crate) fn door(mut self, door: Door) -> Self {
        self.doors.push(door);
        self
    }

    /// The step ends by itself.
    pub(crate) fn until(mut self, time: TimeLeft) -> Self {
        self.time = Some(time);
        self
    }

    /// Something was done.
    pub(crate) fn done(mut self) -> Self {
        self.done = true;
        self
    }
}
