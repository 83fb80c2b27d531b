//! The part CONSENT (`texts.md`, section 6), and the full texts.

use linking_core::provider::ProviderId;

use crate::{
    i18n::{Args, Texts},
    web::state::AppState,
};

/// A row: which data, for what, how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConsentRow {
    pub(crate) data: String,
    pub(crate) why: String,
    pub(crate) kept: String,
}

/// The part CONSENT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConsentView {
    pub(crate) title: String,
    pub(crate) rows: Vec<ConsentRow>,
    pub(crate) columns: ConsentRow,
    pub(crate) never: String,
    pub(crate) text: String,
    pub(crate) withdraw: String,
    pub(crate) full: String,
    pub(crate) full_href: String,
    /// The version to which the button agrees.
    pub(crate) version: String,
}

/// The part for a provider; none if it has no consent text, and then nobody can link.
pub(crate) fn consent_view(
    app: &AppState,
    provider: &ProviderId,
    t: &Texts,
    button: &str,
) -> Option<ConsentView> {
    use linking_core::consent::DataScope;

    let text = &app.site().consents.current_in(provider, t.language())?.text;
    let row = |part: &str| ConsentRow {
        data: t.text(&format!("consent-{part}-data")),
        why: t.text(&format!("consent-{part}-why")),
        kept: t.text(&format!("consent-{part}-kept")),
    };
    let mut rows = vec![row("identity"), row("number")];
    if text.scopes.contains(&DataScope::Contacts) {
        rows.push(row("contacts"));
    }
    Some(ConsentView {
        title: t.text("consent-title"),
        rows,
        columns: ConsentRow {
            data: t.text("consent-column-data"),
            why: t.text("consent-column-why"),
            kept: t.text("consent-column-kept"),
        },
        never: t.text("consent-never"),
        text: t.text_with("consent-text", &Args::new().with("button", button)),
        withdraw: t.text("consent-withdraw"),
        full: t.text("consent-full"),
        full_href: format!("/consents/{}", text.version),
        version: text.version.clone(),
    })
}
