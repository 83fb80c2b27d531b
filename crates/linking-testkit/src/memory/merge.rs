//! What a row of the people's register makes of a profile.

use linking_core::account::{Contact, Profile, Source, Sourced};

/// The register's word replaces what the register said before. What a provider gave or the person
/// typed in stays. A value that is the same keeps its time.
pub(super) fn merged(before: &Profile, row: &Profile) -> Profile {
    let not_of_register = before
        .contacts
        .iter()
        .filter(|contact| contact.source != Source::School)
        .cloned();
    let of_row = row.contacts.iter().map(|contact| {
        let same =
            |known: &&Contact| known.source == contact.source && known.value == contact.value;
        before.contacts.iter().find(same).unwrap_or(contact).clone()
    });
    let mut contacts: Vec<Contact> = not_of_register.chain(of_row).collect();
    contacts.sort_by_key(|contact| contact.value.kind());
    contacts.dedup();
    Profile {
        name: present(&before.name, &row.name),
        birth_date: known(before.birth_date.as_ref(), row.birth_date.as_ref()),
        snils: known(before.snils.as_ref(), row.snils.as_ref()),
        gender: known(before.gender.as_ref(), row.gender.as_ref()),
        contacts,
    }
}

fn present<T: Clone + PartialEq>(before: &Sourced<T>, row: &Sourced<T>) -> Sourced<T> {
    if before.source == Source::School && before.value != row.value {
        row.clone()
    } else {
        before.clone()
    }
}

fn known<T: Clone + PartialEq>(
    before: Option<&Sourced<T>>,
    row: Option<&Sourced<T>>,
) -> Option<Sourced<T>> {
    match (before, row) {
        (Some(before), Some(row)) => Some(present(before, row)),
        (Some(before), None) if before.source == Source::School => None,
        (before, row) => before.or(row).cloned(),
    }
}
