//! The frame round every page (`pages.md`, section 2), and how a page becomes an answer.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use linking_core::{account::Account, person::RegisteredName, provider::ProviderId};

use crate::{
    i18n::{Args, Language, Texts},
    pages::assets,
    web::{origin::WebOrigin, problem::PageResult, state::AppState, visit::Visit},
};

/// What a page's script may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Script {
    /// There is none.
    #[default]
    None,
    /// Shows a password; searches while the person types.
    Forms,
}

/// What the document's head loads.
pub(crate) struct Assets {
    pub(crate) style: &'static str,
    pub(crate) script: Option<&'static str>,
    pub(crate) icon: &'static str,
}

/// Who reads a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    language: Language,
    visit: Option<&'a Visit>,
}

impl<'a> From<&'a Visit> for Reader<'a> {
    fn from(visit: &'a Visit) -> Self {
        Self {
            language: Language::from(visit),
            visit: Some(visit),
        }
    }
}

/// Somebody whom the guard did not get to know.
impl From<Language> for Reader<'_> {
    fn from(language: Language) -> Self {
        Self {
            language,
            visit: None,
        }
    }
}

impl From<Reader<'_>> for Language {
    fn from(reader: Reader<'_>) -> Self {
        reader.language
    }
}

/// The button that shows the same page in the other language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Switch {
    /// The code of the other language.
    pub(crate) code: &'static str,
    /// What it calls itself.
    pub(crate) name: &'static str,
}

impl Switch {
    fn from(language: Language) -> Self {
        let other = match language {
            Language::Russian => Language::English,
            Language::English => Language::Russian,
        };
        Self {
            code: other.code(),
            name: other.own_name(),
        }
    }
}

/// What the frame needs to know of a page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) t: Texts,
    /// The page's name for tests and style, such as `sign-in`.
    pub(crate) name: &'static str,
    /// The refusal's code, where the page is one.
    pub(crate) code: Option<&'static str>,
    pub(crate) title: String,
    pub(crate) step: Option<String>,
    pub(crate) back: Option<String>,
    pub(crate) has_errors: bool,
    /// Own given name and surname, where somebody is signed in.
    pub(crate) owner: Option<String>,
    pub(crate) form_token: String,
    /// Seconds until the page loads itself anew.
    pub(crate) refresh: Option<u8>,
    pub(crate) script: Script,
    pub(crate) banner: Option<String>,
    pub(crate) has_logo: bool,
    pub(crate) diary: String,
    /// The language of the diary's name, where it is another one than the page's.
    pub(crate) diary_language: Option<&'static str>,
    /// The way to the other language; none where no form could be sent.
    pub(crate) switch: Option<Switch>,
    origins: Vec<WebOrigin>,
}

