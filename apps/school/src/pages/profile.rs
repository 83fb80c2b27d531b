//! How pages name a person's own profile, place and ways in.

use linking_core::{
    account::{AccountSheet, ContactKind, Membership},
    session::SignInWay,
};

use crate::i18n::{Args, Texts};

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

/// The line of the first membership.
pub(crate) fn place_line(sheet: &AccountSheet, t: &Texts) -> String {
    sheet
        .first_membership()
        .map_or_else(|| t.text("role-none"), |first| membership_line(first, t))
}

/// «мобильный телефон, электронная почта».
pub(crate) fn contact_list(kinds: &[ContactKind], t: &Texts) -> String {
    kinds
        .iter()
        .map(|kind| t.text(&format!("contact-{}-short", kind.code())))
        .collect::<Vec<_>>()
        .join(", ")
}

/// «паролю, Госуслугам».
pub(crate) fn ways_list(ways: &[SignInWay], t: &Texts) -> String {
    ways.iter()
        .map(|way| match way {
            SignInWay::Password => t.text("way-by-password"),
            SignInWay::Link { provider, .. } => t.text(&format!("way-by-{provider}")),
        })
        .collect::<Vec<_>>()
        .join(", ")
}
