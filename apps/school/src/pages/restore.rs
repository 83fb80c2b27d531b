//! RESTORE, RESTORE-SENT, NEW-PASSWORD: a forgotten password by a letter. The answer to whatever
//! was typed is one page (`threats.md` F3).

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use linking_core::{
    ids::FlowId,
    refusal::Refusal,
    secret::{Password, Secret256},
    time::RESTORE_LIFE,
    usecase::{FlowView, Outcome, RestoredView},
};

use crate::{
    i18n::{Args, Texts},
    pages::{
        credentials::ErrorSummary,
        frame::{Frame, page, see, show},
        help,
        message::{Door, MessagePage, Target, Weight},
        profile::ways_list,
        refusal::{self, Scene},
        settings::password::{NewPasswordForm, new_password_told},
    },
    web::{
        fields::{Fields, Form, Query},
        next::NextAct,
        problem::{PageResult, Problem},
        state::AppState,
        told::{NewPasswordFault, Told, see_told},
        visit::Visit,
    },
};

/// In how many minutes a letter is there, if nothing is wrong: the sender looks every few seconds.
pub(crate) const LETTER_MINUTES: u32 = 10;

#[derive(Debug, Template)]
#[template(path = "restore.html")]
pub(crate) struct RestorePage {
    pub(crate) frame: Frame,
    pub(crate) t: Texts,
    pub(crate) errors: Option<ErrorSummary>,
    pub(crate) error: Option<String>,
    /// The flow that waits.
    pub(crate) flow: Option<String>,
    /// What the page says of the flow.
    pub(crate) waits: Option<String>,
    /// What to do without a letter.
    pub(crate) without: Vec<String>,
    pub(crate) doors: Vec<Door>,
}

page!(RestorePage);

/// GET `/restore?next=`: by a letter, where letters are sent; else the school.
pub(crate) async fn open(
    State(app): State<AppState>,
    visit: Visit,
    Query(query): Query,
) -> PageResult {
    if !app.site().writes_letters {
        return help::restore(&app, &visit, &query).await;
    }
    draw(&app, &visit, &query, None).await
}

/// The page; in a flow with the time until which it waits.
pub(crate) async fn draw(
    app: &AppState,
    visit: &Visit,
    fields: &Fields,
    flow: Option<&FlowView>,
) -> PageResult {
    let scene = match flow {
        Some(view) => Scene::in_flow(app, visit, view),
        None => Scene::remembered(app, visit),
    };
    let t = scene.texts();
    let (back, label) = match (flow, visit.actor()) {
        (Some(view), _) => (format!("/flow/{}", view.id), t.text("help-back")),
        // Somebody who is signed in came from a step-up, and goes back to it.
        (None, Some(_)) => (
            NextAct::from_code(fields.get("next")).step_up(),
            t.text("help-back"),
        ),
        (None, None) => ("/sign-in".to_owned(), t.text("page-restore-next")),
    };
    let waits = match flow {
        Some(view) => Some(waits_until(view, &scene, &t).await?),
        None => None,
    };
    let mut without = vec![
        scene.who_gives_passwords(&t).await?,
        scene.whom_to_ask(&t).await?,
        t.text("page-restore-bring"),
    ];
    if scene.offered().is_some() {
        without.push(t.text("page-restore-provider"));
    }
    without.push(t.text("page-restore-warning"));
    let nothing = visit.told() == Some(&Told::NothingTyped);
    let error = nothing.then(|| t.text("field-restore-empty"));
    let frame = Frame::new(app, visit, "restore", t.text("page-restore-title"))
        .back_to(back.clone())
        .with_errors(error.is_some());
    let status = if error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = RestorePage {
        errors: error.clone().map(|text| ErrorSummary {
            title: t.text("field-summary-title"),
            items: vec![("#login".to_owned(), text)],
            help: None,
        }),
        error,
        flow: flow.map(|view| view.id.to_string()),
        waits,
        without,
        doors: [Door::page(Weight::Plain, label, back)]
            .into_iter()
            .chain(flow.filter(|view| view.can_prolong).map(|view| {
                let text = refusal::prolong_text(&t);
                Door::form(Weight::Plain, text, format!("/flow/{}/prolong", view.id))
            }))
            .collect(),
        frame,
        t,
    };
    show(&page, status)
}

