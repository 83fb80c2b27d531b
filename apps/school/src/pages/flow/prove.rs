//! PROVE: the local login and password, which make the link (SGO-1). The provider's answer
//! outlives wrong passwords and pauses.

use askama::Template;
use axum::extract::{Path, State};
use linking_core::{
    region::OrganizationType,
    usecase::{FlowStep, FlowView, Outcome},
};

use crate::{
    flow_response::{self, FlowPage},
    i18n::Texts,
    pages::{
        credentials::{self, Again, CredentialsView, ErrorSummary, Forgot, Typed},
        flow::{Opened, TimeLeft, act, open, page_of, refused_press, time_left},
        frame::{Frame, page, show},
        place::{FoundPlace, PlaceFinder, PlaceView, query_of},
        refusal::{self, Scene},
    },
    web::{
        fields::{Fields, Form, Query},
        place::{Place, kind_code, kind_from_code},
        problem::{PageResult, Problem},
        state::AppState,
        told::{Told, see_told},
        visit::Visit,
    },
};

#[derive(Debug, Template)]
#[template(path = "prove.html")]
pub(crate) struct ProvePage {
    frame: Frame,
    t: Texts,
    errors: Option<ErrorSummary>,
    identity: String,
    other_action: String,
    place: PlaceView,
    /// The other kind of organisation: «Управление образованием».
    other_kind: Option<(String, String)>,
    form: Option<CredentialsView>,
    cancel_action: String,
    time: TimeLeft,
}

page!(ProvePage);

/// GET `/flow/{id}/prove`.
pub(crate) async fn open_page(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Query(query): Query,
) -> PageResult {
    let view = match open(&app, &visit, &id, &[FlowPage::Prove]).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    if let Some(refusal) = visit.told().and_then(Told::refusal) {
        return refusal::page(&Scene::in_flow(&app, &visit, &view), refusal).await;
    }
    let found = find(&app, &visit, &view, &query).await?;
    draw(&app, &visit, &view, found).await
}

/// The place: what the query says, else the flow's, else what the browser remembers.
async fn find(
    app: &AppState,
    visit: &Visit,
    view: &FlowView,
    fields: &Fields,
) -> Result<FoundPlace, Problem> {
    let t = app.texts_about(visit, &view.provider);
    let asked = fields.get("kind").and_then(kind_from_code);
    let chosen = match view.place.organization {
        Some(id) => app.directory().organization(id).await?,
        None => None,
    };
    let remembered = match &chosen {
        Some(organization) => Place::of(organization),
        None => Place {
            region: Some(view.place.region.clone()),
            ..visit.place().clone()
        },
    };
    let kind = asked
        .or(chosen.map(|organization| organization.kind))
        .or(remembered.kind)
        .unwrap_or(OrganizationType::School);
    let finder = PlaceFinder {
        app,
        t: &t,
        path: &page_of(view, FlowPage::Prove),
        kind,
        keep: vec![("kind", kind_code(kind).to_owned())],
    };
    finder.find(fields, &remembered).await
}

async fn draw(app: &AppState, visit: &Visit, view: &FlowView, mut place: FoundPlace) -> PageResult {
    let again = Again::of(visit.told());
    let FlowStep::Prove { identity } = &view.step else {
        return Err(Problem::Contradiction("a step that is not its page's"));
    };
    let t = app.texts_about(visit, &view.provider);
    let mut form = place.reaches_organizations().then(|| {
        let mut hidden = place.fields();
        hidden.push(("kind", kind_code(place.kind).to_owned()));
        CredentialsView {
            action: act(view, "prove"),
            title: t.text("page-sign-in-credentials"),
            organization: place
                .organization
                .as_ref()
                .map(|found| found.id.to_string()),
            hidden,
            login: again.login.to_owned(),
            login_hint: Some(t.text("page-prove-hint-login")),
            login_error: None,
            password_hint: Some(t.text("page-prove-hint-password")),
            password_error: None,
            error: None,
            forgot: Forgot::Form(act(view, "restore")),
            shared: None,
            button: t.text("label-sign-in"),
        }
    });
    let errors = again
        .fault
        .map(|fault| credentials::mark(fault, &t, true, form.as_mut(), &mut place));
    let offset = Scene::in_flow(app, visit, view).offset().await?;
    let other = match place.kind {
        OrganizationType::School => (OrganizationType::Authority, "label-authority"),
        OrganizationType::Authority => (OrganizationType::School, "label-organization"),
    };
    let other_kind = place.view.ask.is_some().then(|| {
        let (kind, key) = other;
        let code = kind_code(kind);
        let path = page_of(view, FlowPage::Prove);
        let region = view.place.region.as_str();
        (format!("{path}?kind={code}&region={region}"), t.text(key))
    });
    let frame = Frame::new(app, visit, "prove", t.text("page-prove-title"))
        .under(t.text("page-prove-step"))
        .back_to("/sign-in")
        .with_errors(errors.is_some())
        .with_script()
        .leading_to(app, &view.provider);
    let page = ProvePage {
        errors,
        identity: identity.clone(),
        other_action: act(view, "other-identity"),
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

/// POST `/flow/{id}/prove`.
pub(crate) async fn submit(
    State(app): State<AppState>,
    visit: Visit,
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
    let view = match open(&app, &visit, &id, &[FlowPage::Prove]).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    let typed = Typed::read(&fields);
    let credentials = match typed.credentials() {
        Ok(credentials) => credentials,
        Err(fault) => {
            let told = typed.told(fault);
            return form_again(&app, &visit, &view, &fields, &told).await;
        }
    };
    let chosen = app
        .directory()
        .organization(credentials.organization)
        .await?;
    let outcome = app
        .linking()
        .prove_at(
            visit.visitor(),
            visit.actor(),
            view.id,
            chosen.as_ref(),
            credentials,
        )
        .await?;
    match outcome {
        Outcome::Done(advance) => flow_response::respond(advance),
        Outcome::Refused(refusal) if refusal.code().is_of_the_flow() => {
            Ok(refused_press(&app, &visit, view.id, refusal))
        }
        Outcome::Refused(refusal) => {
            let told = typed.told_of(refusal);
            form_again(&app, &visit, &view, &fields, &told).await
        }
    }
}

/// Leads back to the form, at the place that was chosen.
async fn form_again(
    app: &AppState,
    visit: &Visit,
    view: &FlowView,
    fields: &Fields,
    told: &Told,
) -> PageResult {
    let found = find(app, visit, view, fields).await?;
    let mut query = vec![("kind", kind_code(found.kind).to_owned())];
    query.extend(found.known());
    let path = page_of(view, FlowPage::Prove);
    Ok(see_told(app, visit, &path, &query_of(&query), told))
}
