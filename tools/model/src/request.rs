//! A request under way: what was asked, and what the store has answered so far.

use std::{
    collections::BTreeSet,
    net::IpAddr,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use linking_core::{
    account::ContactKind,
    ids::{FlowId, OrganizationId},
    ports::Tag,
    provider::Switch,
    secret::{Password, Secret256},
    session::{AgentLabel, Network, Visitor},
    usecase::{
        Advance, Fault, FlowView, Linking, LocalCredentials, NewSession, Outcome, Ports, StartOrder,
    },
};
use linking_testkit::{CountedIds, MemoryStore, PlainHasher, SeededRandom, TestVault};

use crate::{
    people::{self, Comes, TEXT},
    replay::{Progress, Replay, Told},
};

/// What a browser asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wish {
    /// Sign in by this person's password.
    SignIn(u8),
    /// To the provider of this number, to sign in.
    Enter(u8),
    /// To the provider of this number, to link from the settings.
    Connect(u8),
    /// To the provider of this number, to prove oneself once more.
    StepUpThere(u8),
    /// Back from it.
    Answer {
        /// At whose callback address.
        provider: u8,
        /// With which ticket.
        ticket: String,
        /// As whom.
        comes: Comes,
    },
    /// «Продолжить».
    Agree(FlowId),
    /// The local password of this person, inside a flow.
    Prove(FlowId, u8),
    /// «Связать» on «Это вы?».
    Confirm(FlowId),
    /// «Перенести связь», with the password of this profile, which holds the identity.
    Move(FlowId, u8),
    /// «Заменить связь», with the password of the profile.
    Replace(FlowId),
    /// Keeps the e-mail.
    Choose(FlowId),
    /// Leaves a flow by a button.
    Cancel(FlowId),
    /// Another try at the provider.
    AskAgain(FlowId),
    /// Ends the link of this provider.
    Unlink(u8),
    /// Proves this person once more by the local password.
    StepUp(u8),
    /// Ends the other sessions.
    EndOthers,
    /// Signs out.
    SignOut,
}

/// What a use case answered.
#[derive(Debug)]
pub(crate) enum Answered {
    Advance(Outcome<Advance>),
    Session(Outcome<NewSession>),
    Flow(Outcome<FlowView>),
    Done,
    /// The act needs somebody signed in.
    NobodyActs,
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) browser: u8,
    /// No other request of the search's path has it: its ids and secrets hang on it.
    pub(crate) number: u16,
    /// The providers that its server had on when it began, a bit for each.
    pub(crate) on: u8,
    pub(crate) contacts: Switch,
    /// The session cookie as it was sent.
    pub(crate) secret: Option<Secret256>,
    /// Where both people belong.
    pub(crate) school: OrganizationId,
    pub(crate) wish: Wish,
    pub(crate) log: Vec<Arc<Told>>,
}

/// What one step of a request did.
#[derive(Debug)]
pub(crate) struct Stepped {
    /// The store, if it was written.
    pub(crate) written: Option<Arc<MemoryStore>>,
    pub(crate) redeemed: Vec<String>,
    /// Its answer, if it came to its end.
    pub(crate) answered: Option<Result<Answered, Fault>>,
}

/// The visitor of a browser.
pub(crate) fn visitor(browser: u8) -> Visitor {
    Visitor {
        computer: linking_core::session::Computer::Own,
        browser_by_other_keys: Vec::new(),
        browser: Tag::new(1, [browser + 1; 32]),
        network: Network::of(IpAddr::from([192, 0, 2, browser + 1])),
        agent: AgentLabel::new("Chrome, Windows"),
        request: None,
    }
}

impl Request {
    /// Runs it up to the call after the next one.
    pub(crate) fn step(&mut self, store: &Arc<MemoryStore>, now: u32) -> Stepped {
        let progress = Arc::new(Progress::default());
        let replay = Replay::new(
            Arc::clone(store),
            self.log.clone(),
            now,
            Arc::clone(&progress),
        );
        let linking = self.server(replay, &progress);
        let answered = self.poll(&linking, &progress);
        let (told, written, redeemed) = progress.take();
        self.log.extend(told);
        Stepped {
            written,
            redeemed,
            answered,
        }
    }

