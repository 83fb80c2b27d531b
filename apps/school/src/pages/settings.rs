//! SETTINGS: profile, security, data, and the link row at the foot.

pub(crate) mod history;
pub(crate) mod password;
pub(crate) mod sessions;
pub(crate) mod unlink;
mod way_rows;
pub(crate) mod ways;

use askama::Template;
use axum::{extract::State, http::StatusCode};
use linking_core::{
    account::{Account, Contact, Source},
    person::{Gender, RegisteredName},
    provider::ProviderId,
    region::ZoneOffset,
    session::Session,
    usecase::{DataView, WayView},
};

use crate::{
    i18n::{Args, Language, Texts},
    pages::{
        contacts::Masked,
        frame::{Frame, own_name, page, show, visible},
        profile::{contact_list_accusative, membership_line},
        refusal::{self, Scene},
        settings::{
            history::HistoryItem,
            sessions::SessionRow,
            way_rows::{LinkRow, WayOffer, WayRow, link_row, way_row},
        },
    },
    web::{fields::Query, problem::PageResult, state::AppState, told::Told, visit::SignedIn},
};

/// A fact of the profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) term: String,
    pub(crate) value: FactValue,
    pub(crate) note: Option<String>,
}

/// A fact's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FactValue {
    /// As it is.
    Plain(String),
    /// Masked.
    Masked(Masked),
}

#[derive(Debug, Template)]
#[template(path = "settings.html")]
pub(crate) struct SettingsPage {
    frame: Frame,
    t: Texts,
    notice: Option<String>,
    name: String,
    places: Vec<String>,
    facts: Vec<Fact>,
    contacts: Vec<Fact>,
    contacts_href: Option<String>,
    ways: Vec<WayRow>,
    sessions: Vec<SessionRow>,
    has_other_sessions: bool,
    events: Vec<HistoryItem>,
    data: Vec<DataPart>,
    links: Vec<LinkRow>,
}

page!(SettingsPage);

/// The clock of the signed-in person.
pub(crate) fn own_offset(signed_in: &SignedIn) -> ZoneOffset {
    signed_in
        .actor
        .sheet
        .first_membership()
        .map_or(ZoneOffset::MOSCOW, |first| first.organization.region.offset)
}

/// GET `/settings`.
pub(crate) async fn open(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Query(query): Query,
) -> PageResult {
    if let Some(Told::Refused { refusal, provider }) = signed_in.visit.told() {
        let scene = Scene::remembered(&app, &signed_in.visit).about_any(provider.as_ref());
        return refusal::page(&scene, refusal).await;
    }
    let linking = app.linking();
    let ways = linking.ways(&signed_in.actor).await?;
    let sessions = linking.sessions(&signed_in.actor).await?;
    let history = linking.history(&signed_in.actor, None, 5).await?;
    let leading = leading_provider(&ways);
    let reader = Language::from(&signed_in);
    let t = leading.as_ref().map_or_else(
        || app.texts(reader),
        |provider| app.texts_about(reader, provider),
    );
    let offset = own_offset(&signed_in);
    let now = linking.now();
    let account = signed_in.actor.sheet.account();
    let mut frame = Frame::new(
        &app,
        &signed_in.visit,
        "settings",
        t.text("page-settings-title"),
    );
    for way in &ways {
        if let WayView::Connectable { provider } = way {
            frame = frame.leading_to(&app, provider);
        }
    }
    let contact_choice = linking
        .policy_of(&signed_in.actor.sheet)
        .contact_choice
        .is_on();
    let is_linked = ways.iter().any(|way| matches!(way, WayView::Linked { .. }));
    let data = linking.data(&signed_in.actor).await?;
    let own = signed_in.actor.session.value.id;
    let page = SettingsPage {
        notice: (query.get("done") == Some("sessions")).then(|| t.text("page-sessions-ended")),
        name: full_name(account, &t),
        places: signed_in
            .actor
            .sheet
            .memberships
            .iter()
            .map(|membership| membership_line(membership, &t))
            .collect(),
        facts: facts(account, &t),
        contacts: account
            .profile
            .contacts
            .iter()
            .map(|contact| contact_fact(&app, contact, &t))
            .collect(),
        contacts_href: (contact_choice && is_linked).then(|| "/settings/contacts".to_owned()),
        ways: ways
            .iter()
            .map(|way| way_row(&app, reader, way, now, offset))
            .collect(),
        has_other_sessions: sessions.iter().any(|session| session.id != own),
        sessions: sessions
            .iter()
            .map(|session: &Session| SessionRow::of(&app, reader, session, own, now, offset))
            .collect(),
        events: history
            .iter()
            .map(|line| HistoryItem::of(&app, reader, line, now, offset))
            .collect(),
        data: data
            .iter()
            .map(|data| DataPart::of(&app, reader, data, offset))
            .collect(),
        links: ways
            .iter()
            .filter_map(|way| link_row(&app, reader, way, offset))
            .collect(),
        frame,
        t,
    };
    show(&page, StatusCode::OK)
}

