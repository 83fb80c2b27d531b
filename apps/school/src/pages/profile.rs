//! How pages name a person's own profile, place and ways in.

use linking_core::{
    account::{AccountSheet, ContactKind, Membership},
    session::SignInWay,
};

use crate::{
    i18n::{Args, Texts},
    settings::kind_of,
};

/// «Учитель, МБОУ СОШ № 30».
pub(crate) fn membership_line(membership: &Membership, t: &Texts) -> String {
    let role = t.text(&format!("role-{}", membership.role.code()));
    let args = Args::new()
        .with("role", role)
        .with("organization", membership.organization.name.as_str());
    match &membership.class {
        Some(class) => t.text_with("place-line-class", &args.with("class", class.as_str())),
        None => t.text_with("place-line", &args),
    }
}

/// «Светлана В. Д., МБОУ СОШ № 30»: the own profile, masked, as the owner's pages name it.
pub(crate) fn masked_profile(sheet: &AccountSheet) -> (String, Option<String>) {
    let school = sheet
        .first_membership()
        .map(|first| first.organization.name.to_string());
    (sheet.account().profile.name.value.masked(), school)
}

/// The same in one line.
pub(crate) fn masked_line(sheet: &AccountSheet) -> String {
    match masked_profile(sheet) {
        (name, Some(school)) => format!("{name}, {school}"),
        (name, None) => name,
    }
}

/// «мобильный телефон, электронная почта».
pub(crate) fn contact_list(kinds: &[ContactKind], t: &Texts) -> String {
    kinds
        .iter()
        .map(|kind| t.text(&format!("contact-{}-short", kind.code())))
        .collect::<Vec<_>>()
        .join(", ")
}

/// «мобильный телефон, электронную почту».
pub(crate) fn contact_list_accusative(kinds: &[ContactKind], t: &Texts) -> String {
    kinds
        .iter()
        .map(|kind| t.text(&format!("contact-{}-accusative", kind.code())))
        .collect::<Vec<_>>()
        .join(", ")
}

/// «паролю, Госуслугам».
pub(crate) fn ways_list(ways: &[SignInWay], t: &Texts) -> String {
    ways.iter()
        .map(|way| match way {
            SignInWay::Password => t.text("way-by-password"),
            SignInWay::Link { provider, .. } => t.text(&format!("way-by-{}", kind_of(provider))),
        })
        .collect::<Vec<_>>()
        .join(", ")
}
