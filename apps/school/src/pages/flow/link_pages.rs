//! NOT-LINKED, IS-IT-YOU with its step-up, CONTACTS: the steps that a person reads and answers.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use linking_core::{
    link::FlowPurpose,
    provider::Verification,
    usecase::{FlowStep, FlowView, OfferedContact},
};

use crate::{
    flow_response::{FlowPage, present_address},
    i18n::{Args, Texts},
    pages::{
        consent::{ConsentView, consent_view},
        contacts::{ContactChoice, ContactsPage, Masked},
        flow::{Opened, TimeLeft, act, begun_at, open, open_where, page_of, time_left, time_of},
        frame::{Frame, page, show},
        message::{Door, MessagePage, Weight},
        profile::{masked_line, masked_profile},
        refusal::Scene,
        restore,
        step_up::{self, InFlow, StepUpView},
    },
    web::{
        fields::{Fields, Query},
        next::NextAct,
        problem::{PageResult, Problem},
        state::AppState,
        visit::{SignedIn, Visit},
    },
};

/// «Свяжем с профилем Светлана В. Д., МБОУ СОШ № 30».
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnProfile {
    words: String,
    name: String,
    school: Option<String>,
}

/// A page with the part CONSENT: NOT-LINKED and IS-IT-YOU.
#[derive(Debug, Template)]
#[template(path = "consent-page.html")]
pub(crate) struct ConsentPage {
    frame: Frame,
    /// «На Госуслугах вы вошли как».
    who: String,
    identity: String,
    to: Option<OwnProfile>,
    lead: Option<String>,
    consent: ConsentView,
    action: String,
    next: String,
    other_action: String,
    other: String,
    cancel_action: String,
    cancel: String,
    /// «Текст согласия обновили».
    notice: Option<String>,
    time: TimeLeft,
}

page!(ConsentPage);

fn new_text(query: &Fields, t: &Texts) -> Option<String> {
    (query.get("text") == Some("new")).then(|| t.text("consent-new"))
}

/// GET `/flow/{id}/not-linked`.
pub(crate) async fn not_linked(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Query(query): Query,
) -> PageResult {
    let view = match open(&app, &visit, &id, &[FlowPage::NotLinked]).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    let FlowStep::NotLinked { identity } = &view.step else {
        return Err(Problem::Contradiction("a step that is not its page's"));
    };
    let t = app.texts_about(&visit, &view.provider);
    let next = t.text("page-not-linked-next");
    let consent = consent_view(&app, &view.provider, &t, &next)
        .ok_or(Problem::Contradiction("a provider without a consent text"))?;
    let offset = Scene::in_flow(&app, &visit, &view).offset().await?;
    let frame = Frame::new(&app, &visit, "not-linked", t.text("page-not-linked-title"))
        .under(t.text("page-prove-step"))
        .back_to("/sign-in")
        .leading_to(&app, &view.provider);
    let page = ConsentPage {
        who: t.text("page-not-linked-who"),
        identity: identity.clone(),
        to: None,
        lead: Some(t.text("page-not-linked-lead")),
        consent,
        action: act(&view, "agree"),
        next,
        other_action: act(&view, "other-identity"),
        other: t.text("action-other-identity"),
        cancel_action: act(&view, "cancel"),
        cancel: t.text("page-not-linked-cancel"),
        notice: new_text(&query, &t),
        time: time_left(&view, &t, offset),
        frame,
    };
    show(&page, StatusCode::OK)
}

/// GET `/flow/{id}/who`.
pub(crate) async fn who(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Query(query): Query,
) -> PageResult {
    let view = match open(&app, &visit, &id, &[FlowPage::Who]).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    if let FlowStep::Recognise { identity } = &view.step {
        return recognise(&app, &visit, &view, identity).await;
    }
    let FlowStep::Confirm { identity } = &view.step else {
        return Err(Problem::Contradiction("a step that is not its page's"));
    };
    let t = app.texts_about(&visit, &view.provider);
    let next = t.text("page-is-it-you-next");
    let consent = consent_view(&app, &view.provider, &t, &next)
        .ok_or(Problem::Contradiction("a provider without a consent text"))?;
    let offset = Scene::in_flow(&app, &visit, &view).offset().await?;
    let to = visit.actor().map(|actor| {
        let (name, school) = masked_profile(&actor.sheet);
        OwnProfile {
            words: t.text("page-is-it-you-to"),
            name,
            school,
        }
    });
    let frame = Frame::new(&app, &visit, "who", t.text("page-is-it-you-title"))
        .under(t.text("page-prove-step"))
        .back_to("/settings")
        .leading_to(&app, &view.provider);
    let page = ConsentPage {
        who: t.text("page-is-it-you-who"),
        identity: identity.clone(),
        to,
        lead: None,
        consent,
        action: act(&view, "confirm"),
        next,
        other_action: act(&view, "other-identity"),
        other: t.text("action-other-identity"),
        cancel_action: act(&view, "cancel"),
        cancel: t.text("page-is-it-you-cancel"),
        notice: new_text(&query, &t),
        time: time_left(&view, &t, offset),
        frame,
    };
    show(&page, StatusCode::OK)
}

