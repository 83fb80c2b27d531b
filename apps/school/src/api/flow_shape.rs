//! What answers hold of a flow: masks, and what the person is asked for.

use linking_core::{
    account::ContactKind,
    ids::AccountId,
    link::{FlowPurpose, SeenEnd, WayOut},
    provider::{HttpsUrl, Verification},
    session::Actor,
    usecase::{FlowStep, FlowView},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        caller::Caller,
        problem::{ProblemShape, refusal_shape},
        shapes::{NewSessionShape, moment},
    },
    pages::{consent::consent_view, refusal::Scene},
    web::{problem::Problem, state::AppState},
};

/// Our consent text before a link.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConsentOffer)]
pub(super) struct ConsentShape {
    /// What `agree` and `confirm` must name.
    version: String,
    title: String,
    /// Which data, for what, how long.
    rows: Vec<ConsentRowShape>,
    /// What the person agrees to with the button.
    text: String,
    /// Where the full text is.
    full: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConsentRow)]
pub(super) struct ConsentRowShape {
    data: String,
    why: String,
    kept: String,
}

/// A contact that the provider gave and the diary may keep.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OfferedContact)]
pub(super) struct OfferedShape {
    kind: &'static str,
    masked: String,
    /// Whether the provider has checked it.
    verified: bool,
    /// Whether the person kept it before.
    kept_before: bool,
}

/// Where a flow stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = FlowStep)]
pub(super) enum StepShape {
    /// The person is at the provider.
    AtProvider,
    /// The answer is being judged.
    Judging,
    /// Another try may mend what went wrong: `retry`.
    TryAgain,
    /// The person signs out at the provider to come back as another: `retry`.
    SwitchingIdentity,
    /// Not linked yet: consent is asked for: `agree`.
    NotLinked,
    /// The local password is asked for: `prove`.
    Prove,
    /// «Это вы?» before a sign-in on a shared computer: `enter`.
    Recognise,
    /// «Это вы?»: `confirm`.
    Confirm,
    /// The identity is another profile's. Whoever has that one too moves the link here, with its
    /// login and password: `move`.
    Move,
    /// The profile has a link to another identity of the provider, since `linked_at`. It gives
    /// way to this one after the profile's password: `replace`.
    Replace,
    /// The contact choice: `contacts`.
    ChooseContacts,
    /// It is over; see `end`.
    Done,
}

/// How a flow ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = FlowEnd)]
pub(super) enum EndShape {
    Linked,
    ContactsChosen,
    SteppedUp,
    Refused,
    Cancelled,
    /// It is over; no more is told.
    Finished,
}

/// A flow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Flow)]
pub(super) struct FlowShape {
    id: String,
    /// `sign-in`, `link`, `refresh` or `step-up`.
    purpose: &'static str,
    provider: String,
    region: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    #[schema(format = DateTime)]
    expires_at: String,
    /// Whether `prolong` still gives time.
    can_prolong: bool,
    step: StepShape,
    /// Whose identity it is at the provider, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
    /// What the person is asked to agree to.
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<ConsentShape>,
    /// What the provider gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Vec<OfferedShape>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    linked_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<EndShape>,
    /// Why it does not go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    refusal: Option<Box<ProblemShape>>,
}

const fn purpose(purpose: &FlowPurpose) -> &'static str {
    match purpose {
        FlowPurpose::SignIn => "sign-in",
        FlowPurpose::Link { .. } => "link",
        FlowPurpose::Refresh { .. } => "refresh",
        FlowPurpose::StepUp { .. } => "step-up",
    }
}

fn consent(
    app: &AppState,
    caller: &Caller,
    view: &FlowView,
    button: &str,
) -> Result<ConsentShape, Problem> {
    let t = app.texts_about(&caller.visit, &view.provider);
    let part = consent_view(app, &view.provider, &t, &t.text(button))
        .ok_or(Problem::Contradiction("a provider without a consent text"))?;
    let rows = part.rows.into_iter().map(|row| ConsentRowShape {
        data: row.data,
        why: row.why,
        kept: row.kept,
    });
    Ok(ConsentShape {
        full: format!("/api/v1/consent-texts/{}", part.version),
        version: part.version,
        title: part.title,
        rows: rows.collect(),
        text: part.text,
    })
}

impl FlowShape {
    /// A flow as its caller may see it.
    pub(super) async fn of(
        app: &AppState,
        caller: &Caller,
        view: &FlowView,
    ) -> Result<Self, Problem> {
        let reader = caller.actor().map(Actor::account);
        Self::seen_by(reader, app, caller, view).await
    }