/// The provider of which the page speaks where it names none.
fn leading_provider(ways: &[WayView]) -> Option<ProviderId> {
    ways.iter().find_map(|way| match way {
        WayView::Linked { link, .. } => Some(link.provider.clone()),
        WayView::Connectable { provider } => Some(provider.clone()),
        WayView::Password { .. } => None,
    })
}

fn full_name(account: &Account, t: &Texts) -> String {
    match &account.profile.name.value {
        RegisteredName::Sound(name) => [Some(name.given_name()), name.patronymic(), name.surname()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
        RegisteredName::Unsound(_) => own_name(account, t),
    }
}

fn facts(account: &Account, t: &Texts) -> Vec<Fact> {
    let none = || t.text("attribute-none");
    let plain = |key: &str, value: String| Fact {
        term: t.text(key),
        value: FactValue::Plain(value),
        note: None,
    };
    let profile = &account.profile;
    let mut facts = match &profile.name.value {
        RegisteredName::Sound(name) => match name.surname() {
            Some(surname) => vec![
                plain("attribute-surname", surname.to_owned()),
                plain("attribute-given-name", name.given_name().to_owned()),
                plain(
                    "attribute-patronymic",
                    name.patronymic().map_or_else(none, str::to_owned),
                ),
            ],
            None => vec![plain("attribute-name", name.given_name().to_owned())],
        },
        RegisteredName::Unsound(name) => {
            let [surname, given_name, patronymic] = name.expose_raw().map(visible);
            vec![
                plain("attribute-surname", surname),
                plain("attribute-given-name", given_name),
                plain("attribute-patronymic", patronymic),
            ]
        }
    };
    let birth = profile
        .birth_date
        .as_ref()
        .map_or_else(none, |date| t.date(date.value.date()));
    facts.push(plain("attribute-birth-date", birth));
    let gender = profile.gender.as_ref().map_or_else(none, |gender| {
        t.text(match gender.value {
            Gender::Female => "gender-female",
            Gender::Male => "gender-male",
        })
    });
    facts.push(plain("attribute-gender", gender));
    facts.push(match &profile.snils {
        None => plain("attribute-snils", none()),
        Some(snils) => Fact {
            term: t.text("attribute-snils"),
            value: FactValue::Masked(Masked::of(snils.value.masked(), t)),
            note: None,
        },
    });
    facts.push(Fact {
        term: t.text("attribute-login"),
        value: FactValue::Masked(Masked::of(account.login.masked(), t)),
        note: None,
    });
    facts
}

fn contact_fact(app: &AppState, contact: &Contact, t: &Texts) -> Fact {
    let kind = contact.value.kind();
    let note = match &contact.source {
        Source::Person => t.text("page-settings-contacts-own"),
        Source::School => t.text("page-settings-contacts-school"),
        Source::Provider(provider) => app
            .texts_about(t, provider)
            .text("page-settings-contacts-from"),
    };
    Fact {
        term: t.text(&format!("contact-{}", kind.code())),
        value: FactValue::Masked(Masked::of(contact.value.masked(), t)),
        note: Some(note),
    }
}

/// «Мои данные» of a provider: what is kept, and the consent with the text that was agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataPart {
    pub(crate) lines: Vec<String>,
    /// «Согласие от 14 марта 2026».
    pub(crate) consent: String,
    /// The text, if the installation still has it.
    pub(crate) href: Option<String>,
}

impl DataPart {
    fn of(app: &AppState, reader: Language, data: &DataView, offset: ZoneOffset) -> Self {
        let provider = &data.consent.provider;
        let t = app.texts_about(reader, provider);
        let mut lines = vec![t.text("page-settings-data-number")];
        if !data.contacts.is_empty() {
            let list = Args::new().with("list", contact_list_accusative(&data.contacts, &t));
            lines.push(t.text_with("page-settings-data-kept", &list));
        }
        lines.push(t.text("page-settings-data-not-kept"));
        lines.push(t.text("page-settings-data-withdraw"));
        let version = &data.consent.text.version;
        let mut texts = app.site().consents.of(provider);
        let given = Args::new().with("date", t.day(data.consent.given_at, offset));
        Self {
            lines,
            consent: t.text_with("page-settings-data-consent", &given),
            href: texts
                .any(|document| document.text.version == *version)
                .then(|| format!("/consents/{version}")),
        }
    }
}
