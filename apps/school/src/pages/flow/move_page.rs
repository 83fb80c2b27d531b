//! MOVE: «Это тоже мой профиль», with the login and password of the other profile (`threats.md`
//! E1). Nothing here tells which one it is.

use askama::Template;
use axum::extract::{Path, State};
use linking_core::{
    link::WayOut,
    refusal::Refusal,
    region::OrganizationType,
    usecase::{FlowStep, FlowView, Outcome},
};

use crate::{
    flow_response::{self, present_address},
    i18n::Texts,
    pages::{
        credentials::{self, Again, CredentialsView, ErrorSummary, Forgot, Typed},
        flow::{Opened, TimeLeft, act, flow_id, open_where, refuse, refused_press, time_left},
        frame::{Frame, page, see, show},
        place::{FoundPlace, PlaceFinder, PlaceView, query_of},
        refusal::{self, Scene},
    },
    web::{
        fields::{Fields, Form, Query},
        place::{Place, kind_code, kind_from_code},
        problem::{PageResult, Problem},
        state::AppState,
        told::{Told, see_told},
        visit::{SignedIn, Visit},
    },
};

#[derive(Debug, Template)]
#[template(path = "move.html")]
pub(crate) struct MovePage {
    frame: Frame,
    t: Texts,
    errors: Option<ErrorSummary>,
    identity: String,
    place: PlaceView,
    /// The other kind of organisation: «Управление образованием».
    other_kind: Option<(String, String)>,
    form: Option<CredentialsView>,
    cancel_action: String,
    time: TimeLeft,
}

page!(MovePage);

const fn stands_here(step: &FlowStep) -> bool {
    matches!(
        step,
        FlowStep::Taken {
            way: WayOut::Move,
            ..
        }
    )
}

/// GET `/flow/{id}/move`.
pub(crate) async fn open_page(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Query(query): Query,
) -> PageResult {
    let visit = &signed_in.visit;
    let Some(id) = flow_id(&id) else {
        return refuse(&app, visit, None, &Refusal::FlowNotYours).await;
    };
    let outcome = app
        .linking()
        .may_move(visit.visitor(), &signed_in.actor, id)
        .await?;
    let view = match outcome {
        Outcome::Done(view) if stands_here(&view.step) => view,
        Outcome::Done(view) => return Ok(see(&present_address(&view))),
        Outcome::Refused(Refusal::StepUpNeeded) => return Ok(see(&step_up(id))),
        Outcome::Refused(refusal) => return refuse(&app, visit, Some(id), &refusal).await,
    };
    if let Some(refusal) = visit.told().and_then(Told::refusal) {
        return refusal::page(&Scene::in_flow(&app, visit, &view), refusal).await;
    }
    let found = find(&app, &signed_in, &view, &query).await?;
    draw(&app, visit, &view, found).await
}

fn step_up(id: linking_core::ids::FlowId) -> String {
    format!("/flow/{id}/step-up")
}

/// The place: what the query says, else where the signed-in profile belongs.
async fn find(
    app: &AppState,
    signed_in: &SignedIn,
    view: &FlowView,
    fields: &Fields,
) -> Result<FoundPlace, Problem> {
    let t = app.texts_about(&signed_in.visit, &view.provider);
    let own = signed_in
        .actor
        .sheet
        .first_membership()
        .map(|first| Place::of(&first.organization));
    let remembered = own.unwrap_or_else(|| signed_in.visit.place().clone());
    let kind = fields
        .get("kind")
        .and_then(kind_from_code)
        .or(remembered.kind)
        .unwrap_or(OrganizationType::School);
    let finder = PlaceFinder {
        app,
        t: &t,
        path: &act(view, "move"),
        kind,
        keep: vec![("kind", kind_code(kind).to_owned())],
    };
    finder.find(fields, &remembered).await
}

async fn draw(app: &AppState, visit: &Visit, view: &FlowView, mut place: FoundPlace) -> PageResult {
    let FlowStep::Taken { identity, .. } = &view.step else {
        return Err(Problem::Contradiction("a step that is not its page's"));
    };
    let again = Again::of(visit.told());
    let t = app.texts_about(visit, &view.provider);
    let mut form = place.reaches_organizations().then(|| {
        let mut hidden = place.fields();
        hidden.push(("kind", kind_code(place.kind).to_owned()));
        CredentialsView {
            action: act(view, "move"),
            title: t.text("page-move-credentials"),
            organization: place
                .organization
                .as_ref()
                .map(|found| found.id.to_string()),
            hidden,
            login: again.login.to_owned(),
            login_hint: Some(t.text("page-move-hint-login")),
            login_error: None,
            password_hint: Some(t.text("page-prove-hint-password")),
            password_error: None,
            error: None,
            forgot: Forgot::Page("/restore"),
            shared: None,
            button: t.text("page-move-next"),
        }
    });
    let errors = again
        .fault
        .map(|fault| credentials::mark(fault, &t, true, form.as_mut(), &mut place));
    let offset = Scene::in_flow(app, visit, view).offset().await?;
    let (other, key) = match place.kind {
        OrganizationType::School => (OrganizationType::Authority, "label-authority"),
        OrganizationType::Authority => (OrganizationType::School, "label-organization"),
    };
    let other_kind = place.view.ask.is_some().then(|| {
        let mut query = vec![("kind", kind_code(other).to_owned())];
        query.extend(place.region.iter().map(|r| ("region", r.code.to_string())));
        let address = format!("{}?{}", act(view, "move"), query_of(&query));
        (address, t.text(key))
    });
    let frame = Frame::new(app, visit, "move", t.text("page-move-title"))
        .under(t.text("page-prove-step"))
        .back_to(present_address(view))
        .with_errors(errors.is_some())
        .with_script();
    let page = MovePage {
        errors,
        identity: identity.clone(),
        place: place.view,
        other_kind,
        form,
        cancel_action: act(view, "cancel"),
        time: time_left(view, &t, offset),
        frame,
        t,
    };
    show(&page, again.status())
}

/// POST `/flow/{id}/move`: «Перенести связь».
pub(crate) async fn submit(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    form: Form,
) -> PageResult {
    let fields = form.only(&[
        "organization",
        "region",
        "locality",
        "kind",
        "login",
        "password",
    ])?;
    let visit = &signed_in.visit;
    let view = match open_where(&app, visit, &id, stands_here).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    let typed = Typed::read(&fields);
    let told = match typed.credentials() {
        Err(fault) => typed.told(fault),
        Ok(credentials) => {
            let outcome = app
                .linking()
                .move_link(visit.visitor(), &signed_in.actor, view.id, credentials)
                .await?;
            match outcome {
                Outcome::Done(advance) => return flow_response::respond(advance),
                Outcome::Refused(Refusal::StepUpNeeded) => return Ok(see(&step_up(view.id))),
                Outcome::Refused(refusal) if refusal.code().is_of_the_flow() => {
                    return Ok(refused_press(&app, visit, view.id, refusal));
                }
                Outcome::Refused(refusal) => typed.told_of(refusal),
            }
        }
    };
    let found = find(&app, &signed_in, &view, &fields).await?;
    let mut query = vec![("kind", kind_code(found.kind).to_owned())];
    query.extend(found.known());
    let path = act(&view, "move");
    Ok(see_told(&app, visit, &path, &query_of(&query), &told))
}
