//! Refusals are pages with doors, made by one template from the refusal's code (`texts.md`,
//! section 5). Which doors there are depends on where the person stands: in a flow that can go
//! on, in one that is over, or in none.

mod doors;
mod scene;

pub(crate) use scene::Scene;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use linking_core::{
    person::{NameMismatch, NamePart},
    refusal::{AccountLack, DifferingField, MixUp, Refusal, RefusalCode},
    sign_in::PauseOf,
    time::{FLOW_LIFE, RESTORE_LIFE},
    usecase::StartOrder,
};

use crate::{
    i18n::{Args, Texts},
    pages::{
        consent::consent_view,
        flow::{begun_at, time_left},
        frame::{Frame, show},
        message::{Door, MessagePage, Weight},
    },
    telemetry::RefusedWith,
    web::problem::{PageResult, Problem},
};

/// The status of a refusal's page.
pub(crate) const fn status(code: RefusalCode) -> StatusCode {
    match code {
        RefusalCode::ProviderOff
        | RefusalCode::ConsentRefused
        | RefusalCode::AssuranceTooLow
        | RefusalCode::WrongCredentials
        | RefusalCode::AccountBlocked
        | RefusalCode::NewPasswordNeeded
        | RefusalCode::StepUpNeeded
        | RefusalCode::FlowNotYours => StatusCode::FORBIDDEN,
        RefusalCode::IdentityLinkedElsewhere
        | RefusalCode::AccountLinkedAlready
        | RefusalCode::GuardianChildMixUp
        | RefusalCode::NameMismatch
        | RefusalCode::SnilsMismatch
        | RefusalCode::BirthDateMismatch
        | RefusalCode::LastSignInMethod
        | RefusalCode::FlowFinished => StatusCode::CONFLICT,
        RefusalCode::FlowExpired | RefusalCode::TicketOld => StatusCode::GONE,
        RefusalCode::PasswordUnfit => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalCode::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
        RefusalCode::ProviderUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        RefusalCode::ProviderAnswerInvalid => StatusCode::BAD_GATEWAY,
    }
}

/// Seconds after which another try makes sense, for the header `Retry-After`.
pub(crate) fn retry_after(scene: &Scene<'_>, refusal: &Refusal) -> Option<i64> {
    match refusal {
        Refusal::TooManyAttempts { until } => {
            let left = until.signed_duration_since(scene.now());
            Some(left.num_seconds().max(1))
        }
        Refusal::ProviderUnavailable => Some(60),
        _ => None,
    }
}

