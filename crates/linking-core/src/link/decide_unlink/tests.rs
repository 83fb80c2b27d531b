use chrono::TimeDelta;

use super::*;
use crate::{account::AccountStatus, samples::*};

fn decide(
    sheet: &AccountSheet,
    links: &[Link],
    session: &Session,
    policy: &Policy,
) -> Result<LinkId, Refusal> {
    let facts = UnlinkFacts {
        sheet,
        links,
        link: id(10),
        session,
        now: now(),
    };
    decide_unlink(&facts, policy).map(|link| link.id)
}

#[test]
fn a_link_beside_a_password_may_end() {
    let links = [link(10, 1, "gosuslugi")];
    assert_eq!(
        decide(&teacher(), &links, &session(1, Some(now())), &policy()),
        Ok(id(10))
    );
}

#[test]
fn e9_what_does_not_let_in_today_does_not_count() {
    let recent = session(1, Some(now()));
    let gosuslugi = || link(10, 1, "gosuslugi");
    let mut sheet = teacher();
    sheet.account.value.password = None;
    let alone = decide(&sheet, &[gosuslugi()], &recent, &policy());
    assert_eq!(alone, Err(Refusal::LastSignInMethod), "no password");

    let beside = [gosuslugi(), link(11, 1, "vk-id")];
    let switched_off = decide(&sheet, &beside, &recent, &policy());
    assert_eq!(
        switched_off,
        Err(Refusal::LastSignInMethod),
        "the other provider is off"
    );

    let mut both = policy();
    both.providers.insert("vk-id".parse().unwrap());
    assert_eq!(decide(&sheet, &beside, &recent, &both), Ok(id(10)));

    let mut nowhere = teacher();
    nowhere.memberships.clear();
    let homeless = decide(&nowhere, &[gosuslugi()], &recent, &policy());
    assert_eq!(
        homeless,
        Err(Refusal::LastSignInMethod),
        "no school to sign in at"
    );

    let mut blocked = teacher();
    blocked.account.value.status = AccountStatus::Blocked;
    let closed = decide(&blocked, &[gosuslugi()], &recent, &policy());
    assert_eq!(
        closed,
        Err(Refusal::LastSignInMethod),
        "nothing lets a blocked account in"
    );
}

#[test]
fn e3_an_old_proof_does_not_unlink() {
    let links = [link(10, 1, "gosuslugi")];
    for (proved_at, expected) in [
        (None, Err(Refusal::StepUpNeeded)),
        (
            Some(now() - TimeDelta::seconds(301)),
            Err(Refusal::StepUpNeeded),
        ),
        (
            Some(now() + TimeDelta::seconds(61)),
            Err(Refusal::StepUpNeeded),
        ),
        // Written by a server whose clock is ahead.
        (Some(now() + TimeDelta::seconds(60)), Ok(id(10))),
        (Some(now() - TimeDelta::minutes(5)), Ok(id(10))),
    ] {
        let session = session(1, proved_at);
        assert_eq!(
            decide(&teacher(), &links, &session, &policy()),
            expected,
            "{proved_at:?}"
        );
    }
}

#[test]
fn a_link_that_has_ended_is_finished() {
    let decided = decide(&teacher(), &[], &session(1, Some(now())), &policy());
    assert_eq!(decided, Err(Refusal::FlowFinished));
}
