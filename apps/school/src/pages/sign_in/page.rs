//! How the sign-in page is drawn.

use askama::Template;
use linking_core::{provider::ProviderId, region::OrganizationType, session::Computer};

use crate::{
    i18n::Texts,
    pages::{
        credentials::{self, Again, CredentialsView, ErrorSummary, Forgot},
        frame::{Frame, page, show},
        place::{FoundPlace, PlaceView},
        sign_in::asked::{Asked, path_of},
    },
    settings::kind_of,
    web::{problem::PageResult, state::AppState, visit::Visit},
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

impl SignInPage {
    /// The form to which the providers' buttons belong: one of the page's own, with its tick for
    /// shared computers, so that there is one tick for every button (`threats.md` A17).
    fn form_id(&self) -> &'static str {
        match (&self.form, &self.first) {
            (Some(_), _) => "credentials-form",
            (None, Some(_)) => "first-form",
            (None, None) => "providers-form",
        }
    }

    /// Whether that form is there for these buttons alone.
    const fn has_own_form(&self) -> bool {
        self.form.is_none() && self.first.is_none()
    }
}

/// What the page is drawn from.
pub(super) struct Draft<'a> {
    pub(super) app: &'a AppState,
    pub(super) visit: &'a Visit,
    pub(super) kind: OrganizationType,
    pub(super) place: FoundPlace,
    pub(super) ask: Asked,
    pub(super) again: Again<'a>,
    /// Whether the form came with the tick for shared computers.
    pub(super) ticked: Computer,
}

/// Draws the page.
pub(super) fn draw(draft: Draft<'_>) -> PageResult {
    let Draft {
        app,
        visit,
        kind,
        mut place,
        ask,
        again,
        ticked,
    } = draft;
    // Where address or region say it already, nobody is asked.
    let region = place.region.as_ref().map(|region| &region.code);
    let known = app.site().shared_computers.of_region(region);
    let asks_computer = !visit.is_on_shared_computer() && !known.is_shared();
    let tick = asks_computer.then(|| ticked.is_shared());
    // Where the region is not known yet, nothing is offered beside the local form.
    let offer = place.region.as_ref().map(|region| {
        let policy = app.linking().policies().of_region(&region.code);
        policy.sign_in_offer(ask.wish(), |id| app.linking().provider(id).is_some())
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
            ..credentials_view(kind, &place, again, ask, &t)
        });
    let errors = again
        .fault
        .map(|fault| credentials::mark(fault, &t, false, form.as_mut(), &mut place));
    let mut frame = Frame::new(app, visit, "sign-in", t.text("page-sign-in-title"))
        .with_errors(errors.is_some())
        .with_script();
    for provider in &providers {
        frame = frame.leading_to(app, provider);
    }
    let hint = place.hint();
    let first = provider_first.map(|provider| ProviderFirst {
        title: t.text(&format!("label-{}-first", kind_of(provider))),
        action: format!("/sign-in/{provider}"),
        local: offers_local.then(|| ask.locally().address(path_of(kind), place.known())),
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
    show(&page, again.status())
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
    again: Again<'_>,
    ask: Asked,
    t: &Texts,
) -> CredentialsView {
    let mut hidden = place.fields();
    hidden.extend(ask.fields());
    CredentialsView {
        action: path_of(kind).to_owned(),
        title: t.text("page-sign-in-credentials"),
        organization: place
            .organization
            .as_ref()
            .map(|found| found.id.to_string()),
        hidden,
        login: again.login.to_owned(),
        login_hint: None,
        login_error: None,
        password_hint: None,
        password_error: None,
        error: None,
        forgot: Forgot::Page("/restore"),
        shared: None,
        button: t.text("label-sign-in"),
    }
}
