//! SIGN-IN: school and password, or a provider (`texts.md`, section 6; SGO-0).

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use linking_core::{
    link::PlaceHint,
    policy::SignInWish,
    provider::ProviderId,
    refusal::{Refusal, RefusalCode},
    region::OrganizationType,
    session::Computer,
    usecase::{Outcome, StartOrder},
};

use crate::{
    flow_response,
    i18n::Texts,
    pages::{
        credentials::{self, CredentialsView, ErrorSummary, Forgot, Typed, TypedFault},
        frame::{Frame, page, see, show},
        place::{FoundPlace, PlaceFinder, PlaceView},
        refusal::{self, Scene},
    },
    settings::kind_of,
    web::{
        fields::{Fields, Form, Query},
        next::ReturnTo,
        place::Place,
        problem::{PageResult, Problem},
        state::AppState,
        visit::Visit,
    },
};

/// A tab: a page of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tab {
    pub(crate) text: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// A provider's button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProviderButton {
    pub(crate) action: String,
    pub(crate) text: String,
}

/// The provider before the local form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProviderFirst {
    pub(crate) title: String,
    pub(crate) action: String,
    /// The way to the local form, where there is one.
    pub(crate) local: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "sign-in.html")]
pub(crate) struct SignInPage {
    frame: Frame,
    t: Texts,
    errors: Option<ErrorSummary>,
    tabs: Vec<Tab>,
    place: PlaceView,
    form: Option<CredentialsView>,
    first: Option<ProviderFirst>,
    providers: Vec<ProviderButton>,
    phone_link: Option<String>,
    /// Region and organisation for the providers' forms.
    hint: Vec<(&'static str, String)>,
    /// Whether the providers' forms have a tick for shared computers, and whether it is set.
    shared: Option<bool>,
}

page!(SignInPage);

/// The tick «Это общий компьютер».
const SHARED: &str = "shared";

/// What the form says of the computer, and what the region's settings say.
fn computer_of(app: &AppState, fields: &Fields) -> Computer {
    let ticked = match fields.get(SHARED) {
        Some("yes") => Computer::Shared,
        Some(_) | None => Computer::Own,
    };
    let region = fields.parsed("region");
    ticked.or(app.site().shared_computers.of_region(region.as_ref()))
}

/// What the page is drawn from.
struct Draft<'a> {
    app: &'a AppState,
    visit: &'a Visit,
    kind: OrganizationType,
    place: FoundPlace,
    typed: Typed,
    ask: Asked,
    fault: Option<TypedFault>,
    /// Whether the form came with the tick.
    ticked: Computer,
}

/// What the page was asked for beside a place; every link and form of it says so again.
#[derive(Debug, Clone, Copy)]
struct Asked {
    /// Where the person goes after the sign-in.
    to: ReturnTo,
    /// The local form where the provider comes first.
    local: bool,
}

impl Asked {
    fn read(fields: &Fields) -> Self {
        Self {
            to: ReturnTo::from_code(fields.get("to")),
            local: fields.get("form") == Some("local"),
        }
    }

    fn fields(self) -> Vec<(&'static str, String)> {
        let to = (self.to != ReturnTo::Home).then(|| ("to", self.to.code().to_owned()));
        let form = self.local.then(|| ("form", "local".to_owned()));
        to.into_iter().chain(form).collect()
    }

    /// An address of this page, with what was asked for.
    fn address(self, path: &str, place: Vec<(&'static str, String)>) -> String {
        let pairs: Vec<_> = self.fields().into_iter().chain(place).collect();
        if pairs.is_empty() {
            return path.to_owned();
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&pairs);
        format!("{path}?{}", query.finish())
    }
}

const fn path_of(kind: OrganizationType) -> &'static str {
    match kind {
        OrganizationType::School => "/sign-in",
        OrganizationType::Authority => "/sign-in/authority",
    }
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
        typed: Typed::nothing(),
        ask,
        fault: None,
        ticked: Computer::Own,
    };
    let mut response = draw(draft, StatusCode::OK)?;
    if let Some(place) = remember {
        visit.remember(response.headers_mut(), Computer::Own, &place);
    }
    Ok(response)
}

async fn submit(app: &AppState, visit: &Visit, form: Form, kind: OrganizationType) -> PageResult {
    let fields = form.only(&[
        "organization",
        "region",
        "locality",
        "login",
        "password",
        "to",
        "form",
        SHARED,
    ])?;
    let typed = Typed::read(&fields);
    let ask = Asked::read(&fields);
    let computer = computer_of(app, &fields);
    let fault = match typed.credentials() {
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
                Outcome::Refused(Refusal::WrongCredentials) => TypedFault::FitsNobody,
                Outcome::Refused(refusal) => {
                    let place = find(app, kind, &fields, visit).await?;
                    let scene = Scene::at(app, visit, &place.to_remember());
                    return refusal::page(&scene, &refusal).await;
                }
            }
        }
        Err(fault) => fault,
    };
    let status = match fault {
        TypedFault::Empty { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        TypedFault::FitsNobody => StatusCode::FORBIDDEN,
    };
    let place = find(app, kind, &fields, visit).await?;
    let remember = place.to_remember();
    let draft = Draft {
        app,
        visit,
        kind,
        place,
        typed,
        ask: Asked { local: true, ..ask },
        fault: Some(fault),
        ticked: computer,
    };
    let mut response = draw(draft, status)?;
    if fault == TypedFault::FitsNobody {
        response = refusal::refused_with(response, RefusalCode::WrongCredentials);
    }
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
    let fields = form.only(&["region", "organization", SHARED])?;
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
            let scene = Scene::at(&app, &visit, &place).about(&provider);
            refusal::page(&scene, &refusal).await
        }
    }
}