    /// A server for this request alone: nothing outlives a request but the store.
    fn server(&self, replay: Replay, progress: &Arc<Progress>) -> Linking {
        let number = u64::from(self.number);
        let ports = Ports {
            clock: replay.clock(),
            store: Arc::new(replay),
            hasher: Arc::new(PlainHasher::default()),
            vault: Arc::new(TestVault),
            ids: Arc::new(CountedIds::starting_at(number << 16)),
            random: Arc::new(SeededRandom::new(number << 32)),
        };
        Linking::new(
            ports,
            people::connected(progress),
            people::policies(self.on, self.contacts),
        )
    }

    fn poll(&self, linking: &Linking, progress: &Progress) -> Option<Result<Answered, Fault>> {
        let mut request = std::pin::pin!(self.ask(linking));
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(answered) = request.as_mut().poll(&mut context) {
                return Some(answered);
            }
            if progress.waits() {
                return None;
            }
        }
    }

    fn credentials(&self, number: u8) -> LocalCredentials {
        LocalCredentials {
            organization: self.school,
            login: people::person(number).login,
            password: password(),
        }
    }

    /// What the pages do with it: who acts, then the use case.
    async fn ask(&self, linking: &Linking) -> Result<Answered, Fault> {
        let visitor = visitor(self.browser);
        let actor = match &self.secret {
            Some(secret) => linking.actor(&visitor, secret).await?,
            None => None,
        };
        let acting = actor.as_ref();
        let start = |order, number: u8| {
            let provider = people::provider(number);
            let visitor = &visitor;
            async move {
                let place = people::place();
                linking
                    .start(visitor, acting, order, &provider, place)
                    .await
                    .map(Answered::Advance)
            }
        };
        match (&self.wish, acting) {
            (Wish::SignIn(number), _) => linking
                .sign_in_locally(&visitor, acting, self.credentials(*number))
                .await
                .map(Answered::Session),
            (Wish::Enter(number), _) => start(StartOrder::SignIn, *number).await,
            (Wish::Connect(number), _) => start(StartOrder::Link, *number).await,
            (Wish::StepUpThere(number), _) => start(StartOrder::StepUp, *number).await,
            (
                Wish::Answer {
                    provider,
                    ticket,
                    comes,
                },
                _,
            ) => {
                let answer = people::returned(ticket, *comes);
                let provider = people::provider(*provider);
                linking
                    .answer(&visitor, acting, &provider, ticket, answer)
                    .await
                    .map(Answered::Advance)
            }
            (Wish::Agree(flow), _) => linking
                .agree(&visitor, acting, *flow, TEXT)
                .await
                .map(Answered::Advance),
            (Wish::Prove(flow, number), _) => {
                let credentials = self.credentials(*number);
                linking
                    .prove(&visitor, acting, *flow, credentials)
                    .await
                    .map(Answered::Advance)
            }
            (Wish::Replace(flow), _) => linking
                .replace_link(&visitor, acting, *flow, password())
                .await
                .map(Answered::Advance),
            (Wish::Cancel(flow), _) => linking
                .cancel(&visitor, acting, *flow)
                .await
                .map(Answered::Flow),
            (Wish::AskAgain(flow), _) => linking
                .ask_again(&visitor, acting, *flow)
                .await
                .map(Answered::Advance),
            (_, None) => Ok(Answered::NobodyActs),
            (Wish::Confirm(flow), Some(actor)) => linking
                .confirm(&visitor, actor, *flow, TEXT)
                .await
                .map(Answered::Advance),
            (Wish::Move(flow, number), Some(actor)) => linking
                .move_link(&visitor, actor, *flow, self.credentials(*number))
                .await
                .map(Answered::Advance),
            (Wish::Choose(flow), Some(actor)) => linking
                .choose_contacts(
                    &visitor,
                    actor,
                    *flow,
                    &BTreeSet::from([ContactKind::Email]),
                )
                .await
                .map(Answered::Advance),
            (Wish::Unlink(number), Some(actor)) => linking
                .unlink(&visitor, actor, &people::provider(*number))
                .await
                .map(Answered::Session),
            (Wish::StepUp(_), Some(actor)) => linking
                .step_up(&visitor, actor, password())
                .await
                .map(Answered::Session),
            (Wish::EndOthers, Some(actor)) => linking
                .end_sessions(actor, None)
                .await
                .map(|_| Answered::Done),
            (Wish::SignOut, Some(actor)) => linking.sign_out(actor).await.map(|()| Answered::Done),
        }
    }
}

pub(crate) fn password() -> Password {
    #[expect(clippy::expect_used, reason = "a text of this crate")]
    Password::new(people::PASSWORD.to_owned()).expect("it is a password")
}
