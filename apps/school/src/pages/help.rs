//! Help and legal texts: pages to read.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use linking_core::{ids::FlowId, provider::ProviderId};

use crate::{
    i18n::{Args, Texts},
    pages::{
        frame::{Frame, page, show},
        message::{Door, MessagePage, Weight},
        refusal::Scene,
    },
    web::{
        fields::{Fields, Query},
        next::NextAct,
        problem::{PageResult, Problem},
        state::AppState,
        visit::Visit,
    },
};

/// A topic of the help: its word in the address, and the keys of its paragraphs.
struct Topic {
    name: &'static str,
    title: &'static str,
    paragraphs: &'static [&'static str],
}

const TOPICS: [Topic; 8] = [
    Topic {
        name: "password",
        title: "help-password-title",
        paragraphs: &[
            "help-password-text",
            "help-password-own",
            "help-password-school",
        ],
    },
    Topic {
        name: "link",
        title: "help-link-title",
        paragraphs: &[
            "help-link-first",
            "help-link-second",
            "help-link-third",
            "help-link-after",
        ],
    },
    Topic {
        name: "child",
        title: "help-child-title",
        paragraphs: &["help-child-first", "help-child-second", "help-child-third"],
    },
    Topic {
        name: "level",
        title: "help-level-title",
        paragraphs: &["help-level-standard", "help-level-verified"],
    },
    Topic {
        name: "mismatch",
        title: "help-mismatch-title",
        paragraphs: &["help-mismatch-text", "help-mismatch-school"],
    },
    Topic {
        name: "stranger",
        title: "help-stranger-title",
        paragraphs: &["help-stranger-text", "help-stranger-link"],
    },
    Topic {
        name: "cookies",
        title: "help-cookies-title",
        paragraphs: &["help-cookies-text"],
    },
    Topic {
        name: "school",
        title: "help-school-title",
        paragraphs: &[
            "help-school-text",
            "help-school-bring",
            "help-school-authority",
        ],
    },
];

/// A page to read.
#[derive(Debug, Template)]
#[template(path = "reading.html")]
pub(crate) struct ReadingPage {
    frame: Frame,
    lead: Option<String>,
    paragraphs: Vec<String>,
    /// The language of the paragraphs, where it is another one than the page's.
    text_language: Option<&'static str>,
    /// What stands over the further pages.
    links_title: Option<String>,
    /// Further pages: address and text.
    links: Vec<(String, String)>,
}

page!(ReadingPage);

/// GET `/help`.
pub(crate) async fn index(State(app): State<AppState>, visit: Visit) -> PageResult {
    let t = app.texts(&visit);
    let page = ReadingPage {
        lead: Some(t.text("page-help-lead")),
        paragraphs: Vec::new(),
        text_language: None,
        links_title: None,
        links: TOPICS
            .iter()
            .map(|topic| (format!("/help/{}", topic.name), t.text(topic.title)))
            .collect(),
        frame: Frame::new(&app, &visit, "help", t.text("page-help-title")),
    };
    show(&page, StatusCode::OK)
}

/// GET `/help/{topic}`.
pub(crate) async fn topic(
    State(app): State<AppState>,
    visit: Visit,
    Path(name): Path<String>,
    Query(query): Query,
) -> PageResult {
    let topic = TOPICS
        .iter()
        .find(|topic| topic.name == name)
        .ok_or(Problem::NotFound)?;
    let t = app.texts(&visit);
    // The journey that the person left for this page.
    let flow: Option<FlowId> = query.parsed("flow");
    let back = flow.map(|id| format!("/flow/{id}"));
    let page = ReadingPage {
        lead: None,
        paragraphs: topic.paragraphs.iter().map(|key| t.text(key)).collect(),
        text_language: None,
        links_title: None,
        links: back
            .iter()
            .map(|flow| (flow.clone(), t.text("help-back")))
            .chain([("/help".to_owned(), t.text("page-help-title"))])
            .collect(),
        frame: Frame::new(&app, &visit, "help-topic", t.text(topic.title))
            .back_to(back.unwrap_or_else(|| "/help".to_owned())),
    };
    show(&page, StatusCode::OK)
}

