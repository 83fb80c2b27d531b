//! Requests that their senders may repeat (`Idempotency-Key`): the same request gets the same
//! answer, and is done once.

use chrono::TimeDelta;

use crate::{
    ports::{Sealed, Tag},
    time::{REPLY_LIFE, REQUEST_LIFE, Timestamp},
};

/// The number by which a request is held that was noted first.
pub const FIRST_HOLDER: u64 = 1;

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRequest {
    /// The keyed tag of everything that the sender said in it.
    pub digest: Tag,
    /// When it began.
    pub begun_at: Timestamp,
    /// By which number it is held: it moves when another server takes the request over.
    pub holder: u64,
    /// The answer; none while it is at work, or lost.
    pub reply: Option<Sealed>,
}

/// What to do with a request whose key is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepeatDecision<'a> {
    /// It was answered: the same answer once more.
    Replay(&'a Sealed),
    /// The key was used for another request.
    Differs,
    /// It is being done this moment; another try makes sense after that long.
    AtWork(TimeDelta),
    /// The former is over, or was lost with its server: do it.
    TakeOver,
}

/// Judges a request by what is known under its key.
#[must_use]
pub fn decide_repeat<'a>(
    known: &'a KnownRequest,
    digest: &Tag,
    now: Timestamp,
) -> RepeatDecision<'a> {
    let age = now.signed_duration_since(known.begun_at);
    if age >= REPLY_LIFE {
        return RepeatDecision::TakeOver;
    }
    if !known.digest.is_same(digest) {
        return RepeatDecision::Differs;
    }
    match &known.reply {
        Some(reply) => RepeatDecision::Replay(reply),
        None if age >= REQUEST_LIFE => RepeatDecision::TakeOver,
        None => RepeatDecision::AtWork(TimeDelta::seconds(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(of: u8) -> Tag {
        Tag::new(1, [of; 32])
    }

    fn known(reply: Option<Sealed>) -> KnownRequest {
        KnownRequest {
            digest: tag(7),
            begun_at: Timestamp::UNIX_EPOCH,
            holder: FIRST_HOLDER,
            reply,
        }
    }

    fn after(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn g15_the_same_request_gets_the_same_answer_for_a_day() {
        let reply = Sealed::new(vec![1]);
        let answered = known(Some(reply.clone()));
        for seconds in [-5, 0, 59, 60, 86_399] {
            assert_eq!(
                decide_repeat(&answered, &tag(7), after(seconds)),
                RepeatDecision::Replay(&reply)
            );
        }
        assert_eq!(
            decide_repeat(&answered, &tag(7), after(86_400)),
            RepeatDecision::TakeOver
        );
    }

    #[test]
    fn g15_a_key_serves_one_request_alone() {
        for reply in [None, Some(Sealed::new(vec![1]))] {
            let known = known(reply);
            for seconds in [0, 61, 86_399] {
                let decision = decide_repeat(&known, &tag(8), after(seconds));
                assert_eq!(decision, RepeatDecision::Differs);
            }
            let decision = decide_repeat(&known, &tag(8), after(86_400));
            assert_eq!(decision, RepeatDecision::TakeOver);
        }
    }

    #[test]
    fn g15_a_request_at_work_is_waited_for_until_it_counts_as_lost() {
        let known = known(None);
        for seconds in [0, 59] {
            assert!(matches!(
                decide_repeat(&known, &tag(7), after(seconds)),
                RepeatDecision::AtWork(_)
            ));
        }
        let decision = decide_repeat(&known, &tag(7), after(60));
        assert_eq!(decision, RepeatDecision::TakeOver);
    }
}
