//! What a browser keeps and shows, and what can be pressed there.

use linking_core::{
    ids::FlowId,
    link::WayOut,
    secret::Secret256,
    usecase::{Advance, FlowStep, NewSession, Outcome},
};

use crate::{people, request::Answered, request::Wish, scenario::Plan};

/// A page that was shown once. It stays open in a tab: it can be pressed later, and again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Page {
    /// At the provider, from where the browser comes back with this ticket.
    Away {
        provider: u8,
        ticket: String,
    },
    TryAgain(FlowId),
    NotLinked(FlowId),
    Prove(FlowId),
    Confirm(FlowId),
    /// A link stands in the way: the identity's, or the profile's.
    MayMove(FlowId),
    MayReplace(FlowId),
    Choose(FlowId),
}

/// A browser.
#[derive(Debug, Clone, Default)]
pub(crate) struct Browser {
    pub(crate) secret: Option<Secret256>,
    /// In order: where they came from does not matter.
    pub(crate) pages: Vec<Page>,
    /// How many requests it has sent.
    pub(crate) sent: u8,
    /// How many times it went to a provider of its own accord.
    pub(crate) trips: u8,
}

impl Browser {
    /// What comes back for a wish.
    pub(crate) fn take(&mut self, wish: &Wish, answered: &Answered) {
        match answered {
            Answered::Advance(Outcome::Done(advance)) => self.advance(wish, advance),
            Answered::Session(Outcome::Done(session)) => self.keep(session),
            Answered::Done if *wish == Wish::SignOut => self.secret = None,
            Answered::Advance(_)
            | Answered::Session(_)
            | Answered::Flow(_)
            | Answered::Done
            | Answered::NobodyActs => {}
        }
    }

    fn keep(&mut self, session: &NewSession) {
        self.secret = Some(session.secret.clone());
    }

    fn advance(&mut self, wish: &Wish, advance: &Advance) {
        if let Some(session) = &advance.session {
            self.keep(session);
        }
        if let (
            Some(prompt),
            Wish::Enter(number) | Wish::Connect(number) | Wish::StepUpThere(number),
        ) = (&advance.prompt, wish)
        {
            self.show(Page::Away {
                provider: *number,
                ticket: people::ticket_of(prompt).unwrap_or_default(),
            });
        } else if let (Some(prompt), Wish::AskAgain(_)) = (&advance.prompt, wish) {
            let number = u8::from(advance.view.provider != people::provider(0));
            self.show(Page::Away {
                provider: number,
                ticket: people::ticket_of(prompt).unwrap_or_default(),
            });
        }
        let id = advance.view.id;
        match &advance.view.step {
            FlowStep::TryAgain(_) => self.show(Page::TryAgain(id)),
            FlowStep::NotLinked { .. } => self.show(Page::NotLinked(id)),
            FlowStep::Prove { .. } => self.show(Page::Prove(id)),
            FlowStep::Confirm { .. } => self.show(Page::Confirm(id)),
            FlowStep::Taken { way, .. } => self.show(match way {
                WayOut::Move => Page::MayMove(id),
                WayOut::Replace { .. } => Page::MayReplace(id),
            }),
            FlowStep::ChooseContacts { .. } => self.show(Page::Choose(id)),
            // Nobody sits at a shared computer here.
            FlowStep::Recognise { .. }
            | FlowStep::AtProvider
            | FlowStep::Judging
            | FlowStep::SwitchingIdentity
            | FlowStep::Done(_) => {}
        }
    }

    fn show(&mut self, page: Page) {
        if let Err(place) = self.pages.binary_search(&page) {
            self.pages.insert(place, page);
        }
    }

    /// Everything that can be asked for here, of what the plan has.
    pub(crate) fn wishes(&self, plan: &Plan, other: &Self) -> Vec<Wish> {
        let mut wishes = Vec::new();
        if self.trips < plan.trips {
            wishes.extend(plan.anytime.iter().filter(|wish| wish.is_trip()).cloned());
        }
        wishes.extend(plan.anytime.iter().filter(|wish| !wish.is_trip()).cloned());
        // Whoever is signed out has no page of the settings.
        wishes.retain(|wish| self.secret.is_some() || !wish.needs_session());
        for page in &self.pages {
            self.buttons(page, plan, &mut wishes);
        }
        if plan.takes_foreign_answers {
            let foreign = other.pages.iter();
            for page in foreign.filter(|page| matches!(page, Page::Away { .. })) {
                self.buttons(page, plan, &mut wishes);
            }
        }
        wishes
    }

    fn buttons(&self, page: &Page, plan: &Plan, wishes: &mut Vec<Wish>) {
        match page {
            Page::Away { provider, ticket } => {
                wishes.extend(plan.comes.iter().map(|comes| Wish::Answer {
                    provider: *provider,
                    ticket: ticket.clone(),
                    comes: *comes,
                }));
            }
            Page::TryAgain(flow) => {
                if plan.asks_again {
                    wishes.push(Wish::AskAgain(*flow));
                }
            }
            Page::NotLinked(flow) => wishes.push(Wish::Agree(*flow)),
            Page::Prove(flow) => {
                wishes.extend(plan.proves.iter().map(|person| Wish::Prove(*flow, *person)));
                if plan.cancels {
                    wishes.push(Wish::Cancel(*flow));
                }
            }
            Page::Confirm(flow) => {
                wishes.push(Wish::Confirm(*flow));
                if plan.cancels {
                    wishes.push(Wish::Cancel(*flow));
                }
            }
            Page::MayMove(flow) => {
                wishes.extend(plan.moves.iter().map(|person| Wish::Move(*flow, *person)));
            }
            Page::MayReplace(flow) => wishes.push(Wish::Replace(*flow)),
            Page::Choose(flow) => wishes.push(Wish::Choose(*flow)),
        }
    }
}

impl Wish {
    pub(crate) const fn is_trip(&self) -> bool {
        matches!(
            self,
            Self::Enter(_) | Self::Connect(_) | Self::StepUpThere(_)
        )
    }

    const fn needs_session(&self) -> bool {
        matches!(
            self,
            Self::Connect(_)
                | Self::StepUpThere(_)
                | Self::Move(..)
                | Self::Unlink(_)
                | Self::StepUp(_)
                | Self::EndOthers
                | Self::SignOut
        )
    }
}