impl Frame {
    /// The frame of a page; `title` is its heading.
    pub(crate) fn new<'a>(
        app: &AppState,
        reader: impl Into<Reader<'a>>,
        name: &'static str,
        title: impl Into<String>,
    ) -> Self {
        let Reader { language, visit } = reader.into();
        let t = app.texts(language);
        let banner = app.site().profile.banner().map(|key| t.text(key));
        let owner = visit
            .and_then(Visit::actor)
            .map(|actor| own_name(actor.sheet.account(), &t));
        let (diary, diary_language) = app.site().diary.name_in(language);
        let form_token = visit.map(|visit| visit.form_token().to_owned());
        Self {
            t,
            name,
            code: None,
            title: title.into(),
            step: None,
            back: None,
            has_errors: false,
            owner,
            form_token: form_token.unwrap_or_default(),
            refresh: None,
            script: Script::None,
            banner,
            has_logo: app.site().diary.logo.is_some(),
            diary: diary.to_owned(),
            diary_language: (diary_language != language).then(|| diary_language.code()),
            switch: visit.map(|_| Switch::from(language)),
            origins: Vec::new(),
        }
    }

    /// The line above the heading.
    pub(crate) fn under(mut self, step: impl Into<String>) -> Self {
        self.step = Some(step.into());
        self
    }

    /// The link «Назад».
    pub(crate) fn back_to(mut self, href: impl Into<String>) -> Self {
        self.back = Some(href.into());
        self
    }

    /// Whether the page has an error summary.
    pub(crate) fn with_errors(mut self, has_errors: bool) -> Self {
        self.has_errors = has_errors;
        self
    }

    /// The refusal that the page tells.
    pub(crate) fn refusing(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// Loads itself anew.
    pub(crate) fn refreshing(mut self, seconds: u8) -> Self {
        self.refresh = Some(seconds);
        self
    }

    /// The page has fields that a script makes quicker.
    pub(crate) fn with_script(mut self) -> Self {
        self.script = Script::Forms;
        self
    }

    /// The page has a form that leads to a provider.
    pub(crate) fn leading_to(mut self, app: &AppState, provider: &ProviderId) -> Self {
        for origin in app.origins_of(provider) {
            if !self.origins.contains(origin) {
                self.origins.push(origin.clone());
            }
        }
        self
    }

    /// The document's title: no name, login, school or code of a person (`threats.md` G11).
    pub(crate) fn document_title(&self) -> String {
        let key = if self.has_errors {
            "frame-title-error"
        } else {
            "frame-title"
        };
        self.t
            .text_with(key, &Args::new().with("title", self.title.clone()))
    }

    pub(crate) fn language(&self) -> &'static str {
        self.t.language().code()
    }

    /// «Сетевой Город, на главную».
    pub(crate) fn home_label(&self) -> String {
        self.t.text("frame-home")
    }

    pub(crate) fn owner_label(&self, owner: &str) -> String {
        self.t
            .text_with("frame-own-name", &Args::new().with("name", owner))
    }

    /// The addresses of style, script and sign.
    pub(crate) fn assets(&self) -> Assets {
        Assets {
            style: assets::address("svyazka.css"),
            script: (self.script == Script::Forms).then(|| assets::address("forms.js")),
            icon: assets::address("icon.svg"),
        }
    }

    /// No inline style or script; forms lead to us and to the providers of this page alone.
    fn policy(&self) -> String {
        let mut policy = String::from("default-src 'none'; style-src 'self'; img-src 'self'");
        match self.script {
            Script::None => {}
            Script::Forms => policy.push_str(
                "; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; \
                 trusted-types 'none'",
            ),
        }
        policy.push_str("; form-action 'self'");
        for origin in &self.origins {
            policy.push(' ');
            policy.push_str(origin.as_str());
        }
        policy.push_str("; base-uri 'none'; frame-ancestors 'none'");
        policy
    }
}

/// Given name and surname of an account's owner. A name that the register spoilt is shown
/// without what cannot be seen; without any letter it is the word «Настройки».
pub(crate) fn own_name(account: &Account, t: &Texts) -> String {
    let shown = match &account.profile.name.value {
        RegisteredName::Sound(name) => name.given_and_surname(),
        RegisteredName::Unsound(name) => {
            let [surname, given_name, _] = name.expose_raw();
            visible(&format!("{given_name} {surname}"))
        }
    };
    if shown.chars().any(char::is_alphanumeric) {
        shown
    } else {
        t.text("label-settings")
    }
}

/// What of a spoilt text can be seen: letters, digits and the signs of names, at most 100.
pub(crate) fn visible(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '\'' | '’' | '.'))
        .take(100)
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A page: a template with a frame.
pub(crate) trait Page: Template {
    /// Its frame.
    fn frame(&self) -> &Frame;
}

/// Makes a template a [`Page`].
macro_rules! page {
    ($($name:ident),+ $(,)?) => {$(
        impl $crate::pages::frame::Page for $name {
            fn frame(&self) -> &$crate::pages::frame::Frame {
                &self.frame
            }
        }
    )+};
}
pub(crate) use page;

/// Draws a page.
pub(crate) fn show(page: &impl Page, status: StatusCode) -> PageResult {
    let body = page.render()?;
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    // Nothing goes to other hosts. Our own must know that a form came from here: under
    // `no-referrer` browsers send `Origin: null` with it.
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    if let Ok(policy) = HeaderValue::try_from(page.frame().policy()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// Leads on after a form: POST–redirect–GET.
pub(crate) fn see(address: &str) -> Response {
    axum::response::Redirect::to(address).into_response()
}