/// «Госуслуги подтверждать заново не придётся, если вернуться до 9:40.»
async fn waits_until(view: &FlowView, scene: &Scene<'_>, t: &Texts) -> Result<String, Problem> {
    let time = t.time(view.expires_at, scene.offset().await?);
    Ok(t.text_with("page-restore-in-flow", &Args::new().with("time", time)))
}

/// The flow of this browser that waits at the page of the local password.
async fn waiting(
    app: &AppState,
    visit: &Visit,
    id: Option<FlowId>,
) -> Result<Option<FlowView>, Problem> {
    let linking = app.linking();
    Ok(linking
        .waiting_flow(visit.visitor(), visit.actor(), id)
        .await?)
}

/// POST `/restore`: the answer is RESTORE-SENT, whatever was typed.
pub(crate) async fn submit(State(app): State<AppState>, visit: Visit, form: Form) -> PageResult {
    let fields = form.only(&["login", "flow"])?;
    if !app.site().writes_letters {
        return Ok(see("/restore"));
    }
    let flow = waiting(&app, &visit, fields.parsed("flow")).await?;
    let id = flow.map(|view| view.id);
    let Some(typed) = fields.filled("login") else {
        let path = match id {
            Some(id) => format!("/flow/{id}/restore"),
            None => "/restore".to_owned(),
        };
        return Ok(see_told(&app, &visit, &path, "", &Told::NothingTyped));
    };
    app.linking()
        .ask_restore(visit.visitor(), typed, id)
        .await?;
    Ok(see(&match id {
        Some(id) => format!("/restore/sent?flow={id}"),
        None => "/restore/sent".to_owned(),
    }))
}

/// GET `/restore/sent`: one text, one size.
pub(crate) async fn sent(
    State(app): State<AppState>,
    visit: Visit,
    Query(query): Query,
) -> PageResult {
    let flow = waiting(&app, &visit, query.parsed("flow")).await?;
    let scene = match &flow {
        Some(view) => Scene::in_flow(&app, &visit, view),
        None => Scene::remembered(&app, &visit),
    };
    let t = scene.texts();
    let minutes = |count: u32| Args::new().with_number("minutes", count);
    let life = u32::try_from(RESTORE_LIFE.num_minutes()).unwrap_or_default();
    let frame = Frame::new(
        &app,
        &visit,
        "restore-sent",
        t.text("page-restore-sent-title"),
    );
    let mut page = MessagePage::new(frame, t.clone())
        .say(t.text_with("page-restore-sent-text", &minutes(LETTER_MINUTES)))
        .say(t.text_with("page-restore-sent-life", &minutes(life)));
    if let Some(view) = &flow {
        page = page.say(waits_until(view, &scene, &t).await?);
    }
    page = page.say(t.text("page-restore-sent-none"));
    if scene.offered().is_some() {
        page = page.say(t.text("page-restore-provider"));
    }
    let (back, label) = match &flow {
        Some(view) => (format!("/flow/{}", view.id), t.text("help-back")),
        None => ("/sign-in".to_owned(), t.text("page-restore-next")),
    };
    let page = page
        .door(Door::page(Weight::Main, label, back))
        .door(Door::page(
            Weight::Plain,
            t.text("help-school-title"),
            "/help/school",
        ));
    show(&page, StatusCode::OK)
}

/// Reads the ticket of an address; what is none opens nothing.
pub(crate) fn ticket_of(text: &str) -> Result<Secret256, Refusal> {
    Secret256::from_hex(text).ok_or(Refusal::TicketOld)
}

async fn refuse(app: &AppState, visit: &Visit, refusal: &Refusal) -> PageResult {
    refusal::page(&Scene::remembered(app, visit), refusal).await
}