fn draw(draft: Draft<'_>, status: StatusCode) -> Result<Response, Problem> {
    let Draft {
        app,
        visit,
        kind,
        mut place,
        typed,
        ask,
        fault,
        ticked,
    } = draft;
    // Where address or region say it already, nobody is asked.
    let region = place.region.as_ref().map(|region| &region.code);
    let known = app.site().shared_computers.of_region(region);
    let asks_computer = !visit.is_on_shared_computer() && !known.is_shared();
    let tick = asks_computer.then(|| ticked.is_shared());
    let wish = if ask.local {
        SignInWish::Local
    } else {
        SignInWish::Nothing
    };
    // Where the region is not known yet, nothing is offered beside the local form.
    let offer = place.region.as_ref().map(|region| {
        let policy = app.linking().policies().of_region(&region.code);
        policy.sign_in_offer(wish, |id| app.linking().provider(id).is_some())
    });
    let offers_local = offer.as_ref().is_none_or(|offer| offer.local);
    let provider_first = offer.as_ref().and_then(|offer| offer.first.as_ref());
    let beside: &[ProviderId] = offer.as_ref().map_or(&[], |offer| offer.beside.as_slice());
    let providers: Vec<&ProviderId> = provider_first.into_iter().chain(beside).collect();
    let leading = providers.first().copied();
    let t = leading.map_or_else(
        || app.texts(visit),
        |provider| app.texts_about(visit, provider),
    );
    if provider_first.is_some() {
        place.ask_no_further();
    }
    let mut form =
        (provider_first.is_none() && place.reaches_organizations()).then(|| CredentialsView {
            shared: tick,
            ..credentials_view(kind, &place, &typed, ask, &t)
        });
    let errors = fault.map(|fault| credentials::mark(fault, &t, false, form.as_mut(), &mut place));
    let mut frame = Frame::new(app, visit, "sign-in", t.text("page-sign-in-title"))
        .with_errors(errors.is_some())
        .with_script();
    for provider in &providers {
        frame = frame.leading_to(app, provider);
    }
    let hint = hint_fields(&place);
    let first = provider_first.map(|provider| ProviderFirst {
        title: t.text(&format!("label-{}-first", kind_of(provider))),
        action: format!("/sign-in/{provider}"),
        local: offers_local
            .then(|| Asked { local: true, ..ask }.address(path_of(kind), known_place(&place))),
    });
    let buttons: Vec<ProviderButton> = beside
        .iter()
        .map(|provider| ProviderButton {
            action: format!("/sign-in/{provider}"),
            text: t.text(&format!("label-{}-sign-in", kind_of(provider))),
        })
        .collect();
    let phone_link = (!buttons.is_empty() && place.organization.is_none())
        .then(|| t.text("page-sign-in-phone-link"));
    let page = SignInPage {
        errors,
        tabs: tabs(kind, ask, &t),
        place: place.view,
        form,
        first,
        providers: buttons,
        phone_link,
        hint,
        shared: tick,
        frame,
        t,
    };
    Ok(show(&page, status)?.into_response())
}

fn tabs(kind: OrganizationType, ask: Asked, t: &Texts) -> Vec<Tab> {
    [
        (OrganizationType::School, "label-organization"),
        (OrganizationType::Authority, "label-authority"),
    ]
    .into_iter()
    .map(|(tab, key)| Tab {
        text: t.text(key),
        href: ask.address(path_of(tab), Vec::new()),
        current: tab == kind,
    })
    .collect()
}

fn credentials_view(
    kind: OrganizationType,
    place: &FoundPlace,
    typed: &Typed,
    ask: Asked,
    t: &Texts,
) -> CredentialsView {
    let mut hidden = place_fields(place);
    hidden.extend(ask.fields());
    CredentialsView {
        action: path_of(kind).to_owned(),
        title: t.text("page-sign-in-credentials"),
        organization: place
            .organization
            .as_ref()
            .map(|found| found.id.to_string()),
        hidden,
        login: typed.login().to_owned(),
        login_hint: None,
        login_error: None,
        password_hint: None,
        password_error: None,
        error: None,
        forgot: Forgot::Page("/restore"),
        shared: None,
    }
}

/// Region and locality, so that a form that comes back asks at the same place.
pub(crate) fn place_fields(place: &FoundPlace) -> Vec<(&'static str, String)> {
    let region = place
        .region
        .iter()
        .map(|region| ("region", region.code.to_string()));
    let locality = place
        .locality
        .iter()
        .map(|locality| ("locality", locality.to_string()));
    region.chain(locality).collect()
}

/// What is known of the place, for a link to a page that asks for the rest.
fn known_place(place: &FoundPlace) -> Vec<(&'static str, String)> {
    match &place.organization {
        Some(found) => vec![("organization", found.id.to_string())],
        None => place_fields(place),
    }
}

/// Region and organisation, for a form that begins a way to a provider.
fn hint_fields(place: &FoundPlace) -> Vec<(&'static str, String)> {
    let region = place
        .region
        .iter()
        .map(|region| ("region", region.code.to_string()));
    let organization = place
        .organization
        .iter()
        .map(|found| ("organization", found.id.to_string()));
    region.chain(organization).collect()
}
