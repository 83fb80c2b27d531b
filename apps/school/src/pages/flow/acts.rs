//! What the forms of a flow do. Each names its step by its address; a flow that stands elsewhere
//! answers with the page of its present step (`threats.md` E20, G15).

use axum::{
    extract::{Path, State},
    response::Response,
};
use linking_core::{
    ids::FlowId,
    link::{FlowEnd, FlowPurpose},
    refusal::Refusal,
    usecase::{Advance, FlowStep, FlowView, Outcome},
};

use crate::{
    flow_response::{self, FlowPage, page_address, present_address},
    pages::{
        flow::{Opened, act, flow_id, open_where, refuse, refused_press, waiting_page},
        frame::see,
        step_up,
    },
    web::{
        fields::Form,
        problem::{PageResult, Problem},
        state::AppState,
        told::see_told,
        visit::{SignedIn, Visit},
    },
};

fn id_of(text: &str) -> Result<FlowId, Refusal> {
    flow_id(text).ok_or(Refusal::FlowNotYours)
}

fn answer(app: &AppState, visit: &Visit, id: FlowId, outcome: Outcome<Advance>) -> PageResult {
    match outcome {
        Outcome::Done(advance) => flow_response::respond(advance),
        Outcome::Refused(refusal) => Ok(refused_press(app, visit, id, refusal)),
    }
}

/// The page once more where the press left the flow there: it agreed to an older text.
fn read_again(outcome: &Outcome<Advance>, stands: impl Fn(&FlowStep) -> bool) -> Option<Response> {
    match outcome {
        Outcome::Done(advance) if stands(&advance.view.step) => {
            let page = present_address(&advance.view);
            Some(see(&format!("{page}?text=new")))
        }
        Outcome::Done(_) | Outcome::Refused(_) => None,
    }
}

