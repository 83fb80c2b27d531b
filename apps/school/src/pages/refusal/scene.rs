//! Where a person stands when a rule says no.

use linking_core::{
    ids::OrganizationId,
    link::WayOut,
    policy::{Policy, SignInForm},
    provider::{HttpsUrl, ProviderId},
    region::{Organization, OrganizationType, RegionCode, ZoneOffset},
    sign_in::PauseOf,
    time::Timestamp,
    usecase::{FlowStep, FlowView, StartOrder},
};

use crate::{
    i18n::{Args, Texts},
    web::{
        place::{Begun, Place},
        problem::Problem,
        state::AppState,
        visit::Visit,
    },
};

/// Where a person stands when a rule says no.
#[derive(Debug, Clone)]
pub(crate) struct Scene<'a> {
    pub(crate) app: &'a AppState,
    pub(crate) visit: &'a Visit,
    place: Place,
    provider: Option<ProviderId>,
    flow: Option<&'a FlowView>,
}

impl<'a> Scene<'a> {
    /// Outside a flow, at a place.
    pub(crate) fn at(app: &'a AppState, visit: &'a Visit, place: &Place) -> Self {
        Self {
            app,
            visit,
            place: Place {
                begun: visit.place().begun.clone(),
                ..place.clone()
            },
            provider: None,
            flow: None,
        }
    }

    /// Outside a flow, with what the browser remembers.
    pub(crate) fn remembered(app: &'a AppState, visit: &'a Visit) -> Self {
        Self::at(app, visit, visit.place())
    }

    /// In a flow.
    pub(crate) fn in_flow(app: &'a AppState, visit: &'a Visit, flow: &'a FlowView) -> Self {
        let place = Place {
            region: Some(flow.place.region.clone()),
            organization: flow.place.organization,
            ..Place::default()
        };
        Self {
            provider: Some(flow.provider.clone()),
            flow: Some(flow),
            ..Self::at(app, visit, &place)
        }
    }

    /// With a provider in play.
    pub(crate) fn about(mut self, provider: &ProviderId) -> Self {
        self.provider = Some(provider.clone());
        self
    }

    /// With a provider in play, if the press named one.
    pub(crate) fn about_any(self, provider: Option<&ProviderId>) -> Self {
        match provider {
            Some(provider) => self.about(provider),
            None => self,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.app.linking().now()
    }

    /// The flow, if the person stands in one.
    pub(crate) fn flow(&self) -> Option<&'a FlowView> {
        self.flow
    }

    /// The way out of a link that stands in the way, if the flow has one.
    pub(crate) fn way_out(&self) -> Option<&'a WayOut> {
        match self.flow.map(|flow| &flow.step) {
            Some(FlowStep::Taken { way, .. }) => Some(way),
            _ => None,
        }
    }

    /// Whether the flow can be sent to the provider once more.
    pub(crate) fn can_retry(&self) -> bool {
        self.flow.is_some_and(FlowView::can_retry)
    }

    fn policy(&self) -> &'a Policy {
        let policies = self.app.linking().policies();
        match (self.visit.actor(), &self.place.region) {
            (Some(actor), _) => self.app.linking().policy_of(&actor.sheet),
            (None, Some(region)) => policies.of_region(region),
            (None, None) => policies.preset(),
        }
    }

    /// Whether the sign-in page has a local form.
    pub(crate) fn offers_local(&self) -> bool {
        self.policy().sign_in_form != SignInForm::ProviderOnly
    }

    /// The provider in play; outside a flow the one that was begun last, if it is on here, else
    /// the first that the region has switched on.
    pub(crate) fn provider(&self) -> Option<ProviderId> {
        let policy = self.policy();
        let begun = self.begun().map(|begun| &begun.provider);
        self.provider
            .clone()
            .or_else(|| begun.filter(|id| policy.allows(id)).cloned())
            .or_else(|| policy.providers.first().cloned())
            .filter(|id| self.app.linking().provider(id).is_some())
    }

    /// The provider through which somebody who is signed out can sign in here.
    pub(crate) fn offered(&self) -> Option<ProviderId> {
        self.provider()
            .filter(|id| self.visit.actor().is_none() && self.policy().allows(id))
    }

    /// What a pause shuts. Outside a flow only passwords are counted.
    pub(crate) fn pause_of(&self, until: Timestamp) -> PauseOf {
        self.flow
            .map_or(PauseOf::Password, |flow| flow.pause_of(until, self.now()))
    }

    /// What was begun last in this browser.
    pub(crate) fn begun(&self) -> Option<&Begun> {
        self.place.begun.as_ref()
    }

    /// For what the flow was begun.
    pub(crate) fn order(&self) -> StartOrder {
        match self.flow {
            Some(flow) => flow.order(),
            None => self.begun().map_or(StartOrder::SignIn, |begun| begun.order),
        }
    }

    pub(crate) fn region(&self) -> Option<&RegionCode> {
        self.place.region.as_ref()
    }

    pub(crate) fn organization(&self) -> Option<OrganizationId> {
        self.place.organization
    }

    /// The texts, about the provider in play.
    pub(crate) fn texts(&self) -> Texts {
        self.provider().map_or_else(
            || self.app.texts(self.visit),
            |id| self.app.texts_about(self.visit, &id),
        )
    }

    /// The clock by which the page tells times.
    pub(crate) async fn offset(&self) -> Result<ZoneOffset, Problem> {
        if let Some(first) = self
            .visit
            .actor()
            .and_then(|actor| actor.sheet.first_membership())
        {
            return Ok(first.organization.region.offset);
        }
        let region = match &self.place.region {
            Some(code) => self.app.directory().region(code).await?,
            None => match self.place.organization {
                Some(id) => {
                    let found = self.app.directory().organization(id).await?;
                    found.map(|organization| organization.region)
                }
                None => None,
            },
        };
        Ok(region.map_or(ZoneOffset::MOSCOW, |region| region.offset))
    }

    /// The organisation that the person belongs to, or has chosen.
    async fn own_organization(&self) -> Result<Option<Organization>, Problem> {
        let own = self
            .visit
            .actor()
            .and_then(|actor| actor.sheet.first_membership())
            .map(|first| first.organization.clone());
        Ok(match (own, self.place.organization) {
            (Some(own), _) => Some(own),
            (None, Some(id)) => self.app.directory().organization(id).await?,
            (None, None) => None,
        })
    }

    /// Whom to ask at the school: the one that the person has chosen, or belongs to.
    pub(crate) async fn whom_to_ask(&self, t: &Texts) -> Result<String, Problem> {
        Ok(match self.own_organization().await? {
            Some(found) if found.kind == OrganizationType::Authority => t.text("ask-authority"),
            Some(found) => t.text_with(
                "ask-school-named",
                &Args::new().with("organization", found.name.as_str()),
            ),
            None => t.text("ask-school"),
        })
    }

    /// «Новый пароль даст школа.»
    pub(crate) async fn who_gives_passwords(&self, t: &Texts) -> Result<String, Problem> {
        let kind = self.own_organization().await?.map(|found| found.kind);
        Ok(t.text(match kind {
            Some(OrganizationType::Authority) => "page-restore-text-authority",
            Some(OrganizationType::School) | None => "page-restore-text",
        }))
    }

    /// The address that ends the session at the provider and leads back to a page of ours.
    pub(crate) fn provider_sign_out(&self, back_to: &str) -> Option<HttpsUrl> {
        let provider = self.provider()?;
        let back = self.app.site().public_address.join(back_to)?;
        self.app
            .linking()
            .provider(&provider)?
            .adapter
            .sign_out(&back)
    }
}