    /// The same, where the very request let somebody in.
    pub(super) async fn seen_by(
        reader: Option<AccountId>,
        app: &AppState,
        caller: &Caller,
        view: &FlowView,
    ) -> Result<Self, Problem> {
        let mut shape = Self {
            id: view.id.to_string(),
            purpose: purpose(&view.purpose),
            provider: view.provider.to_string(),
            region: view.place.region.to_string(),
            organization: view.place.organization.map(|id| id.to_string()),
            expires_at: moment(view.expires_at),
            can_prolong: view.can_prolong,
            step: StepShape::Done,
            identity: None,
            consent: None,
            contacts: None,
            linked_at: None,
            end: None,
            refusal: None,
        };
        let told = async |refusal| {
            let scene = Scene::in_flow(app, &caller.visit, view);
            Ok::<_, Problem>(Some(Box::new(refusal_shape(&scene, refusal).await?)))
        };
        shape.step = match &view.step {
            FlowStep::AtProvider => StepShape::AtProvider,
            FlowStep::Judging => StepShape::Judging,
            FlowStep::TryAgain(refusal) => {
                shape.refusal = told(refusal).await?;
                StepShape::TryAgain
            }
            FlowStep::SwitchingIdentity => StepShape::SwitchingIdentity,
            FlowStep::NotLinked { identity } => {
                shape.identity = Some(identity.clone());
                shape.consent = Some(consent(app, caller, view, "page-not-linked-next")?);
                StepShape::NotLinked
            }
            FlowStep::Prove { identity } => {
                shape.identity = Some(identity.clone());
                StepShape::Prove
            }
            FlowStep::Recognise { identity } => {
                shape.identity = Some(identity.clone());
                StepShape::Recognise
            }
            FlowStep::Confirm { identity } => {
                shape.identity = Some(identity.clone());
                shape.consent = Some(consent(app, caller, view, "page-is-it-you-next")?);
                StepShape::Confirm
            }
            FlowStep::Taken { identity, way } => {
                shape.identity = Some(identity.clone());
                shape.refusal = told(&way.refusal()).await?;
                match way {
                    WayOut::Move => StepShape::Move,
                    WayOut::Replace { since, .. } => {
                        shape.linked_at = Some(moment(*since));
                        StepShape::Replace
                    }
                }
            }
            FlowStep::ChooseContacts {
                offered,
                linked_at,
                identity,
            } => {
                let profile = caller.actor().map(|actor| &actor.sheet.account().profile);
                let before: Vec<ContactKind> = view.ticked_beforehand(profile);
                let offered = offered.iter().map(|contact| OfferedShape {
                    kind: contact.kind.code(),
                    masked: contact.masked.clone(),
                    verified: contact.verification == Verification::Verified,
                    kept_before: before.contains(&contact.kind),
                });
                shape.contacts = Some(offered.collect());
                shape.identity.clone_from(identity);
                shape.linked_at = linked_at.map(moment);
                StepShape::ChooseContacts
            }
            FlowStep::Done(end) => {
                shape.end = Some(match end.seen_by(reader) {
                    SeenEnd::Linked(at) => {
                        shape.linked_at = Some(moment(at));
                        EndShape::Linked
                    }
                    SeenEnd::ContactsChosen => EndShape::ContactsChosen,
                    SeenEnd::SteppedUp => EndShape::SteppedUp,
                    SeenEnd::Refused(refusal) => {
                        shape.refusal = told(refusal).await?;
                        EndShape::Refused
                    }
                    SeenEnd::Cancelled => EndShape::Cancelled,
                    SeenEnd::Finished => EndShape::Finished,
                });
                StepShape::Done
            }
        };
        Ok(shape)
    }
}

/// Where a flow stands after a request, and what the caller does next.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FlowAnswer)]
pub(super) struct FlowAnswerShape {
    pub(super) flow: FlowShape,
    /// The address to open in the system's browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) open: Option<String>,
    /// The session that began, or goes by a new secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<NewSessionShape>,
}

/// An address to open in the system's browser, where there is one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OpenAddress)]
pub(super) struct OpenShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) open: Option<String>,
}

impl From<Option<HttpsUrl>> for OpenShape {
    fn from(address: Option<HttpsUrl>) -> Self {
        Self {
            open: address.map(|address| address.as_str().to_owned()),
        }
    }
}
