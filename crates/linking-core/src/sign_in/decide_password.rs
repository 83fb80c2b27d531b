//! `decide_password_change`: may this session set a password now?

use crate::{
    account::AccountSheet,
    refusal::Refusal,
    session::{Session, SignInWay},
    time::Timestamp,
};

/// Decides on a new password from the settings. A password that somebody else is held to know is
/// replaced by its owner alone: by a letter, at the school, or from a session of a linked
/// provider; a session that the password itself opened proves nothing (`threats.md` F5).
///
/// # Errors
/// `step-up-needed`, `new-password-needed`.
pub fn decide_password_change(
    sheet: &AccountSheet,
    session: &Session,
    now: Timestamp,
) -> Result<(), Refusal> {
    let exposed = sheet
        .account()
        .password
        .as_ref()
        .is_some_and(|password| password.exposed_at.is_some());
    match session.way {
        SignInWay::Password if exposed => Err(Refusal::NewPasswordNeeded),
        SignInWay::Password | SignInWay::Link { .. } if !session.is_recent(now) => {
            Err(Refusal::StepUpNeeded)
        }
        SignInWay::Password | SignInWay::Link { .. } => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::*;

    #[test]
    fn f5_a_known_password_is_not_changed_by_whoever_knows_it() {
        let (mut sheet, mut session) = (teacher(), session(1, Some(now())));
        assert_eq!(decide_password_change(&sheet, &session, now()), Ok(()));
        session.proved_at = None;
        let asked = decide_password_change(&sheet, &session, now());
        assert_eq!(asked, Err(Refusal::StepUpNeeded));
        session.proved_at = Some(now());
        sheet.account.value.password.as_mut().unwrap().exposed_at = Some(now());
        let refused = decide_password_change(&sheet, &session, now());
        assert_eq!(refused, Err(Refusal::NewPasswordNeeded));
        session.way = SignInWay::Link {
            provider: gosuslugi(),
            link: id(10),
        };
        assert_eq!(decide_password_change(&sheet, &session, now()), Ok(()));
    }
}
