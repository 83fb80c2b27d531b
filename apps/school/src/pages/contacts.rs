//! CONTACTS: in a flow and in the settings.

use std::collections::BTreeSet;

use askama::Template;
use axum::{extract::State, http::StatusCode};
use linking_core::account::ContactKind;

use crate::{
    i18n::Texts,
    pages::{
        flow::TimeLeft,
        frame::{Frame, page, see, show},
        message::{Door, MessagePage, Weight},
    },
    web::{
        fields::{Fields, Form},
        problem::{PageResult, Problem},
        state::AppState,
        visit::SignedIn,
    },
};

/// A masked value: dots for the eye, words for the ear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Masked {
    pub(crate) shown: String,
    pub(crate) said: String,
}

impl Masked {
    /// What a mask shows, and «скрыто» in place of each run of its dots.
    pub(crate) fn of(shown: String, t: &Texts) -> Self {
        let said = spoken(&shown, &t.text("frame-masked"));
        Self { shown, said }
    }
}

/// A mask in words: «dm••30» is «dm скрыто 30».
fn spoken(shown: &str, hidden: &str) -> String {
    let mut words = String::new();
    let mut dots = false;
    for c in shown.chars() {
        match c {
            '•' | ' ' | '-' if dots => {}
            '•' => {
                dots = true;
                words.push(' ');
                words.push_str(hidden);
                words.push(' ');
            }
            other => {
                dots = false;
                words.push(other);
            }
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A contact that may be ticked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContactChoice {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) masked: Masked,
    pub(crate) note: Option<String>,
    pub(crate) ticked: bool,
}

#[derive(Debug, Template)]
#[template(path = "contacts.html")]
pub(crate) struct ContactsPage {
    pub(crate) frame: Frame,
    /// What has just been done: the first line, and what it is about.
    pub(crate) notice: Vec<String>,
    pub(crate) lead: String,
    pub(crate) empty: Option<String>,
    pub(crate) choices: Vec<ContactChoice>,
    pub(crate) hint: String,
    pub(crate) action: String,
    pub(crate) next: String,
    pub(crate) none: Option<String>,
    /// Away without a change: address and text.
    pub(crate) leave: Option<(String, String)>,
    /// Taking them anew from the provider: address and text.
    pub(crate) more: Option<(String, String)>,
    /// Until when the step is open, in a flow.
    pub(crate) time: Option<TimeLeft>,
}

page!(ContactsPage);

/// Reads the ticks; a value that no page of ours sends is refused (`threats.md` E18, G6).
pub(crate) fn ticked(fields: &Fields) -> Result<BTreeSet<ContactKind>, Problem> {
    if fields.get("none").is_some() {
        return Ok(BTreeSet::new());
    }
    ContactKind::ALL
        .into_iter()
        .filter_map(|kind| fields.get(kind.code()).map(|value| (kind, value)))
        .map(|(kind, value)| match value {
            "keep" => Ok(kind),
            _ => Err(Problem::BadRequest),
        })
        .collect()
}

/// GET `/settings/contacts`.
pub(crate) async fn settings(State(app): State<AppState>, signed_in: SignedIn) -> PageResult {
    let Some(provider) = app.linking().contacts_provider(&signed_in.actor).await? else {
        return Ok(see("/settings"));
    };
    let t = app.texts_about(&signed_in, &provider);
    let profile = &signed_in.actor.sheet.account().profile;
    let choices: Vec<ContactChoice> = profile
        .contacts_from(&provider)
        .map(|contact| {
            let kind = contact.value.kind();
            ContactChoice {
                name: kind.code(),
                label: t.text(&format!("contact-{}", kind.code())),
                masked: Masked::of(contact.value.masked(), &t),
                note: None,
                ticked: true,
            }
        })
        .collect();
    let frame = Frame::new(
        &app,
        &signed_in.visit,
        "settings-contacts",
        t.text("page-contacts-title"),
    )
    .back_to("/settings")
    .leading_to(&app, &provider);
    let page = ContactsPage {
        notice: Vec::new(),
        lead: t.text("page-contacts-settings"),
        empty: choices
            .is_empty()
            .then(|| t.text("page-contacts-kept-none")),
        choices,
        hint: t.text("page-contacts-who"),
        action: "/settings/contacts".to_owned(),
        next: t.text("page-contacts-next"),
        none: None,
        leave: None,
        more: Some((
            format!("/settings/ways/{provider}/refresh"),
            t.text("page-contacts-add"),
        )),
        time: None,
        frame,
    };
    show(&page, StatusCode::OK)
}

/// POST `/settings/contacts`: what is not ticked is erased at once.
pub(crate) async fn keep(
    State(app): State<AppState>,
    signed_in: SignedIn,
    form: Form,
) -> PageResult {
    let fields = form.only(&["mobile", "home", "email"])?;
    let kept = ticked(&fields)?;
    let Some(provider) = app.linking().contacts_provider(&signed_in.actor).await? else {
        return Ok(see("/settings"));
    };
    app.linking()
        .keep_contacts(&signed_in.actor, &provider, &kept)
        .await?;
    Ok(see("/settings/contacts/kept"))
}

/// GET `/settings/contacts/kept`: says what stands now.
pub(crate) async fn kept(State(app): State<AppState>, signed_in: SignedIn) -> PageResult {
    let t = app.texts(&signed_in);
    let profile = &signed_in.actor.sheet.account().profile;
    let provider = app.linking().contacts_provider(&signed_in.actor).await?;
    let kept = provider.is_some_and(|id| profile.contacts_from(&id).next().is_some());
    let key = if kept {
        "page-contacts-done-title"
    } else {
        "page-contacts-done-none-title"
    };
    let frame = Frame::new(&app, &signed_in.visit, "contacts-chosen", t.text(key));
    let page = MessagePage::new(frame, t.clone())
        .done()
        .say(t.text("page-contacts-done-text"))
        .door(Door::page(
            Weight::Main,
            t.text("action-to-settings"),
            "/settings",
        ));
    show(&page, StatusCode::OK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_read_out_with_its_letters_and_digits() {
        for (shown, said) in [
            ("dm•••30", "dm скрыто 30"),
            ("+7 9•• •••-••-67", "+7 9 скрыто 67"),
            ("•••-•••-••• 42", "скрыто 42"),
            ("s•••@y•••.ru", "s скрыто @y скрыто .ru"),
        ] {
            assert_eq!(spoken(shown, "скрыто"), said);
        }
    }
}
