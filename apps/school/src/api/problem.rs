//! Errors as `application/problem+json` (RFC 9457): a stable code, who can mend it, the next step,
//! and the words of the page for it.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use linking_core::{
    person::{NameMismatch, NamePart},
    ports::{HashError, StoreError},
    refusal::{DifferingField, Refusal, RefusalCode},
    secret::PasswordFault,
    usecase::Fault as Broken,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        body::{FaultCode, NEW_PASSWORD, Place},
        flow_shape::FlowShape,
        shapes::moment,
        trouble::{ApiResult, Trouble},
    },
    i18n::{Language, Texts},
    pages::{
        refusal::{self, Scene},
        settings::password::fewest_chars,
    },
    telemetry::{RefusedWith, RequestId},
    web::{finish::log, problem::Problem, state::AppState, told::NewPasswordFault},
};

const MEDIA_TYPE: &str = "application/problem+json";

/// A field of a request that does not fit.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FieldFault)]
pub(super) struct FaultShape {
    /// Where in the body: a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// Which name of the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// What is wrong with it.
    code: FaultCode,
    /// The same in words.
    detail: String,
}

/// A part of the identity data.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum PartShape {
    Surname,
    GivenName,
    Patronymic,
    Snils,
    BirthDate,
}

/// In which way it differs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum WayShape {
    /// By what stands there.
    Plain,
    /// By Latin letters that look like Cyrillic ones.
    LatinLetters,
    /// By characters that nobody sees.
    InvisibleCharacters,
}

/// A part of the identity data that differs. Never what stands there (`threats.md` F5).
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DifferingPart)]
pub(super) struct DifferingShape {
    part: PartShape,
    way: WayShape,
}

impl From<DifferingField> for DifferingShape {
    fn from(field: DifferingField) -> Self {
        let plain = |part| Self {
            part,
            way: WayShape::Plain,
        };
        match field {
            DifferingField::Name { part, mismatch } => Self {
                part: match part {
                    NamePart::Surname => PartShape::Surname,
                    NamePart::GivenName => PartShape::GivenName,
                    NamePart::Patronymic => PartShape::Patronymic,
                },
                way: match mismatch {
                    NameMismatch::Plain => WayShape::Plain,
                    NameMismatch::LatinLetters => WayShape::LatinLetters,
                    NameMismatch::InvisibleCharacters => WayShape::InvisibleCharacters,
                },
            },
            DifferingField::Snils => plain(PartShape::Snils),
            DifferingField::BirthDate => plain(PartShape::BirthDate),
        }
    }
}

/// An error (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Problem)]
pub(super) struct ProblemShape {
    /// An address that names the code.
    #[serde(rename = "type")]
    kind: String,
    /// The HTTP status.
    status: u16,
    /// The stable code; programs go by it.
    pub(super) code: &'static str,
    /// The heading, for people.
    title: String,
    /// What happened and who can mend it, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Who can mend it: `person`, `person-at-provider`, `administrator`, `region`, `time` or
    /// `nobody`.
    #[serde(skip_serializing_if = "Option::is_none")]
    mender: Option<&'static str>,
    /// What to offer first, such as `try-again`, `step-up`, `ask-school`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'static str>,
    /// The number of the request in the host's log, for the support.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    /// When another try makes sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    until: Option<String>,
    /// Which identity data differ; never their values.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<DifferingShape>>,
    /// The fields of the request that do not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Vec<FaultShape>>,
    /// The flow in which it happened, as it stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    flow: Option<Box<FlowShape>>,
}

fn kind(app: &AppState, code: &str) -> String {
    format!(
        "{}/api/v1/problems#{code}",
        app.site().public_address.origin()
    )
}

