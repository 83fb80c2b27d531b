//! The form of login and password: on the sign-in page, and on the page of the local proof.

use axum::http::StatusCode;
use linking_core::{
    ids::OrganizationId, person::Login, refusal::Refusal, secret::Password,
    usecase::LocalCredentials,
};
use serde::{Deserialize, Serialize};

use crate::{
    i18n::Texts,
    pages::place::FoundPlace,
    web::{fields::Fields, told::Told},
};

/// The summary of errors on top of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ErrorSummary {
    pub(crate) title: String,
    /// Links to the fields, with the fields' very words.
    pub(crate) items: Vec<(String, String)>,
    pub(crate) help: Option<String>,
}

/// The form as the template draws it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CredentialsView {
    pub(crate) action: String,
    pub(crate) title: String,
    /// The organisation, where it is known; else the hits of the search are a part of the form.
    pub(crate) organization: Option<String>,
    /// What a form that comes back must not forget.
    pub(crate) hidden: Vec<(&'static str, String)>,
    pub(crate) login: String,
    pub(crate) login_hint: Option<String>,
    pub(crate) login_error: Option<String>,
    pub(crate) password_hint: Option<String>,
    pub(crate) password_error: Option<String>,
    /// An error of both fields together.
    pub(crate) error: Option<String>,
    pub(crate) forgot: Forgot,
    /// Whether there is a tick for shared computers, and whether it is set.
    pub(crate) shared: Option<bool>,
    /// «Войти».
    pub(crate) button: String,
}

/// Where «Восстановить пароль» leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Forgot {
    /// To a page.
    Page(&'static str),
    /// Through a form: the flow is asked to wait.
    Form(String),
}

impl CredentialsView {
    /// What is read out with the login's field: messages, then the hint.
    pub(crate) fn login_describedby(&self) -> String {
        self.describedby(
            "login",
            self.login_error.is_some(),
            self.login_hint.is_some(),
        )
    }

    /// What is read out with the password's field.
    pub(crate) fn password_describedby(&self) -> String {
        self.describedby(
            "password",
            self.password_error.is_some(),
            self.password_hint.is_some(),
        )
    }

    fn describedby(&self, field: &str, has_error: bool, has_hint: bool) -> String {
        let mut ids = Vec::new();
        if self.error.is_some() {
            ids.push("credentials-error".to_owned());
        }
        if has_error {
            ids.push(format!("{field}-error"));
        }
        if has_hint {
            ids.push(format!("{field}-hint"));
        }
        ids.join(" ")
    }
}

impl TypedFault {
    /// The status of the page that tells it.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Empty { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::FitsNobody => StatusCode::FORBIDDEN,
        }
    }
}

/// What a form that comes back is drawn from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Again<'a> {
    /// What is wrong.
    pub(crate) fault: Option<TypedFault>,
    /// The login as typed.
    pub(crate) login: &'a str,
}

impl<'a> Again<'a> {
    /// What the last press led to, if it was this form's.
    pub(crate) fn of(told: Option<&'a Told>) -> Self {
        match told {
            Some(Told::Typed { fault, login }) => Self {
                fault: Some(*fault),
                login,
            },
            Some(_) | None => Self::default(),
        }
    }

    /// The page's status.
    pub(crate) fn status(self) -> StatusCode {
        self.fault.map_or(StatusCode::OK, TypedFault::status)
    }
}

/// What was typed, as far as it goes back into the page: never the password.
#[derive(Debug)]
pub(crate) struct Typed {
    organization: Option<OrganizationId>,
    login: String,
    password: Option<Password>,
    password_came: bool,
}

/// Why what was typed cannot be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TypedFault {
    /// Something was left empty.
    Empty {
        /// The organisation.
        organization: bool,
        /// The login.
        login: bool,
        /// The password.
        password: bool,
    },
    /// No account has such a login or password: the one message (`threats.md` F3).
    FitsNobody,
}

impl Typed {
    /// Reads the form's fields.
    pub(crate) fn read(fields: &Fields) -> Self {
        let password = fields.get("password").unwrap_or_default();
        Self {
            organization: fields.parsed("organization"),
            login: fields
                .filled("login")
                .unwrap_or_default()
                .chars()
                .take(200)
                .collect(),
            password_came: !password.is_empty(),
            password: Password::new(password.to_owned()),
        }
    }

    /// What the page is to tell after a refusal: the form again, or the refusal's own page.
    pub(crate) fn told_of(self, refusal: Refusal) -> Told {
        match refusal {
            Refusal::WrongCredentials => self.told(TypedFault::FitsNobody),
            other => Told::refused(other),
        }
    }

    /// What the page is to tell that draws the form again.
    pub(crate) fn told(self, fault: TypedFault) -> Told {
        Told::Typed {
            fault,
            login: self.login,
        }
    }

    /// What can be tried.
    pub(crate) fn credentials(&self) -> Result<LocalCredentials, TypedFault> {
        let Some(organization) = self
            .organization
            .filter(|_| !self.login.is_empty() && self.password_came)
        else {
            return Err(TypedFault::Empty {
                organization: self.organization.is_none(),
                login: self.login.is_empty(),
                password: !self.password_came,
            });
        };
        let login: Option<Login> = self.login.parse().ok();
        match (login, self.password.clone()) {
            (Some(login), Some(password)) => Ok(LocalCredentials {
                organization,
                login,
                password,
            }),
            (None, _) | (_, None) => Err(TypedFault::FitsNobody),
        }
    }
}

/// Writes the errors of what was typed into the page.
pub(crate) fn mark(
    fault: TypedFault,
    t: &Texts,
    in_flow: bool,
    form: Option<&mut CredentialsView>,
    place: &mut FoundPlace,
) -> ErrorSummary {
    match fault {
        TypedFault::Empty {
            organization,
            login,
            password,
        } => {
            let mut items = Vec::new();
            if organization && let Some((text, anchor)) = place.left_empty(t) {
                items.push((anchor.to_owned(), text));
            }
            if let Some(form) = form {
                if login {
                    let text = t.text("field-login-empty");
                    items.push(("#login".to_owned(), text.clone()));
                    form.login_error = Some(text);
                }
                if password {
                    let text = t.text("field-password-empty");
                    items.push(("#password".to_owned(), text.clone()));
                    form.password_error = Some(text);
                }
            }
            ErrorSummary {
                title: t.text("field-summary-title"),
                items,
                help: None,
            }
        }
        TypedFault::FitsNobody => {
            let text = t.text("refusal-wrong-credentials-field");
            if let Some(form) = form {
                form.error = Some(text.clone());
            }
            let mut help = t.text("refusal-wrong-credentials-text");
            if in_flow {
                help.push(' ');
                help.push_str(&t.text("refusal-wrong-credentials-text-in-flow"));
            }
            ErrorSummary {
                title: t.text("refusal-wrong-credentials-title"),
                items: vec![("#login".to_owned(), text)],
                help: Some(help),
            }
        }
    }
}
