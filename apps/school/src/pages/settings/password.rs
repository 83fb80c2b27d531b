//! PASSWORD: the own password, changed or set; and the form of a new password wherever it stands.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use linking_core::{account::PasswordOrigin, refusal::Refusal, secret::Password, usecase::Outcome};

use crate::{
    flow_response,
    i18n::{Args, Texts},
    pages::{
        credentials::ErrorSummary,
        frame::{Frame, page, see, show},
        message::{Door, MessagePage, Weight},
        refusal::{self, Scene},
    },
    web::{
        fields::Form,
        next::NextAct,
        problem::PageResult,
        state::AppState,
        told::{NewPasswordFault, Told, see_told},
        visit::{SignedIn, Visit},
    },
};

/// For so long the page says that the password was changed.
const TOLD_FOR: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

/// The page of the own password.
const OWN_PASSWORD: &str = "/settings/password";

#[derive(Debug, Template)]
#[template(path = "new-password.html")]
pub(crate) struct NewPasswordPage {
    frame: Frame,
    t: Texts,
    errors: Option<ErrorSummary>,
    error: Option<String>,
    lead: String,
    action: String,
    username: String,
    back: Option<String>,
}

page!(NewPasswordPage);

/// The form of a new password.
pub(crate) struct NewPasswordForm {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) action: String,
    pub(crate) back: Option<&'static str>,
    /// For password managers.
    pub(crate) username: String,
}

impl NewPasswordForm {
    /// The page, with why the last press did not do.
    pub(crate) fn show(self, app: &AppState, visit: &Visit) -> PageResult {
        let t = app.texts(visit);
        let fault = visit.told().and_then(Told::new_password);
        let error = fault.map(|fault| t.text_with(fault.key(), &fewest_chars()));
        let mut frame = Frame::new(app, visit, self.name, t.text(self.title))
            .with_errors(error.is_some())
            .with_script();
        if let Some(back) = self.back {
            frame = frame.back_to(back);
        }
        let status = if error.is_some() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        };
        let page = NewPasswordPage {
            errors: error.clone().map(|text| ErrorSummary {
                title: t.text("field-summary-title"),
                items: vec![("#new-password".to_owned(), text)],
                help: None,
            }),
            error,
            lead: t.text_with("page-new-password-lead", &fewest_chars()),
            action: self.action,
            username: self.username,
            back: self.back.map(str::to_owned),
            frame,
            t,
        };
        show(&page, status)
    }
}

/// How many characters a new password has at least, for its words.
pub(crate) fn fewest_chars() -> Args {
    let chars = u32::try_from(Password::MIN_CHARS).unwrap_or_default();
    Args::new().with_number("count", chars)
}

/// What the page of a new password is to tell after a refusal.
pub(crate) fn new_password_told(refusal: Refusal) -> Told {
    match refusal {
        Refusal::PasswordUnfit { fault } => Told::NewPassword(NewPasswordFault::Unfit(fault)),
        other => Told::refused(other),
    }
}

async fn refuse(app: &AppState, signed_in: &SignedIn, refusal: &Refusal) -> PageResult {
    if *refusal == Refusal::StepUpNeeded {
        return Ok(see(&NextAct::Password.step_up()));
    }
    refusal::page(&Scene::remembered(app, &signed_in.visit), refusal).await
}

fn form_of(signed_in: &SignedIn) -> NewPasswordForm {
    let account = signed_in.actor.sheet.account();
    NewPasswordForm {
        name: "password",
        title: if account.password.is_some() {
            "page-password-title"
        } else {
            "page-password-first-title"
        },
        action: OWN_PASSWORD.to_owned(),
        back: Some("/settings"),
        username: account.login.as_str().to_owned(),
    }
}

/// GET `/settings/password`.
pub(crate) async fn open(State(app): State<AppState>, signed_in: SignedIn) -> PageResult {
    if let Some(refusal) = signed_in.visit.told().and_then(Told::refusal) {
        return refuse(&app, &signed_in, refusal).await;
    }
    match app.linking().password_view(&signed_in.actor) {
        Outcome::Done(()) => form_of(&signed_in).show(&app, &signed_in.visit),
        Outcome::Refused(refusal) => refuse(&app, &signed_in, &refusal).await,
    }
}

/// POST `/settings/password`.
pub(crate) async fn submit(
    State(app): State<AppState>,
    signed_in: SignedIn,
    form: Form,
) -> PageResult {
    let fields = form.only(&["new-password"])?;
    let typed = fields.get("new-password").unwrap_or_default().to_owned();
    let told = match Password::new(typed) {
        None => Told::NewPassword(NewPasswordFault::Empty),
        Some(password) => {
            let visitor = signed_in.visit.visitor();
            let outcome = app
                .linking()
                .change_password(visitor, &signed_in.actor, password)
                .await?;
            match outcome {
                Outcome::Done(session) => {
                    let mut response = see("/settings/password/changed");
                    flow_response::begin_session(response.headers_mut(), &session);
                    return Ok(response);
                }
                Outcome::Refused(Refusal::StepUpNeeded) => {
                    return Ok(see(&NextAct::Password.step_up()));
                }
                Outcome::Refused(refusal) => new_password_told(refusal),
            }
        }
    };
    Ok(see_told(&app, &signed_in.visit, OWN_PASSWORD, "", &told))
}

/// GET `/settings/password/changed`: says so, as long as it is news.
pub(crate) async fn changed(State(app): State<AppState>, signed_in: SignedIn) -> PageResult {
    let password = signed_in.actor.sheet.account().password.as_ref();
    let now = app.linking().now();
    let is_news = password.is_some_and(|password| {
        password.origin == PasswordOrigin::Owner && now - password.set_at < TOLD_FOR
    });
    if !is_news {
        return Ok(see("/settings"));
    }
    let t = app.texts(&signed_in.visit);
    let frame = Frame::new(
        &app,
        &signed_in.visit,
        "password-changed",
        t.text("page-password-restored-title"),
    );
    let page = MessagePage::new(frame, t.clone())
        .done()
        .say(t.text("page-password-changed-text"))
        .door(Door::page(
            Weight::Main,
            t.text("action-to-settings"),
            "/settings#security",
        ));
    show(&page, StatusCode::OK)
}
