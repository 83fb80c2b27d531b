//! STEP-UP: the password once more, or a linked provider (`threats.md` E3).

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use linking_core::{
    provider::ProviderId,
    refusal::Refusal,
    secret::Password,
    session::SignInWay,
    usecase::{NewSession, Outcome, StartOrder},
};

use crate::{
    flow_response,
    i18n::Texts,
    pages::{
        credentials::ErrorSummary,
        flow::TimeLeft,
        frame::{Frame, page, see, show},
        place::query_of,
        refusal::{self, Scene},
        settings::ways,
    },
    web::{
        cookies::{self, CookieName},
        fields::{Fields, Form, Query},
        next::NextAct,
        problem::{PageResult, Problem},
        state::AppState,
        told::{PasswordFault, Told, see_told},
        visit::SignedIn,
    },
};

/// What the page is drawn from.
#[derive(Debug)]
pub(crate) struct StepUpView {
    /// Where the password goes.
    pub(crate) action: String,
    /// «Отменить».
    pub(crate) back: String,
    /// Until when the step is open, in a flow.
    pub(crate) time: Option<TimeLeft>,
}

#[derive(Debug, Template)]
#[template(path = "step-up.html")]
pub(crate) struct StepUpPage {
    frame: Frame,
    t: Texts,
    errors: Option<ErrorSummary>,
    error: Option<String>,
    has_password: bool,
    action: String,
    /// What the form of the password must not forget.
    hidden: Vec<(&'static str, String)>,
    next: String,
    username: String,
    /// Linked providers: address and text.
    providers: Vec<(String, String)>,
    forgot: String,
    back: String,
    time: Option<TimeLeft>,
}

page!(StepUpPage);

/// The page; a pause is a page of its own.
pub(crate) async fn page(
    app: &AppState,
    signed_in: &SignedIn,
    next: &NextAct,
    view: StepUpView,
    in_flow: InFlow,
) -> PageResult {
    let visit = &signed_in.visit;
    if let Some(refusal) = visit.told().and_then(Told::refusal) {
        return refusal::page(&Scene::remembered(app, visit), refusal).await;
    }
    let fault = visit.told().and_then(Told::password);
    let (error, status) = match fault {
        None => (None, StatusCode::OK),
        Some(PasswordFault::Empty) => (
            Some("field-password-empty"),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        Some(PasswordFault::Wrong) => (Some("refusal-step-up-needed-field"), StatusCode::FORBIDDEN),
    };
    let ways = app.linking().ways_that_work(&signed_in.actor).await?;
    let linked: Vec<&ProviderId> = ways
        .iter()
        .filter_map(|way| match way {
            SignInWay::Link { provider, .. } => Some(provider),
            SignInWay::Password => None,
        })
        .collect();
    let t = app.texts(visit);
    let mut frame = Frame::new(app, visit, "step-up", t.text("page-step-up-title"))
        .with_errors(error.is_some())
        .back_to(view.back.clone())
        .with_script();
    // The form leads on to the provider by itself where the person was on the way there.
    let next_provider = match next {
        NextAct::Link(provider) => Some(provider),
        NextAct::Settings | NextAct::Unlink(_) | NextAct::Password | NextAct::Flow(_) => None,
    };
    for provider in linked.iter().copied().chain(next_provider) {
        frame = frame.leading_to(app, provider);
    }
    let providers = linked
        .iter()
        .map(|provider| {
            let text = app
                .texts_about(visit, provider)
                .text("page-step-up-provider");
            (format!("/settings/ways/{provider}/step-up"), text)
        })
        .collect();
    let account = signed_in.actor.sheet.account();
    let error = error.map(|key| t.text(key));
    let code = next.code();
    let page = StepUpPage {
        errors: error.clone().map(|text| ErrorSummary {
            title: t.text("field-summary-title"),
            items: vec![("#password".to_owned(), text)],
            help: None,
        }),
        error,
        has_password: ways.contains(&SignInWay::Password),
        action: view.action,
        hidden: match in_flow {
            InFlow::Yes => Vec::new(),
            InFlow::No => vec![("next", code.clone())],
        },
        forgot: format!("/restore?next={code}"),
        next: code,
        username: account.login.as_str().to_owned(),
        providers,
        back: view.back,
        time: view.time,
        frame,
        t,
    };
    show(&page, status)
}

/// Whether the page stands in a flow, whose address says what the person wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InFlow {
    /// `/flow/{id}/step-up`.
    Yes,
    /// `/settings/step-up`.
    No,
}

/// The password of a form that asks for nothing else.
pub(crate) fn typed_password(fields: &Fields) -> Result<Password, Told> {
    let typed = fields.get("password").unwrap_or_default().to_owned();
    if typed.is_empty() {
        return Err(Told::Password(PasswordFault::Empty));
    }
    Password::new(typed).ok_or(Told::Password(PasswordFault::Wrong))
}

/// What the page of such a form is to tell after a refusal.
pub(crate) fn told_of(refusal: Refusal) -> Told {
    match refusal {
        Refusal::WrongCredentials => Told::Password(PasswordFault::Wrong),
        other => Told::refused(other),
    }
}

/// Checks the password of a form.
pub(crate) async fn prove(
    app: &AppState,
    signed_in: &SignedIn,
    fields: &Fields,
) -> Result<Result<NewSession, Told>, Problem> {
    let password = match typed_password(fields) {
        Ok(password) => password,
        Err(told) => return Ok(Err(told)),
    };
    let visitor = signed_in.visit.visitor();
    let outcome = app
        .linking()
        .step_up(visitor, &signed_in.actor, password)
        .await?;
    Ok(match outcome {
        Outcome::Done(session) => Ok(session),
        Outcome::Refused(refusal) => Err(told_of(refusal)),
    })
}

/// GET `/settings/step-up?next=`.
pub(crate) async fn open(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Query(query): Query,
) -> PageResult {
    let next = NextAct::from_code(query.get("next"));
    let view = StepUpView {
        action: "/settings/step-up".to_owned(),
        back: next.way_back(),
        time: None,
    };
    page(&app, &signed_in, &next, view, InFlow::No).await
}

/// POST `/settings/step-up`: then on with what the person wanted.
pub(crate) async fn submit(
    State(app): State<AppState>,
    signed_in: SignedIn,
    form: Form,
) -> PageResult {
    let fields = form.only(&["password", "next"])?;
    let next = NextAct::from_code(fields.get("next"));
    match prove(&app, &signed_in, &fields).await? {
        Ok(session) => {
            let mut response = match &next {
                NextAct::Link(provider) => {
                    let mut signed_in = signed_in;
                    signed_in.actor.session.value = session.session.clone();
                    ways::begin(&app, &signed_in, StartOrder::Link, provider).await?
                }
                other => see(&other.path()),
            };
            flow_response::begin_session(response.headers_mut(), &session);
            Ok(response)
        }
        Err(told) => {
            let query = query_of(&[("next", next.code())]);
            Ok(see_told(
                &app,
                &signed_in.visit,
                "/settings/step-up",
                &query,
                &told,
            ))
        }
    }
}

/// POST `/settings/ways/{provider}/step-up`: by a linked provider.
pub(crate) async fn by_provider(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Path(provider): Path<String>,
    form: Form,
) -> PageResult {
    let fields = form.only(&["next"])?;
    let provider: ProviderId = provider.parse().map_err(|_| Problem::NotFound)?;
    let next = NextAct::from_code(fields.get("next"));
    let mut response = ways::begin(&app, &signed_in, StartOrder::StepUp, &provider).await?;
    cookies::set(response.headers_mut(), CookieName::Next, &next.code());
    Ok(response)
}