/// The page of a refusal.
pub(crate) async fn page(scene: &Scene<'_>, refusal: &Refusal) -> PageResult {
    let code = refusal.code();
    let t = scene.texts();
    let title = title(&t, refusal);
    let mut frame = Frame::new(scene.app, scene.visit, "refused", title).refusing(code.as_str());
    if let Some(provider) = scene.provider() {
        frame = frame.leading_to(scene.app, &provider);
    }
    if let Some(flow) = scene.flow() {
        frame = frame.back_to(begun_at(flow));
    }
    let mut page = tell(scene, refusal, MessagePage::new(frame, t)).await?;
    // A refusal that tells the time by itself does not need it twice.
    let told = matches!(
        refusal,
        Refusal::ProviderUnavailable | Refusal::TooManyAttempts { .. }
    );
    if let Some(flow) = scene.flow().filter(|_| scene.can_retry() && !told) {
        let time = time_left(flow, &page.t, scene.offset().await?);
        page = page.until(time);
    }
    let page = doors::add(scene, refusal, page);
    let mut response = refused_with(show(&page, status(code))?, code);
    if let Some(seconds) = retry_after(scene, refusal) {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// The words of a refusal's page, without its doors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefusalWords {
    /// The heading.
    pub(crate) title: String,
    /// What happened, and who can mend it.
    pub(crate) says: Vec<String>,
}

/// What the page of a refusal says.
pub(crate) async fn words(scene: &Scene<'_>, refusal: &Refusal) -> Result<RefusalWords, Problem> {
    let t = scene.texts();
    let title = title(&t, refusal);
    let frame = Frame::new(scene.app, scene.visit, "refused", title.clone());
    let page = tell(scene, refusal, MessagePage::new(frame, t)).await?;
    Ok(RefusalWords {
        title,
        says: page.says(),
    })
}

/// Names the refusal in the request's log line.
pub(crate) fn refused_with(mut response: Response, code: RefusalCode) -> Response {
    response.extensions_mut().insert(RefusedWith(code.as_str()));
    response
}

fn key(refusal: &Refusal, part: &str) -> String {
    format!("refusal-{}-{part}", refusal.code().as_str())
}

fn mix_up_args(mix_up: MixUp) -> Args {
    Args::new().with(
        "mix-up",
        match mix_up {
            MixUp::AdultOnChild => "adult-on-child",
            MixUp::ChildOnAdult => "child-on-adult",
        },
    )
}

fn title(t: &Texts, refusal: &Refusal) -> String {
    match refusal {
        Refusal::GuardianChildMixUp { mix_up } => {
            t.text_with(&key(refusal, "title"), &mix_up_args(*mix_up))
        }
        Refusal::AssuranceTooLow {
            lacks: AccountLack::Else,
        } => t.text("refusal-assurance-too-low-unfit-title"),
        Refusal::AssuranceTooLow {
            lacks: AccountLack::Level,
        } => {
            let needed = Args::new().with("needed", t.text("level-verified"));
            t.text_with(&key(refusal, "title"), &needed)
        }
        _ => t.text(&key(refusal, "title")),
    }
}

/// Explanation: what happened, and who can mend it.
async fn tell(
    scene: &Scene<'_>,
    refusal: &Refusal,
    page: MessagePage,
) -> Result<MessagePage, Problem> {
    let t = page.t.clone();
    let plain = t.has(&key(refusal, "text"));
    Ok(match refusal {
        Refusal::ConsentRefused => {
            let details = scene.provider().and_then(|provider| {
                consent_view(scene.app, &provider, &t, &t.text("label-continue"))
            });
            let summary = t.text("refusal-consent-refused-details");
            MessagePage {
                details: details.map(|view| (summary, view)),
                ..page.say(t.text("refusal-consent-refused-text"))
            }
        }
        Refusal::AssuranceTooLow { lacks } => match lacks {
            AccountLack::Level => page
                .say(t.text("refusal-assurance-too-low-text"))
                .item(t.text("refusal-assurance-too-low-verified"))
                .item(t.text("refusal-assurance-too-low-child")),
            AccountLack::Else => page
                .say(t.text("refusal-assurance-too-low-unfit-text"))
                .say(t.text("refusal-assurance-too-low-unfit-child")),
        },
        Refusal::IdentityLinkedElsewhere => page
            .say(t.text("refusal-identity-linked-elsewhere-text"))
            .item(t.text(if scene.way_out().is_some() {
                "refusal-identity-linked-elsewhere-move"
            } else {
                "refusal-identity-linked-elsewhere-own"
            }))
            .item(t.text("refusal-identity-linked-elsewhere-foreign"))
            .say(scene.whom_to_ask(&t).await?),
        Refusal::AccountLinkedAlready { since } => {
            let date = t.day(*since, scene.offset().await?);
            let key = if scene.way_out().is_some() {
                "refusal-account-linked-already-text"
            } else {
                "refusal-account-linked-already-text-over"
            };
            page.say(t.text_with(key, &Args::new().with("date", date)))
                .say(t.text("refusal-account-linked-already-foreign"))
                .say(scene.whom_to_ask(&t).await?)
        }
        Refusal::GuardianChildMixUp { mix_up } => {
            let args = mix_up_args(*mix_up);
            let page = page.say(t.text_with("refusal-guardian-child-mix-up-text", &args));
            let page = match mix_up {
                MixUp::AdultOnChild => page
                    .item(t.text("refusal-guardian-child-mix-up-parent"))
                    .item(t.text("refusal-guardian-child-mix-up-child")),
                MixUp::ChildOnAdult => page,
            };
            page.say(scene.whom_to_ask(&t).await?)
        }
        Refusal::NameMismatch { .. } | Refusal::SnilsMismatch | Refusal::BirthDateMismatch => {
            let page = page.say(t.text("refusal-mismatch-list"));
            differing(refusal)
                .iter()
                .fold(page, |page, field| page.item(field_text(&t, *field)))
                .say(t.text(&key(refusal, "text")))
                .say(t.text("refusal-mismatch-who"))
                .say(scene.whom_to_ask(&t).await?)
        }
        Refusal::TooManyAttempts { until } => {
            let offset = scene.offset().await?;
            let page = match scene.pause_of(*until) {
                PauseOf::Password => {
                    let args = Args::new()
                        .with("time", t.time(*until, offset))
                        .with_number("minutes", Texts::minutes_until(*until, scene.now()));
                    page.say(t.text_with("refusal-too-many-attempts-text", &args))
                }
                PauseOf::Linking => {
                    let moment = t.moment(*until, scene.now(), offset);
                    let args = Args::new().with("moment", moment);
                    page.say(t.text_with("refusal-too-many-attempts-text-linking", &args))
                }
            };
            match scene.flow() {
                Some(flow) if flow.outlasts(*until) => page.say(t.text_with(
                    "refusal-too-many-attempts-text-in-flow",
                    &Args::new().with("time", t.time(flow.expires_at, offset)),
                )),
                None if scene.offered().is_some() => {
                    page.say(t.text("refusal-too-many-attempts-text-provider"))
                }
                Some(_) | None => page,
            }
        }
        Refusal::LastSignInMethod => {
            let page = page.say(t.text("refusal-last-sign-in-method-text"));
            let has_password = scene
                .visit
                .actor()
                .is_some_and(|actor| actor.sheet.account().password.is_some());
            let page = if has_password {
                page
            } else {
                page.item(t.text("refusal-last-sign-in-method-no-password"))
            };
            page.say(t.text("refusal-last-sign-in-method-who"))
        }
        Refusal::FlowExpired => {
            let minutes = u32::try_from(FLOW_LIFE.num_minutes()).unwrap_or_default();
            let args = Args::new().with_number("minutes", minutes);
            let signed_in = scene.visit.actor().is_some();
            match scene.order() {
                StartOrder::SignIn => page
                    .say(t.text_with("refusal-flow-expired-text", &args))
                    .say(t.text("refusal-flow-expired-text-school")),
                _ if signed_in => page.say(t.text_with("refusal-flow-expired-text", &args)),
                _ => page.say(t.text("refusal-flow-expired-text-signed-out")),
            }
        }
        Refusal::ProviderUnavailable => {
            let page = match scene.flow() {
                Some(flow) => {
                    let time = t.time(flow.expires_at, scene.offset().await?);
                    let args = Args::new().with("time", time);
                    page.say(t.text_with("refusal-provider-unavailable-text", &args))
                }
                None => page.say(t.text("refusal-provider-unavailable-text-plain")),
            };
            if scene.visit.actor().is_none() && scene.offers_local() {
                page.say(t.text("refusal-provider-unavailable-text-local"))
            } else {
                page
            }
        }
        Refusal::ProviderAnswerInvalid => {
            let page = page.say(t.text("refusal-provider-answer-invalid-text"));
            match scene.flow().and_then(|flow| flow.report.as_deref()) {
                Some(number) => {
                    let args = Args::new().with("code", number);
                    page.say(t.text_with("refusal-provider-answer-invalid-number", &args))
                        .say(scene.app.support(&t))
                }
                None => page,
            }
        }
        Refusal::NewPasswordNeeded => {
            let page = page.say(t.text("refusal-new-password-needed-text"));
            if scene.app.site().writes_letters {
                page.say(t.text("refusal-new-password-needed-text-letter"))
            } else {
                page.say(scene.who_gives_passwords(&t).await?)
                    .say(scene.whom_to_ask(&t).await?)
            }
        }
        Refusal::TicketOld => {
            let minutes = u32::try_from(RESTORE_LIFE.num_minutes()).unwrap_or_default();
            let args = Args::new().with_number("minutes", minutes);
            page.say(t.text_with("refusal-ticket-old-text", &args))
        }
        Refusal::ProviderOff
        | Refusal::WrongCredentials
        | Refusal::PasswordUnfit { .. }
        | Refusal::AccountBlocked
        | Refusal::StepUpNeeded
        | Refusal::FlowNotYours
        | Refusal::FlowFinished => {
            if plain {
                page.say(t.text(&key(refusal, "text")))
            } else {
                page
            }
        }
    })
}

/// The fields that a mismatch names: of the name first and alone (`threats.md` F5).
pub(crate) fn differing(refusal: &Refusal) -> Vec<DifferingField> {
    match refusal {
        Refusal::NameMismatch { fields } => fields.clone(),
        Refusal::SnilsMismatch => vec![DifferingField::Snils],
        Refusal::BirthDateMismatch => vec![DifferingField::BirthDate],
        _ => Vec::new(),
    }
}

fn field_text(t: &Texts, field: DifferingField) -> String {
    match field {
        DifferingField::Name { part, mismatch } => {
            let name = t.text(match part {
                NamePart::Surname => "differs-surname",
                NamePart::GivenName => "differs-given-name",
                NamePart::Patronymic => "differs-patronymic",
            });
            let args = Args::new().with("field", name.clone());
            match mismatch {
                NameMismatch::Plain => name,
                NameMismatch::LatinLetters => t.text_with("differs-latin", &args),
                NameMismatch::InvisibleCharacters => t.text_with("differs-invisible", &args),
            }
        }
        DifferingField::Snils => t.text("differs-snils"),
        DifferingField::BirthDate => t.text("differs-birth-date"),
    }
}

/// «Ещё 15 минут».
pub(crate) fn prolong_text(t: &Texts) -> String {
    let minutes = u32::try_from(FLOW_LIFE.num_minutes()).unwrap_or_default();
    t.text_with(
        "action-prolong",
        &Args::new().with_number("minutes", minutes),
    )
}

/// «Начните в этом браузере» for an answer that belongs to no flow at all: begin with «Войти»
/// (`threats.md` A19).
pub(crate) fn without_flow(scene: &Scene<'_>, status: StatusCode) -> PageResult {
    let refusal = Refusal::FlowNotYours;
    let t = scene.texts();
    let frame = Frame::new(scene.app, scene.visit, "refused", title(&t, &refusal))
        .refusing(refusal.code().as_str());
    let door = Door::page(Weight::Main, t.text("label-sign-in"), "/sign-in");
    let help = Door::page(Weight::Plain, t.text("help-cookies-title"), "/help/cookies");
    let page = MessagePage::new(frame, t.clone())
        .say(t.text("refusal-flow-not-yours-text"))
        .door(door)
        .door(help);
    Ok(refused_with(show(&page, status)?, refusal.code()))
}