/// GET `/privacy`.
pub(crate) async fn privacy(State(app): State<AppState>, visit: Visit) -> PageResult {
    let t = texts(&app, &visit);
    let operator = app.site().diary.operator_in(t.language());
    let operator = Args::new().with("operator", operator);
    let mut paragraphs = vec![t.text_with("page-privacy-operator", &operator)];
    paragraphs.extend(
        [
            "page-privacy-school",
            "page-privacy-provider",
            "page-privacy-number",
            "page-privacy-contacts",
            "page-privacy-log",
            "page-privacy-cookies",
            "page-privacy-withdraw",
        ]
        .map(|key| t.text(key)),
    );
    let links = providers(&app)
        .flat_map(|provider| app.site().consents.offered(provider, t.language()))
        .map(|document| {
            let version = document.text.version.clone();
            let args = Args::new().with("version", version.clone());
            let text = format!(
                "{}: {}",
                t.text("page-consent-text-title"),
                t.text_with("page-consent-text-version", &args)
            );
            (format!("/consents/{version}"), text)
        })
        .collect();
    let page = ReadingPage {
        lead: None,
        paragraphs,
        text_language: None,
        links_title: Some(t.text("page-privacy-consents")),
        links,
        frame: Frame::new(&app, &visit, "privacy", t.text("page-privacy-title")),
    };
    show(&page, StatusCode::OK)
}

/// GET `/terms`.
pub(crate) async fn terms(State(app): State<AppState>, visit: Visit) -> PageResult {
    let t = app.texts(&visit);
    let page = ReadingPage {
        lead: None,
        paragraphs: [
            "page-terms-free",
            "page-terms-own",
            "page-terms-secret",
            "page-terms-school",
        ]
        .map(|key| t.text(key))
        .to_vec(),
        text_language: None,
        links_title: None,
        links: Vec::new(),
        frame: Frame::new(&app, &visit, "terms", t.text("page-terms-title")),
    };
    show(&page, StatusCode::OK)
}

fn providers(app: &AppState) -> impl Iterator<Item = &ProviderId> {
    app.site().providers.keys()
}

pub(crate) fn consents(app: &AppState) -> impl Iterator<Item = &crate::settings::ConsentDocument> {
    providers(app).flat_map(|provider| app.site().consents.of(provider))
}

fn texts(app: &AppState, visit: &Visit) -> Texts {
    providers(app).next().map_or_else(
        || app.texts(visit),
        |provider| app.texts_about(visit, provider),
    )
}

/// GET `/consents/{version}`: the very text that people agree to, or agreed to earlier.
pub(crate) async fn consent(
    State(app): State<AppState>,
    visit: Visit,
    Path(version): Path<String>,
) -> PageResult {
    let document = consents(&app)
        .find(|document| document.text.version == version)
        .ok_or(Problem::NotFound)?;
    let current = app.site().consents.is_current(&version);
    let t = app.texts(&visit);
    let mut parts = document
        .body
        .split("\n\n")
        .map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    let title = parts.next().unwrap_or_default();
    let args = Args::new().with("version", version);
    let mut lead = t.text_with("page-consent-text-version", &args);
    if !current {
        lead.push_str(". ");
        lead.push_str(&t.text("page-consent-text-old"));
    }
    let page = ReadingPage {
        lead: Some(lead),
        paragraphs: parts.collect(),
        text_language: (document.language != t.language()).then(|| document.language.code()),
        links_title: None,
        links: Vec::new(),
        frame: Frame::new(&app, &visit, "consent-text", title),
    };
    show(&page, StatusCode::OK)
}

/// A new password comes from the school alone.
pub(crate) async fn restore(app: &AppState, visit: &Visit, query: &Fields) -> PageResult {
    let scene = Scene::remembered(app, visit);
    let t = scene.texts();
    // Somebody who is signed in came from a step-up, and goes back to it.
    let (back, label) = match visit.actor() {
        Some(_) => (
            NextAct::from_code(query.get("next")).step_up(),
            t.text("help-back"),
        ),
        None => ("/sign-in".to_owned(), t.text("page-restore-next")),
    };
    let frame =
        Frame::new(app, visit, "restore", t.text("page-restore-title")).back_to(back.clone());
    let mut page = MessagePage::new(frame, t.clone())
        .say(scene.who_gives_passwords(&t).await?)
        .say(scene.whom_to_ask(&t).await?)
        .say(t.text("page-restore-bring"));
    if scene.offered().is_some() {
        page = page.say(t.text("page-restore-provider"));
    }
    let page = page
        .say(t.text("page-restore-warning"))
        .door(Door::page(Weight::Main, label, back))
        .door(Door::page(
            Weight::Plain,
            t.text("help-school-title"),
            "/help/school",
        ));
    show(&page, StatusCode::OK)
}