/// GET `/restore/{ticket}`: the page of a letter; looking uses nothing up.
pub(crate) async fn ticket(
    State(app): State<AppState>,
    visit: Visit,
    Path(ticket): Path<String>,
) -> PageResult {
    if let Some(refusal) = visit.told().and_then(Told::refusal) {
        return refuse(&app, &visit, refusal).await;
    }
    let outcome = match ticket_of(&ticket) {
        Ok(secret) => app.linking().restore_view(&secret).await?,
        Err(refusal) => Outcome::Refused(refusal),
    };
    match outcome {
        Outcome::Done(view) => {
            let form = form_of(&ticket, view.login.as_str());
            form.show(&app, &visit)
        }
        Outcome::Refused(refusal) => refuse(&app, &visit, &refusal).await,
    }
}

fn form_of(ticket: &str, login: &str) -> NewPasswordForm {
    NewPasswordForm {
        name: "new-password",
        title: "page-new-password-title",
        action: format!("/restore/{ticket}"),
        back: None,
        username: login.to_owned(),
    }
}

/// POST `/restore/{ticket}`: sets the new password, once.
pub(crate) async fn set(
    State(app): State<AppState>,
    visit: Visit,
    Path(ticket): Path<String>,
    form: Form,
) -> PageResult {
    let fields = form.only(&["new-password"])?;
    let typed = fields.get("new-password").unwrap_or_default().to_owned();
    let outcome = match (ticket_of(&ticket), Password::new(typed)) {
        (Ok(secret), Some(password)) => Ok(app
            .linking()
            .restore(visit.visitor(), &secret, password)
            .await?),
        (Ok(_), None) => Err(Told::NewPassword(NewPasswordFault::Empty)),
        (Err(refusal), _) => Ok(Outcome::Refused(refusal)),
    };
    let told = match outcome {
        Ok(Outcome::Done(done)) => {
            let told = Told::Restored {
                account: done.account,
                flow: done.flow,
            };
            return Ok(see_told(&app, &visit, "/restore/done", "", &told));
        }
        Ok(Outcome::Refused(refusal)) => new_password_told(refusal),
        Err(told) => told,
    };
    let path = format!("/restore/{ticket}");
    Ok(see_told(&app, &visit, &path, "", &told))
}

/// GET `/restore/done`: told once, in the browser that set the password.
pub(crate) async fn done(State(app): State<AppState>, visit: Visit) -> PageResult {
    let Some(Told::Restored { account, flow }) = visit.told() else {
        return Ok(see("/sign-in"));
    };
    match app.linking().restored_view(*account, *flow).await? {
        Some(view) => restored(&app, &visit, view).await,
        None => Ok(see("/sign-in")),
    }
}

/// The password is changed: by what the person signs in, and which contacts there are, so that a
/// stranger's is seen (`threats.md` D3). In the browser of the flow it goes on.
async fn restored(app: &AppState, visit: &Visit, done: RestoredView) -> PageResult {
    let flow = waiting(app, visit, done.flow).await?;
    let t = match &flow {
        Some(view) => app.texts_about(visit, &view.provider),
        None => app.texts(visit),
    };
    let frame = Frame::new(
        app,
        visit,
        "password-restored",
        t.text("page-password-restored-title"),
    );
    let ways = Args::new().with("ways", ways_list(&done.ways, &t));
    let mut page = MessagePage::new(frame, t.clone())
        .done()
        .say(t.text("page-password-restored-text"))
        .item(t.text_with("page-password-restored-ways", &ways));
    for (kind, masked) in &done.contacts {
        let kind = t.text(&format!("contact-{}", kind.code()));
        page = page.item(format!("{kind}: {masked}"));
    }
    let door = match &flow {
        Some(view) => Door::page(
            Weight::Main,
            t.text("page-password-restored-next-flow"),
            format!("/flow/{}", view.id),
        ),
        None => Door::page(Weight::Main, t.text("label-sign-in"), "/sign-in"),
    };
    let page = page
        .say(t.text("page-password-restored-foreign"))
        .door(door);
    let page = if flow.is_some() {
        page
    } else {
        page.door(Door::page(
            Weight::Plain,
            t.text("page-password-restored-next-foreign"),
            "/sign-in?to=settings",
        ))
    };
    show(&page, StatusCode::OK)
}