/// POST `/flow/{id}/agree`: «Продолжить».
pub(crate) async fn agree(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> PageResult {
    let fields = form.only(&["text-version"])?;
    let id = match id_of(&id) {
        Ok(id) => id,
        Err(refusal) => return refuse(&app, &visit, None, &refusal).await,
    };
    let version = fields.get("text-version").unwrap_or_default();
    let outcome = app
        .linking()
        .agree(visit.visitor(), visit.actor(), id, version)
        .await?;
    if let Some(again) = read_again(&outcome, |step| matches!(step, FlowStep::NotLinked { .. })) {
        return Ok(again);
    }
    answer(&app, &visit, id, outcome)
}

/// POST `/flow/{id}/retry`: to the provider once more.
pub(crate) async fn retry(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> PageResult {
    form.only(&[])?;
    let id = match id_of(&id) {
        Ok(id) => id,
        Err(refusal) => return refuse(&app, &visit, None, &refusal).await,
    };
    app.admit_start(visit.visitor().network)?;
    let outcome = app
        .linking()
        .ask_again(visit.visitor(), visit.actor(), id)
        .await?;
    answer(&app, &visit, id, outcome)
}

/// POST `/flow/{id}/confirm`: «Связать».
pub(crate) async fn confirm(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> PageResult {
    let fields = form.only(&["text-version"])?;
    let (id, actor) = match (id_of(&id), visit.actor()) {
        (Ok(id), Some(actor)) => (id, actor),
        // The flow's own page says what holds without a session.
        (Ok(id), None) => return Ok(see(&format!("/flow/{id}"))),
        (Err(refusal), _) => return refuse(&app, &visit, None, &refusal).await,
    };
    let version = fields.get("text-version").unwrap_or_default();
    let outcome = app
        .linking()
        .confirm(visit.visitor(), actor, id, version)
        .await?;
    match outcome {
        Outcome::Refused(Refusal::StepUpNeeded) => Ok(see(&format!("/flow/{id}/step-up"))),
        outcome => {
            let stands = |step: &FlowStep| matches!(step, FlowStep::Confirm { .. });
            match read_again(&outcome, stands) {
                Some(again) => Ok(again),
                None => answer(&app, &visit, id, outcome),
            }
        }
    }
}

/// POST `/flow/{id}/enter`: «Да, это я» on a shared computer.
pub(crate) async fn enter(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> PageResult {
    form.only(&[])?;
    let id = match id_of(&id) {
        Ok(id) => id,
        Err(refusal) => return refuse(&app, &visit, None, &refusal).await,
    };
    let outcome = app
        .linking()
        .enter(visit.visitor(), visit.actor(), id)
        .await?;
    answer(&app, &visit, id, outcome)
}

/// POST `/flow/{id}/step-up`: the password once more, then back to what needs it.
pub(crate) async fn step_up(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    form: Form,
) -> PageResult {
    let fields = form.only(&["password"])?;
    let view = match open_where(&app, &signed_in.visit, &id, FlowStep::needs_recent_proof).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    Ok(match step_up::prove(&app, &signed_in, &fields).await? {
        Ok(session) => {
            let mut response = see(&waiting_page(&view));
            flow_response::begin_session(response.headers_mut(), &session);
            response
        }
        Err(told) => see_told(&app, &signed_in.visit, &act(&view, "step-up"), "", &told),
    })
}

/// POST `/flow/{id}/contacts`: the ticked ones stay; nothing ticked is an answer.
pub(crate) async fn keep(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> PageResult {
    let fields = form.only(&["mobile", "home", "email", "none"])?;
    let (id, actor) = match (id_of(&id), visit.actor()) {
        (Ok(id), Some(actor)) => (id, actor),
        // The flow's own page says what holds without a session.
        (Ok(id), None) => return Ok(see(&format!("/flow/{id}"))),
        (Err(refusal), _) => return refuse(&app, &visit, None, &refusal).await,
    };
    let ticked = crate::pages::contacts::ticked(&fields)?;
    let outcome = app
        .linking()
        .choose_contacts(visit.visitor(), actor, id, &ticked)
        .await?;
    answer(&app, &visit, id, outcome)
}

/// POST `/flow/{id}/prolong`: «Ещё 15 минут», once.
pub(crate) async fn prolong(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> PageResult {
    form.only(&[])?;
    let id = match id_of(&id) {
        Ok(id) => id,
        Err(refusal) => return refuse(&app, &visit, None, &refusal).await,
    };
    let outcome = app
        .linking()
        .prolong(visit.visitor(), visit.actor(), id)
        .await?;
    match outcome {
        Outcome::Done(view) => Ok(see(&present_address(&view))),
        Outcome::Refused(refusal) => Ok(refused_press(&app, &visit, id, refusal)),
    }
}

/// POST `/flow/{id}/restore`: «Восстановить пароль»; the provider's answer waits meanwhile.
pub(crate) async fn await_password(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> PageResult {
    form.only(&[])?;
    let id = match id_of(&id) {
        Ok(id) => id,
        Err(refusal) => return refuse(&app, &visit, None, &refusal).await,
    };
    let outcome = app
        .linking()
        .await_password(visit.visitor(), visit.actor(), id)
        .await?;
    match outcome {
        Outcome::Done(view) if matches!(view.step, FlowStep::Prove { .. }) => {
            Ok(see(&act(&view, "restore")))
        }
        Outcome::Done(view) => Ok(see(&present_address(&view))),
        Outcome::Refused(refusal) => Ok(refused_press(&app, &visit, id, refusal)),
    }
}

/// POST `/flow/{id}/cancel`: away by a button.
pub(crate) async fn cancel(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> PageResult {
    form.only(&[])?;
    let id = match id_of(&id) {
        Ok(id) => id,
        Err(refusal) => return refuse(&app, &visit, None, &refusal).await,
    };
    let outcome = app
        .linking()
        .cancel(visit.visitor(), visit.actor(), id)
        .await?;
    match outcome {
        Outcome::Done(view) => Ok(left(&view)),
        Outcome::Refused(refusal) => Ok(refused_press(&app, &visit, id, refusal)),
    }
}

/// Where a person stands after leaving.
fn left(view: &FlowView) -> Response {
    match (&view.step, &view.purpose) {
        (FlowStep::Done(FlowEnd::Cancelled), FlowPurpose::SignIn) => see("/sign-in"),
        (FlowStep::Done(FlowEnd::Cancelled), _) => see("/settings"),
        _ => see(&present_address(view)),
    }
}

/// POST `/flow/{id}/other-identity`: out of the provider's session, and back under another name.
pub(crate) async fn other_identity(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> PageResult {
    form.only(&[])?;
    let id = match id_of(&id) {
        Ok(id) => id,
        Err(refusal) => return refuse(&app, &visit, None, &refusal).await,
    };
    let again = page_address(id, FlowPage::Again);
    let back = app
        .site()
        .public_address
        .join(&again)
        .ok_or(Problem::Contradiction("an address of ours does not read"))?;
    let outcome = app
        .linking()
        .switch_identity(visit.visitor(), visit.actor(), id, &back)
        .await?;
    match outcome {
        Outcome::Done(Some(address)) => Ok(see(address.as_str())),
        Outcome::Done(None) => Ok(see(&again)),
        // The flow is past that step, or over: its own page says where it stands.
        Outcome::Refused(Refusal::FlowFinished) => Ok(see(&format!("/flow/{id}"))),
        Outcome::Refused(refusal) => Ok(refused_press(&app, &visit, id, refusal)),
    }
}
