//! The one place where a flow's answer becomes HTTP: the provider's address, the session's
//! cookie, the address of the present step.

use axum::http::HeaderMap;
use linking_core::{
    ids::FlowId,
    link::FlowEnd,
    provider::{Prompt, ProviderErrorKind},
    usecase::{Advance, FlowStep, FlowView, NewSession},
};

use crate::{
    pages::frame::see,
    web::{
        cookies::{self, CookieName},
        problem::{PageResult, Problem},
    },
};

/// The pages of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FlowPage {
    /// The person is, or was, at the provider.
    Provider,
    /// The answer is being judged.
    Checking,
    /// Another try after the sign-out at the provider.
    Again,
    /// «Дневник пока не связан».
    NotLinked,
    /// The local password.
    Prove,
    /// «Это вы?».
    Who,
    /// The contact choice.
    Contacts,
    /// A refusal.
    Refused,
    /// The end.
    Done,
}

impl FlowPage {
    /// The page on which a step stands.
    pub(crate) const fn of(step: &FlowStep) -> Self {
        match step {
            FlowStep::AtProvider => Self::Provider,
            FlowStep::Judging => Self::Checking,
            FlowStep::SwitchingIdentity => Self::Again,
            FlowStep::NotLinked { .. } => Self::NotLinked,
            FlowStep::Prove { .. } => Self::Prove,
            FlowStep::Recognise { .. } | FlowStep::Confirm { .. } => Self::Who,
            FlowStep::ChooseContacts { .. } => Self::Contacts,
            FlowStep::TryAgain(_)
            | FlowStep::Taken { .. }
            | FlowStep::Done(FlowEnd::Refused(_)) => Self::Refused,
            FlowStep::Done(_) => Self::Done,
        }
    }

    /// The last part of its address.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Checking => "checking",
            Self::Again => "again",
            Self::NotLinked => "not-linked",
            Self::Prove => "prove",
            Self::Who => "who",
            Self::Contacts => "contacts",
            Self::Refused => "refused",
            Self::Done => "done",
        }
    }
}

/// The address of a page of a flow.
pub(crate) fn page_address(flow: FlowId, page: FlowPage) -> String {
    format!("/flow/{flow}/{}", page.name())
}

/// The address of a flow's present step.
pub(crate) fn present_address(view: &FlowView) -> String {
    page_address(view.id, FlowPage::of(&view.step))
}

/// Gives the browser a session's secret.
pub(crate) fn begin_session(headers: &mut HeaderMap, session: &NewSession) {
    let secret = session.secret.to_hex();
    if session.session.computer.is_shared() {
        cookies::set_until_closed(headers, CookieName::Session, &secret);
    } else {
        cookies::set(headers, CookieName::Session, &secret);
    }
}

/// The answer to whatever moved a flow on.
pub(crate) fn respond(advance: Advance) -> PageResult {
    log_fault(&advance);
    let Advance {
        view,
        prompt,
        session,
        fault: _,
    } = advance;
    let mut response = match prompt {
        Some(Prompt::Redirect { to }) => see(to.as_str()),
        Some(_) => return Err(Problem::Contradiction("a prompt that no page can show")),
        None => see(&after(&view, session.is_some())),
    };
    if let Some(session) = &session {
        begin_session(response.headers_mut(), session);
    }
    Ok(response)
}

/// One line for the operator where a provider's fault is behind a refusal.
pub(crate) fn log_fault(advance: &Advance) {
    let view = &advance.view;
    if let Some(fault) = &advance.fault {
        // One line, without anything of the person. The page tells the number of this request.
        let request = view.report.as_deref();
        let provider = view.provider.as_str();
        match fault.kind {
            ProviderErrorKind::AnswerInvalid | ProviderErrorKind::Configuration => {
                tracing::error!(provider, request, kind = ?fault.kind, cause = %fault.cause,
                    "a provider's answer was not taken");
            }
            ProviderErrorKind::Unavailable | ProviderErrorKind::Restart => {
                tracing::warn!(provider, request, kind = ?fault.kind, cause = %fault.cause,
                    "a provider could not be asked");
            }
        }
    }
}

/// Whoever has just been let in goes into the diary; everybody else to the flow's present page.
fn after(view: &FlowView, let_in: bool) -> String {
    match &view.step {
        FlowStep::Done(FlowEnd::SignedIn { .. }) if let_in => "/".to_owned(),
        _ => present_address(view),
    }
}
