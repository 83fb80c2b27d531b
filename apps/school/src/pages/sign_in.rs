//! SIGN-IN: school and password, or a provider (`texts.md`, section 6; SGO-0).

mod asked;
mod page;

use axum::extract::{Path, State};
use linking_core::{
    link::PlaceHint,
    provider::ProviderId,
    region::OrganizationType,
    session::Computer,
    usecase::{Outcome, StartOrder},
};

use self::{
    asked::{Asked, path_of},
    page::{Draft, draw},
};
use crate::{
    flow_response,
    pages::{
        credentials::{Again, Typed},
        frame::see,
        place::{FoundPlace, PlaceFinder},
        refusal::{self, Scene},
    },
    web::{
        fields::{Fields, Form, Query},
        place::Place,
        problem::{PageResult, Problem},
        state::AppState,
        told::{Told, see_told},
        visit::Visit,
    },
};

/// The tick «Это общий компьютер».
const SHARED: &str = "shared";
/// The fields of the form.
const FIELDS: [&str; 8] = [
    "organization",
    "region",
    "locality",
    "login",
    "password",
    "to",
    "form",
    SHARED,
];

/// What the form says of the computer.
fn ticked(fields: &Fields) -> Computer {
    match fields.get(SHARED) {
        Some("yes") => Computer::Shared,
        Some(_) | None => Computer::Own,
    }
}

/// What the form says of the computer, and what the region's settings say.
fn computer_of(app: &AppState, fields: &Fields) -> Computer {
    let region = fields.parsed("region");
    ticked(fields).or(app.site().shared_computers.of_region(region.as_ref()))
}

/// GET `/sign-in`.
pub(crate) async fn school(
    State(app): State<AppState>,
    visit: Visit,
    Query(query): Query,
) -> PageResult {
    open(&app, &visit, &query, OrganizationType::School).await
}

/// GET `/sign-in/authority`.
pub(crate) async fn authority(
    State(app): State<AppState>,
    visit: Visit,
    Query(query): Query,
) -> PageResult {
    open(&app, &visit, &query, OrganizationType::Authority).await
}

/// POST `/sign-in`.
pub(crate) async fn submit_school(
    State(app): State<AppState>,
    visit: Visit,
    form: Form,
) -> PageResult {
    submit(&app, &visit, form, OrganizationType::School).await
}

/// POST `/sign-in/authority`.
pub(crate) async fn submit_authority(
    State(app): State<AppState>,
    visit: Visit,
    form: Form,
) -> PageResult {
    submit(&app, &visit, form, OrganizationType::Authority).await
}

async fn find(
    app: &AppState,
    kind: OrganizationType,
    fields: &Fields,
    visit: &Visit,
) -> Result<FoundPlace, Problem> {
    let t = app.texts(visit);
    let finder = PlaceFinder {
        app,
        t: &t,
        path: path_of(kind),
        kind,
        keep: Asked::read(fields).fields(),
    };
    finder.find(fields, visit.place()).await
}

async fn open(app: &AppState, visit: &Visit, query: &Fields, kind: OrganizationType) -> PageResult {
    let ask = Asked::read(query);
    if let Some(Told::Refused { refusal, provider }) = visit.told() {
        let place = find(app, kind, query, visit).await?;
        let scene = Scene::at(app, visit, &place.to_remember()).about_any(provider.as_ref());
        return refusal::page(&scene, refusal).await;
    }
    if visit.actor().is_some() {
        return Ok(see(ask.to.path()));
    }
    let place = find(app, kind, query, visit).await?;
    let chosen = query.get("region").is_some() && place.region.is_some();
    let remember = chosen.then(|| place.to_remember());
    let draft = Draft {
        app,
        visit,
        kind,
        place,
        ask,
        again: Again::of(visit.told()),
        ticked: ticked(query),
    };
    let mut response = draw(draft)?;
    if let Some(place) = remember {
        visit.remember(response.headers_mut(), ticked(query), &place);
    }
    Ok(response)
}

async fn submit(app: &AppState, visit: &Visit, form: Form, kind: OrganizationType) -> PageResult {
    let fields = form.only(&FIELDS)?;
    let typed = Typed::read(&fields);
    let ask = Asked::read(&fields);
    let computer = computer_of(app, &fields);
    let told = match typed.credentials() {
        Ok(credentials) => {
            let organization = credentials.organization;
            let outcome = app
                .linking()
                .sign_in_locally(&visit.visitor().on(computer), visit.actor(), credentials)
                .await?;
            match outcome {
                Outcome::Done(session) => {
                    let mut response = see(ask.to.path());
                    flow_response::begin_session(response.headers_mut(), &session);
                    let place = Place {
                        kind: Some(kind),
                        region: fields.parsed("region"),
                        locality: fields.parsed("locality"),
                        organization: Some(organization),
                        begun: None,
                    };
                    visit.remember(response.headers_mut(), computer, &place);
                    return Ok(response);
                }
                Outcome::Refused(refusal) => typed.told_of(refusal),
            }
        }
        Err(fault) => typed.told(fault),
    };
    let place = find(app, kind, &fields, visit).await?;
    let mut known = place.known();
    if ticked(&fields).is_shared() {
        known.push((SHARED, "yes".to_owned()));
    }
    let query = ask.locally().query(known);
    let mut response = see_told(app, visit, path_of(kind), &query, &told);
    let remember = place.to_remember();
    visit.remember(response.headers_mut(), computer, &remember);
    Ok(response)
}

/// POST `/sign-in/{provider}`: the way to a provider begins.
pub(crate) async fn start(
    State(app): State<AppState>,
    visit: Visit,
    Path(provider): Path<String>,
    form: Form,
) -> PageResult {
    // The button may stand in the form of the password; what was typed there is not looked at.
    let fields = form.only(&FIELDS)?;
    let computer = computer_of(&app, &fields);
    let provider: ProviderId = provider.parse().map_err(|_| Problem::NotFound)?;
    let region = match fields.parsed("region") {
        Some(code) => app.directory().region(&code).await?,
        None => None,
    };
    let Some(region) = region else {
        return Ok(see("/sign-in?change=region"));
    };
    let hint = PlaceHint {
        region: region.code,
        organization: fields.parsed("organization"),
    };
    let place = Place {
        region: Some(hint.region.clone()),
        organization: hint.organization,
        ..visit.place().clone()
    };
    app.admit_start(visit.visitor().network)?;
    let outcome = app
        .linking()
        .start(
            &visit.visitor().on(computer),
            visit.actor(),
            StartOrder::SignIn,
            &provider,
            hint,
        )
        .await?;
    match outcome {
        Outcome::Done(advance) => {
            let mut response = flow_response::respond(advance)?;
            let place = place.beginning(StartOrder::SignIn, &provider);
            visit.remember(response.headers_mut(), computer, &place);
            Ok(response)
        }
        Outcome::Refused(refusal) => {
            let mut response = see_told(
                &app,
                &visit,
                "/sign-in",
                "",
                &Told::Refused {
                    refusal,
                    provider: Some(provider),
                },
            );
            visit.remember(response.headers_mut(), computer, &place);
            Ok(response)
        }
    }
}
