//! What becomes of a profile when the register says something new: the register's word replaces
//! what the register said before; what came from a provider or was typed in by the person stays.

use linking_core::account::{Contact, Profile, Source, Sourced};

/// The profile after an import. A value that is the same keeps its time.
pub(super) fn merged(before: &Profile, register: &Profile) -> Profile {
    let mut contacts: Vec<Contact> = before
        .contacts
        .iter()
        .filter(|contact| contact.source != Source::School)
        .cloned()
        .collect();
    contacts.extend(register.contacts.iter().map(|contact| {
        let same = |old: &&Contact| old.source == contact.source && old.value == contact.value;
        before.contacts.iter().find(same).unwrap_or(contact).clone()
    }));
    contacts.sort_by_key(|contact| contact.value.kind());
    contacts.dedup();
    Profile {
        name: newer(&before.name, &register.name),
        birth_date: newer_known(before.birth_date.as_ref(), register.birth_date.as_ref()),
        snils: newer_known(before.snils.as_ref(), register.snils.as_ref()),
        gender: newer_known(before.gender.as_ref(), register.gender.as_ref()),
        contacts,
    }
}

fn newer<T: Clone + PartialEq>(before: &Sourced<T>, register: &Sourced<T>) -> Sourced<T> {
    match before.source {
        Source::School if before.value != register.value => register.clone(),
        Source::School | Source::Person | Source::Provider(_) => before.clone(),
    }
}

fn newer_known<T: Clone + PartialEq>(
    before: Option<&Sourced<T>>,
    register: Option<&Sourced<T>>,
) -> Option<Sourced<T>> {
    match (before, register) {
        (Some(before), Some(register)) => Some(newer(before, register)),
        // The register does not know it any more.
        (
            Some(Sourced {
                source: Source::School,
                ..
            }),
            None,
        ) => None,
        (known, None) | (None, known) => known.cloned(),
    }
}
