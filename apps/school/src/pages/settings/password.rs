//! PASSWORD: the own password, changed or set; and the form of a new password wherever it stands.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use linking_core::{
    account::PasswordOrigin,
    refusal::{Refusal, RefusalCode},
    secret::{Password, PasswordFault},
    usecase::Outcome,
};

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
        visit::{SignedIn, Visit},
    },
};

/// For so long the page says that the password was changed.
const TOLD_FOR: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

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
    /// The page, with why the last try did not do.
    pub(crate) fn show(
        self,
        app: &AppState,
        visit: &Visit,
        error: Option<&'static str>,
    ) -> PageResult {
        let t = app.texts(visit);
        let chars = u32::try_from(Password::MIN_CHARS).unwrap_or_default();
        let count = Args::new().with_number("count", chars);
        let error = error.map(|key| t.text_with(key, &count));
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
            lead: t.text_with("page-new-password-lead", &count),
            action: self.action,
            username: self.username,
            back: self.back.map(str::to_owned),
            frame,
            t,
        };
        show(&page, status)
    }
}

/// The words for a password that does not do.
pub(crate) const fn password_fault(fault: PasswordFault) -> &'static str {
    match fault {
        PasswordFault::TooShort => "field-new-password-short",
        PasswordFault::Common => "field-new-password-common",
        PasswordFault::LikeLogin => "field-new-password-login",
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
        action: "/settings/password".to_owned(),
        back: Some("/settings"),
        username: account.login.as_str().to_owned(),
    }
}

/// GET `/settings/password`.
pub(crate) async fn open(State(app): State<AppState>, signed_in: SignedIn) -> PageResult {
    match app.linking().password_view(&signed_in.actor) {
        Outcome::Done(()) => form_of(&signed_in).show(&app, &signed_in.visit, None),
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
    let fault = match Password::new(typed) {
        None => "field-new-password-empty",
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
                Outcome::Refused(Refusal::PasswordUnfit { fault }) => password_fault(fault),
                Outcome::Refused(refusal) => return refuse(&app, &signed_in, &refusal).await,
            }
        }
    };
    let response = form_of(&signed_in).show(&app, &signed_in.visit, Some(fault))?;
    Ok(refusal::refused_with(response, RefusalCode::PasswordUnfit))
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
