//! What an act of a stand came to, and what it left behind.

use linking_core::{
    audit::{Act, AuditRecord},
    link::FlowEnd,
    refusal::{Refusal, RefusalCode},
    usecase::{Advance, FlowStep, FlowView, NewSession, Outcome, UnlinkView},
};
use linking_testkit::Facts;

use super::Stand;

impl Stand {
    /// What a refusal leaves untouched; when a session was last seen is no fact.
    pub(crate) fn facts(&self) -> Facts {
        let mut facts = self.store.facts();
        for session in &mut facts.sessions {
            session.seen_at = session.started_at;
        }
        facts
    }

    /// The records that an act adds to the trail.
    pub(crate) fn recorded<T>(&self, act: impl FnOnce() -> T) -> (T, Vec<AuditRecord>) {
        let before = self.store.audits().len();
        let done = act();
        (done, self.store.audits().split_off(before))
    }

    /// The act is refused with this code: accounts, links, consents and sessions are as they
    /// were, no session is given, and one record says so.
    #[track_caller]
    pub(crate) fn refuses<T: Verdict>(
        &self,
        code: RefusalCode,
        act: impl FnOnce() -> T,
    ) -> Refusal {
        self.refuses_on_trail(code, 1, act)
    }

    /// As [`Self::refuses`]; nothing that anybody could make up by the thousand is recorded.
    #[track_caller]
    pub(crate) fn refuses_silently<T: Verdict>(
        &self,
        code: RefusalCode,
        act: impl FnOnce() -> T,
    ) -> Refusal {
        self.refuses_on_trail(code, 0, act)
    }

    #[track_caller]
    fn refuses_on_trail<T: Verdict>(
        &self,
        code: RefusalCode,
        records: usize,
        act: impl FnOnce() -> T,
    ) -> Refusal {
        let before = self.facts();
        let (done, trail) = self.recorded(act);
        let refusal = done.said().expect("not refused");
        assert_eq!(refusal.code(), code);
        assert!(!done.gives_session(), "a refusal gave a session");
        assert_eq!(self.facts(), before);
        assert_eq!(trail.len(), records, "{trail:?}");
        for record in trail {
            assert!(
                matches!(&record.act, Act::Refused { code: said, .. } if said == code.as_str()),
                "{record:?}"
            );
        }
        refusal
    }
}

pub(crate) fn is_linked(outcome: &Outcome<Advance>) -> bool {
    match outcome {
        Outcome::Done(advance) => matches!(
            advance.view.step,
            FlowStep::ChooseContacts {
                linked_at: Some(_),
                ..
            } | FlowStep::Done(FlowEnd::Linked { .. })
        ),
        Outcome::Refused(_) => false,
    }
}

/// What an act says of a refusal, wherever it stands.
pub(crate) trait Verdict {
    fn said(&self) -> Option<Refusal>;
    fn gives_session(&self) -> bool;
}

fn refusal_on(step: &FlowStep) -> Option<Refusal> {
    match step {
        FlowStep::Done(FlowEnd::Refused(refusal)) | FlowStep::TryAgain(refusal) => {
            Some(refusal.clone())
        }
        FlowStep::Taken { way, .. } => Some(way.refusal()),
        _ => None,
    }
}

impl Verdict for Outcome<Advance> {
    fn said(&self) -> Option<Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal.clone()),
            Self::Done(advance) => refusal_on(&advance.view.step),
        }
    }
    fn gives_session(&self) -> bool {
        matches!(self, Self::Done(advance) if advance.session.is_some())
    }
}

impl Verdict for Outcome<FlowView> {
    fn said(&self) -> Option<Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal.clone()),
            Self::Done(view) => refusal_on(&view.step),
        }
    }
    fn gives_session(&self) -> bool {
        false
    }
}

impl Verdict for Outcome<NewSession> {
    fn said(&self) -> Option<Refusal> {
        self.refusal().cloned()
    }
    fn gives_session(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

impl Verdict for Outcome<UnlinkView> {
    fn said(&self) -> Option<Refusal> {
        self.refusal().cloned()
    }
    fn gives_session(&self) -> bool {
        false
    }
}

impl Verdict for Outcome<linking_core::usecase::RestoredView> {
    fn said(&self) -> Option<Refusal> {
        self.refusal().cloned()
    }
    fn gives_session(&self) -> bool {
        false
    }
}
