//! What a letter's ticket still opens.

use crate::{
    account::{AccountSheet, AccountStatus},
    letter::{Ticket, TicketPurpose},
    link::Link,
    ports::Tag,
    refusal::Refusal,
    time::Timestamp,
};

/// What [`decide_restore`] looks at.
#[derive(Debug, Clone, Copy)]
pub struct RestoreFacts<'a> {
    /// The ticket, if there is one.
    pub ticket: Option<&'a Ticket>,
    /// Its account.
    pub sheet: Option<&'a AccountSheet>,
    /// The tag of the address to which the account's letters go today.
    pub address: Option<Tag>,
    /// The present time.
    pub now: Timestamp,
}

/// Decides whether a ticket sets a new password: unused, in its time, of an account that is in
/// use, at the epoch and with the address of the day on which it was sent (`threats.md` D2, D4).
///
/// # Errors
/// `ticket-old`, whatever the cause.
pub fn decide_restore<'a>(facts: &RestoreFacts<'a>) -> Result<&'a AccountSheet, Refusal> {
    let ticket = facts.ticket.ok_or(Refusal::TicketOld)?;
    let sheet = facts.sheet.ok_or(Refusal::TicketOld)?;
    let account = sheet.account();
    let same_epoch = match ticket.purpose {
        TicketPurpose::Restore { epoch, .. } => epoch == account.epoch,
        TicketPurpose::NotMe { .. } => false,
    };
    let same_address = facts
        .address
        .is_some_and(|address| address.is_same(&ticket.address));
    let holds = same_epoch
        && same_address
        && ticket.account == account.id
        && ticket.used_at.is_none()
        && facts.now < ticket.ends_at
        && account.status == AccountStatus::Active;
    if holds {
        Ok(sheet)
    } else {
        Err(Refusal::TicketOld)
    }
}

/// What [`decide_not_me`] looks at.
#[derive(Debug, Clone, Copy)]
pub struct NotMeFacts<'a> {
    /// The ticket, if there is one.
    pub ticket: Option<&'a Ticket>,
    /// Its account.
    pub sheet: Option<&'a AccountSheet>,
    /// The account's active links.
    pub links: &'a [Link],
    /// The tag of the address to which the account's letters go today.
    pub address: Option<Tag>,
    /// The present time.
    pub now: Timestamp,
}

/// What «Это не я» does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotMeDecision<'a> {
    /// Ends sessions and flows, raises the epoch, and asks for a new password.
    Protect {
        /// The account.
        sheet: &'a AccountSheet,
        /// The link of which the letter told, if it still stands: it ends too.
        link: Option<&'a Link>,
        /// Whether the letter's holder may set the new password at once: the address is still the
        /// account's.
        restores: bool,
    },
    /// It was done before.
    DoneAlready,
}

/// Decides what «Это не я» does. An account's last way in is no reason not to: the letter and the
/// school give a new password.
///
/// # Errors
/// `ticket-old`.
pub fn decide_not_me<'a>(facts: &NotMeFacts<'a>) -> Result<NotMeDecision<'a>, Refusal> {
    let ticket = facts.ticket.ok_or(Refusal::TicketOld)?;
    let sheet = facts.sheet.ok_or(Refusal::TicketOld)?;
    let account = sheet.account();
    let TicketPurpose::NotMe { link } = ticket.purpose else {
        return Err(Refusal::TicketOld);
    };
    if facts.now >= ticket.ends_at
        || ticket.account != account.id
        || account.status == AccountStatus::Archived
    {
        return Err(Refusal::TicketOld);
    }
    if ticket.used_at.is_some() {
        return Ok(NotMeDecision::DoneAlready);
    }
    Ok(NotMeDecision::Protect {
        sheet,
        link: facts
            .links
            .iter()
            .find(|standing| Some(standing.id) == link),
        restores: account.status == AccountStatus::Active
            && facts
                .address
                .is_some_and(|address| address.is_same(&ticket.address)),
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::{account::Epoch, samples::*};

    fn ticket(purpose: TicketPurpose) -> Ticket {
        Ticket {
            secret: tag(7),
            account: id(1),
            address: tag(8),
            purpose,
            made_at: now(),
            ends_at: now() + TimeDelta::minutes(30),
            used_at: None,
        }
    }

    fn restore() -> Ticket {
        ticket(TicketPurpose::Restore {
            epoch: Epoch::default(),
            flow: None,
        })
    }

    fn holds(ticket: &Ticket, sheet: &AccountSheet, address: Option<Tag>, at: Timestamp) -> bool {
        let facts = RestoreFacts {
            ticket: Some(ticket),
            sheet: Some(sheet),
            address,
            now: at,
        };
        decide_restore(&facts).is_ok()
    }

    #[test]
    fn d2_a_restore_holds_for_its_epoch_address_and_time_alone() {
        let (sheet, here) = (teacher(), Some(tag(8)));
        assert!(holds(&restore(), &sheet, here, now()));
        let last = restore().ends_at - TimeDelta::microseconds(1);
        assert!(holds(&restore(), &sheet, here, last));
        assert!(!holds(&restore(), &sheet, here, restore().ends_at));
        assert!(!holds(&restore(), &sheet, Some(tag(9)), now()), "d4");
        assert!(!holds(&restore(), &sheet, None, now()));
        let mut later = sheet.clone();
        later.account.value.epoch = Epoch::default().next();
        assert!(!holds(&restore(), &later, here, now()));
        for status in [AccountStatus::Blocked, AccountStatus::Archived] {
            let mut closed = sheet.clone();
            closed.account.value.status = status;
            assert!(!holds(&restore(), &closed, here, now()));
        }
        let used = Ticket {
            used_at: Some(now()),
            ..restore()
        };
        assert!(!holds(&used, &sheet, here, now()));
        let other = Ticket {
            account: id(2),
            ..restore()
        };
        assert!(!holds(&other, &sheet, here, now()));
        let not_me = ticket(TicketPurpose::NotMe { link: None });
        assert!(!holds(&not_me, &sheet, here, now()));
    }

    #[test]
    fn not_me_ends_the_link_that_the_letter_told_of_and_no_other() {
        let sheet = teacher();
        let links = [link(10, 1, "gosuslugi"), link(11, 1, "vk-id")];
        let letter = ticket(TicketPurpose::NotMe {
            link: Some(links[0].id),
        });
        let facts = NotMeFacts {
            ticket: Some(&letter),
            sheet: Some(&sheet),
            links: &links,
            address: Some(tag(8)),
            now: now(),
        };
        let ended = |facts: &NotMeFacts<'_>| match decide_not_me(facts) {
            Ok(NotMeDecision::Protect { link, restores, .. }) => {
                Some((link.map(|link| link.id), restores))
            }
            _ => None,
        };
        assert_eq!(ended(&facts), Some((Some(links[0].id), true)));
        let gone = NotMeFacts {
            links: &links[1..],
            address: Some(tag(9)),
            ..facts
        };
        assert_eq!(ended(&gone), Some((None, false)));
        let used = Ticket {
            used_at: Some(now()),
            ..letter.clone()
        };
        let again = NotMeFacts {
            ticket: Some(&used),
            ..facts
        };
        assert_eq!(decide_not_me(&again), Ok(NotMeDecision::DoneAlready));
        let late = NotMeFacts {
            now: letter.ends_at,
            ..facts
        };
        assert_eq!(decide_not_me(&late), Err(Refusal::TicketOld));
        let restore = restore();
        let wrong = NotMeFacts {
            ticket: Some(&restore),
            ..facts
        };
        assert_eq!(decide_not_me(&wrong), Err(Refusal::TicketOld));
    }
}
