//! `decide_unlink` against `domain.md` (Recent, invariant 6).

use chrono::TimeDelta;
use linking_core::{
    account::Epoch,
    link::{UnlinkFacts, decide_unlink},
    ports::Tag,
    refusal::Refusal,
    session::{AgentLabel, Session, SignInWay},
    time::Timestamp,
};

use crate::facts::{Dice, Throws, id, link, now, on_generated_cases};
use crate::sign_in_table::{self, Case};

fn session(proved_at: Option<Timestamp>) -> Session {
    Session {
        computer: linking_core::session::Computer::Own,
        id: id(1),
        secret: Tag::new(1, [1; 32]),
        browser: Tag::new(1, [2; 32]),
        account: id(1),
        epoch: Epoch::default(),
        way: SignInWay::Password,
        started_at: now() - TimeDelta::hours(1),
        seen_at: now(),
        proved_at,
        agent: AgentLabel::new("Chrome, Windows"),
    }
}

/// The table.
fn verdict(case: &Case, wanted: u8, proved: Option<i64>) -> Result<u8, Refusal> {
    // What has ended has ended.
    if !case.links.contains(&wanted) {
        return Err(Refusal::FlowFinished);
    }
    // No act takes the last way in, counted by what lets in today. Nobody is asked to prove
    // themselves for what may not be done.
    let rest: Vec<u8> = case
        .links
        .iter()
        .copied()
        .filter(|number| *number != wanted)
        .collect();
    if case.ways(&rest).is_empty() {
        return Err(Refusal::LastSignInMethod);
    }
    // Recent: proved at most five minutes ago; another server's clock may be a minute ahead.
    let is_recent = proved.is_some_and(|seconds| (-60..=300).contains(&seconds));
    if !is_recent {
        return Err(Refusal::StepUpNeeded);
    }
    Ok(wanted)
}

#[test]
fn t2_unlinking_is_decided_as_the_table_says() {
    let answers = [
        "may end",
        "flow-finished",
        "step-up-needed",
        "last-sign-in-method",
    ];
    on_generated_cases(sign_in_table::DICE + 2, &answers, |dice: &Dice| {
        let throws = &mut Throws::of(dice);
        let mut case = Case::of(throws);
        case.exists();
        let wanted = throws.one(&[(3, 1), (1, 2)]);
        let proved = throws.one(&[
            (4, Some(60)),
            (1, Some(300)),
            (1, Some(301)),
            (1, Some(0)),
            (1, Some(-60)),
            (1, Some(-61)),
            (1, None),
        ]);
        let links: Vec<_> = case.links.iter().copied().map(link).collect();
        let facts = UnlinkFacts {
            sheet: &case.sheet(),
            links: &links,
            link: id(u128::from(wanted)),
            session: &session(proved.map(|seconds| now() - TimeDelta::seconds(seconds))),
            now: now(),
        };
        let decided = decide_unlink(&facts, &case.policy());
        let expected = verdict(&case, wanted, proved).map(link);
        assert_eq!(
            decided
                .as_ref()
                .map(|found| (*found).clone())
                .map_err(Clone::clone),
            expected,
            "{case:?} {wanted} {proved:?}"
        );
        decided.map_or_else(|refusal| refusal.code().as_str(), |_| "may end")
    });
}