fn answer(shape: &ProblemShape) -> Response {
    let status = StatusCode::from_u16(shape.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_vec(shape).unwrap_or_default();
    let mut response = (status, Body::from(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer realm=\"svyazka\"");
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response.extensions_mut().insert(RefusedWith(shape.code));
    response
}

/// The status of a refusal: as on the pages, but a flow of somebody else is not there
/// (`threats.md` G7).
pub(super) const fn status_of(code: RefusalCode) -> StatusCode {
    match code {
        RefusalCode::FlowNotYours => StatusCode::NOT_FOUND,
        code => refusal::status(code),
    }
}

/// What a refusal says, as the page of that place says it.
pub(super) async fn refusal_shape(
    scene: &Scene<'_>,
    refusal: &Refusal,
) -> Result<ProblemShape, Problem> {
    let code = refusal.code();
    let words = refusal::words(scene, refusal).await?;
    let fields: Vec<DifferingShape> = refusal::differing(refusal)
        .into_iter()
        .map(DifferingShape::from)
        .collect();
    Ok(ProblemShape {
        kind: kind(scene.app, code.as_str()),
        status: status_of(code).as_u16(),
        code: code.as_str(),
        title: words.title,
        detail: (!words.says.is_empty()).then(|| words.says.join("\n")),
        mender: Some(code.mender().code()),
        next: Some(code.next_step().code()),
        request: scene.visit.visitor().request.clone(),
        until: match refusal {
            Refusal::TooManyAttempts { until } => Some(moment(*until)),
            _ => None,
        },
        fields: (!fields.is_empty()).then_some(fields),
        errors: new_password_fault(&scene.texts(), refusal).map(|fault| vec![fault]),
        flow: None,
    })
}

/// The field of a new password that does not do, and why.
fn new_password_fault(t: &Texts, refusal: &Refusal) -> Option<FaultShape> {
    let Refusal::PasswordUnfit { fault } = refusal else {
        return None;
    };
    let code = FaultCode::from(*fault);
    Some(FaultShape {
        pointer: Some(NEW_PASSWORD.to_owned()),
        parameter: None,
        code,
        detail: fault_text(t, code),
    })
}

/// The answer that a rule said no.
pub(super) async fn refused(
    scene: &Scene<'_>,
    refusal: &Refusal,
    flow: Option<FlowShape>,
) -> ApiResult {
    let mut shape = refusal_shape(scene, refusal).await?;
    shape.flow = flow.map(Box::new);
    let mut response = answer(&shape);
    if let Some(seconds) = refusal::retry_after(scene, refusal) {
        let value = HeaderValue::from(seconds);
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    Ok(response)
}

/// Code and text key of a problem of the program itself.
const fn name_of(problem: &Problem) -> (&'static str, &'static str) {
    match problem {
        Problem::Fault(Broken::Hash(HashError::Busy)) | Problem::TooManyStarts => {
            ("busy", "api-busy")
        }
        Problem::Fault(Broken::Store(StoreError::Unavailable(_))) => {
            ("unavailable", "api-unavailable")
        }
        Problem::Fault(Broken::Store(StoreError::Conflict(_))) => ("conflict", "api-conflict"),
        Problem::Fault(_) | Problem::Contradiction(_) | Problem::Template | Problem::Panic => {
            ("broken", "api-broken")
        }
        Problem::BadRequest => ("bad-request", "api-bad-request"),
        Problem::TooLarge => ("too-large", "api-too-large"),
        Problem::NotFound => ("not-found", "api-not-found"),
        Problem::MethodNotAllowed => ("method-not-allowed", "api-method-not-allowed"),
        Problem::WrongHost => ("wrong-host", "api-wrong-host"),
        Problem::ForeignForm | Problem::StaleForm => ("foreign-request", "api-foreign-request"),
        Problem::NoCookies => ("no-client", "api-no-client"),
    }
}

fn bare(
    app: &AppState,
    language: Language,
    id: &RequestId,
    status: StatusCode,
    name: (&'static str, &str),
) -> ProblemShape {
    let (code, key) = name;
    ProblemShape {
        kind: kind(app, code),
        status: status.as_u16(),
        code,
        title: app.texts(language).text(key),
        detail: None,
        mender: None,
        next: None,
        request: Some(id.as_str().to_owned()),
        until: None,
        fields: None,
        errors: None,
        flow: None,
    }
}

/// The answer to a problem of the program itself.
pub(crate) fn of_problem(
    app: &AppState,
    language: Language,
    problem: &Problem,
    id: &RequestId,
) -> Response {
    let status = problem.status();
    let mut response = answer(&bare(app, language, id, status, name_of(problem)));
    if matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
    ) {
        let value = HeaderValue::from_static("60");
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn fault_text(t: &Texts, code: FaultCode) -> String {
    let key = match code {
        FaultCode::Unknown => "api-fault-unknown",
        FaultCode::Missing => "api-fault-missing",
        FaultCode::Doubled => "api-fault-doubled",
        FaultCode::Unfit => "api-fault-unfit",
        FaultCode::TooShort => NewPasswordFault::Unfit(PasswordFault::TooShort).key(),
        FaultCode::Common => NewPasswordFault::Unfit(PasswordFault::Common).key(),
        FaultCode::LikeLogin => NewPasswordFault::Unfit(PasswordFault::LikeLogin).key(),
    };
    t.text_with(key, &fewest_chars())
}

fn of_trouble(app: &AppState, language: Language, trouble: &Trouble, id: &RequestId) -> Response {
    let (status, name) = match trouble {
        Trouble::Problem(problem) => return of_problem(app, language, problem, id),
        Trouble::NotSignedIn => (
            StatusCode::UNAUTHORIZED,
            ("not-signed-in", "api-not-signed-in"),
        ),
        Trouble::NoClient => (StatusCode::UNAUTHORIZED, ("no-client", "api-no-client")),
        Trouble::ForeignRequest => (
            StatusCode::FORBIDDEN,
            ("foreign-request", "api-foreign-request"),
        ),
        Trouble::NoLetters => (StatusCode::NOT_FOUND, ("no-letters", "api-no-letters")),
        Trouble::MediaType => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ("unsupported-media-type", "api-media-type"),
        ),
        Trouble::BadKey => (StatusCode::BAD_REQUEST, ("bad-key", "api-bad-key")),
        Trouble::Unfit(_) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            ("unfit-fields", "api-unfit-fields"),
        ),
        Trouble::RepeatDiffers => (
            StatusCode::UNPROCESSABLE_ENTITY,
            ("repeat-differs", "api-repeat-differs"),
        ),
        Trouble::RepeatAtWork(_) => (
            StatusCode::CONFLICT,
            ("repeat-at-work", "api-repeat-at-work"),
        ),
    };
    let mut shape = bare(app, language, id, status, name);
    if let Trouble::Unfit(unfit) = trouble {
        let t = app.texts(language);
        let errors = unfit.faults.iter().map(|fault| {
            let place = Some(fault.place.clone());
            let (pointer, parameter) = match unfit.place {
                Place::Body => (place, None),
                Place::Query => (None, place),
            };
            FaultShape {
                pointer,
                parameter,
                code: fault.code,
                detail: fault_text(&t, fault.code),
            }
        });
        shape.errors = Some(errors.collect());
    }
    let mut response = answer(&shape);
    if let Trouble::RepeatAtWork(wait) = trouble {
        let seconds = HeaderValue::from(wait.num_seconds().max(1));
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// Gives every answer that is an error its text; whatever the framework answered by itself too.
pub(super) fn complete(
    app: &AppState,
    language: Language,
    mut response: Response,
    id: &RequestId,
) -> Response {
    let problem = response.extensions_mut().remove::<Problem>();
    let trouble = response.extensions_mut().remove::<Trouble>();
    let told = match (problem, trouble) {
        (Some(problem), _) => {
            log(&problem, id);
            Some(of_problem(app, language, &problem, id))
        }
        (None, Some(trouble)) => {
            if trouble == Trouble::ForeignRequest {
                log(&Problem::ForeignForm, id);
            }
            Some(of_trouble(app, language, &trouble, id))
        }
        (None, None) => None,
    };
    if let Some(told) = told {
        return told;
    }
    let media_type = response.headers().get(header::CONTENT_TYPE);
    let is_told = media_type.is_some_and(|value| value == MEDIA_TYPE);
    if is_told || !(response.status().is_client_error() || response.status().is_server_error()) {
        return response;
    }
    let problem = match response.status() {
        StatusCode::NOT_FOUND => Problem::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Problem::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
        status if status.is_client_error() => Problem::BadRequest,
        _ => Problem::Contradiction("an answer without a cause"),
    };
    of_problem(app, language, &problem, id)
}
