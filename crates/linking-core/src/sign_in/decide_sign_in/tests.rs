use super::*;
use crate::samples::*;

fn by_password(result: LocalProofResult) -> SignInProof<'static> {
    SignInProof::Password {
        result,
        organization: organization().id,
    }
}

#[test]
fn the_right_password_at_the_right_school_enters() {
    let decided = decide_sign_in(
        Some(&teacher()),
        by_password(LocalProofResult::Right),
        &policy(),
    );
    assert_eq!(decided, Ok(SignInWay::Password));
}

#[test]
fn f3_every_cause_before_the_local_proof_answers_alike() {
    let wrong = Err(Refusal::WrongCredentials);
    let policy = policy();
    assert_eq!(
        decide_sign_in(None, by_password(LocalProofResult::Wrong), &policy),
        wrong
    );
    let mut sheet = teacher();
    assert_eq!(
        decide_sign_in(Some(&sheet), by_password(LocalProofResult::Wrong), &policy),
        wrong
    );
    let elsewhere = SignInProof::Password {
        result: LocalProofResult::Right,
        organization: id(31),
    };
    assert_eq!(decide_sign_in(Some(&sheet), elsewhere, &policy), wrong);
    sheet.account.value.status = AccountStatus::Blocked;
    assert_eq!(
        decide_sign_in(Some(&sheet), by_password(LocalProofResult::Wrong), &policy),
        wrong
    );
    sheet.account.value.status = AccountStatus::Archived;
    assert_eq!(
        decide_sign_in(Some(&sheet), by_password(LocalProofResult::Right), &policy),
        wrong
    );
}

#[test]
fn a_blocked_account_says_so_only_after_a_proof() {
    let mut sheet = teacher();
    sheet.account.value.status = AccountStatus::Blocked;
    let link = link(10, 1, "gosuslugi");
    for proof in [
        by_password(LocalProofResult::Right),
        SignInProof::Link(&link),
    ] {
        let decided = decide_sign_in(Some(&sheet), proof, &policy());
        assert_eq!(decided, Err(Refusal::AccountBlocked));
    }
}

#[test]
fn f5_a_known_password_lets_nobody_in_and_says_so_after_the_proof_alone() {
    let mut sheet = teacher();
    sheet.account.value.password.as_mut().unwrap().exposed_at = Some(now());
    let by = |result| decide_sign_in(Some(&sheet), by_password(result), &policy());
    let needed = Err(Refusal::NewPasswordNeeded);
    assert_eq!(by(LocalProofResult::Right), needed);
    assert_eq!(by(LocalProofResult::Wrong), Err(Refusal::WrongCredentials));
    let link = link(10, 1, "gosuslugi");
    let ways = effective_ways(&sheet, &[&link], &policy());
    assert!(
        matches!(ways.as_slice(), [SignInWay::Link { .. }]),
        "{ways:?}"
    );
}

#[test]
fn a_link_of_a_provider_that_is_off_sleeps() {
    let link = link(10, 1, "gosuslugi");
    let mut policy = policy();
    policy.providers.clear();
    let decided = decide_sign_in(Some(&teacher()), SignInProof::Link(&link), &policy);
    assert_eq!(decided, Err(Refusal::ProviderOff));
}

#[test]
fn effective_ways_are_those_that_would_let_in() {
    let sheet = teacher();
    let (on, off) = (link(10, 1, "gosuslugi"), link(11, 1, "vk-id"));
    let ways = effective_ways(&sheet, &[&on, &off], &policy());
    assert_eq!(ways.len(), 2, "{ways:?}");
    assert!(ways.contains(&SignInWay::Password));
}