/// «Это вы?» before a sign-in on a shared computer.
async fn recognise(app: &AppState, visit: &Visit, view: &FlowView, identity: &str) -> PageResult {
    let t = app.texts_about(visit, &view.provider);
    let offset = Scene::in_flow(app, visit, view).offset().await?;
    let frame = Frame::new(app, visit, "who", t.text("page-is-it-you-title"))
        .back_to(begun_at(view))
        .leading_to(app, &view.provider);
    let page = MessagePage::new(frame, t.clone())
        .fact(t.text("page-is-it-you-who"), identity.to_owned())
        .say(t.text("page-recognise-text"))
        .door(Door::form(
            Weight::Main,
            t.text("label-yes-me"),
            act(view, "enter"),
        ))
        .door(Door::form(
            Weight::Second,
            t.text("action-other-identity"),
            act(view, "other-identity"),
        ))
        .door(Door::form(
            Weight::Plain,
            t.text("action-cancel"),
            act(view, "cancel"),
        ))
        .until(time_left(view, &t, offset));
    show(&page, StatusCode::OK)
}

/// GET `/flow/{id}/step-up`: the act needs a recent proof; the provider's answer waits.
pub(crate) async fn step_up_page(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> PageResult {
    let view = match open_where(&app, &signed_in.visit, &id, FlowStep::needs_recent_proof).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    let next = NextAct::Flow(view.id);
    let shown = StepUpView {
        action: act(&view, "step-up"),
        back: present_address(&view),
        time: Some(time_of(&app, &signed_in.visit, &view).await?),
    };
    step_up::page(&app, &signed_in, &next, shown, InFlow::Yes).await
}

/// GET `/flow/{id}/contacts`.
pub(crate) async fn contacts(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let view = match open(&app, &visit, &id, &[FlowPage::Contacts]).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    let FlowStep::ChooseContacts {
        offered, identity, ..
    } = &view.step
    else {
        return Err(Problem::Contradiction("a step that is not its page's"));
    };
    let t = app.texts_about(&visit, &view.provider);
    let refreshes = matches!(view.purpose, FlowPurpose::Refresh { .. });
    let profile = visit.actor().map(|actor| &actor.sheet.account().profile);
    let kept = view.ticked_beforehand(profile);
    let choices = offered
        .iter()
        .map(|contact| choice(contact, kept.contains(&contact.kind), &t))
        .collect();
    let frame = Frame::new(&app, &visit, "contacts", t.text("page-contacts-title"))
        .under(t.text("page-contacts-step"))
        .back_to(format!("/flow/{}", view.id));
    let page = ContactsPage {
        notice: identity
            .as_ref()
            .map_or_else(Vec::new, |identity| linked_notice(&visit, identity, &t)),
        lead: t.text("page-contacts-lead"),
        empty: offered.is_empty().then(|| t.text("page-contacts-empty")),
        choices,
        hint: t.text("page-contacts-who"),
        action: act(&view, "contacts"),
        next: t.text("page-contacts-next"),
        none: Some(t.text("page-contacts-next-none")),
        leave: refreshes.then(|| (act(&view, "cancel"), t.text("action-leave"))),
        more: None,
        time: Some(time_of(&app, &visit, &view).await?),
        frame,
    };
    show(&page, StatusCode::OK)
}

/// Says that the link stands, and names both sides of it.
fn linked_notice(visit: &Visit, identity: &str, t: &Texts) -> Vec<String> {
    let own = visit.actor().map(|actor| {
        let args = Args::new().with("mask", masked_line(&actor.sheet));
        t.text_with("page-linked-own", &args)
    });
    let theirs = Args::new().with("mask", identity);
    [t.text("page-linked-title")]
        .into_iter()
        .chain(own)
        .chain([t.text_with("page-linked-identity", &theirs)])
        .collect()
}

fn choice(contact: &OfferedContact, ticked: bool, t: &Texts) -> ContactChoice {
    ContactChoice {
        name: contact.kind.code(),
        label: t.text(&format!("contact-{}", contact.kind.code())),
        masked: Masked::of(contact.masked.clone(), t),
        note: match contact.verification {
            Verification::Verified => None,
            Verification::Unverified => Some(t.text("page-contacts-unverified")),
        },
        ticked,
    }
}

/// GET `/flow/{id}/restore`: a new password comes from the school; the flow waits.
pub(crate) async fn restore_page(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let view = match open(&app, &visit, &id, &[FlowPage::Prove]).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    if app.site().writes_letters {
        let nothing = Fields::default();
        return restore::draw(&app, &visit, &nothing, Some(&view)).await;
    }
    let t = app.texts_about(&visit, &view.provider);
    let scene = Scene::in_flow(&app, &visit, &view);
    let offset = scene.offset().await?;
    let back = page_of(&view, FlowPage::Prove);
    let frame =
        Frame::new(&app, &visit, "restore", t.text("page-restore-title")).back_to(back.clone());
    let args = Args::new().with("time", t.time(view.expires_at, offset));
    let page = MessagePage::new(frame, t.clone())
        .say(scene.who_gives_passwords(&t).await?)
        .say(scene.whom_to_ask(&t).await?)
        .say(t.text("page-restore-bring"))
        .say(t.text_with("page-restore-in-flow", &args))
        .say(t.text("page-restore-warning"))
        .door(Door::page(Weight::Main, t.text("help-back"), back));
    let page = if view.can_prolong {
        let text = crate::pages::refusal::prolong_text(&t);
        page.door(Door::form(Weight::Second, text, act(&view, "prolong")))
    } else {
        page
    };
    show(&page, StatusCode::OK)
}
