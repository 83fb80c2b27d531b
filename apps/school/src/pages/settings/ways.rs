//! The ways in: linking from the settings, and taking contacts anew (SGO-2).

use axum::extract::{Path, State};
use linking_core::{
    link::PlaceHint,
    provider::ProviderId,
    refusal::Refusal,
    session::Computer,
    usecase::{Outcome, StartOrder},
};

use crate::{
    flow_response,
    pages::frame::see,
    web::{
        fields::Form,
        next::NextAct,
        problem::{PageResult, Problem},
        state::AppState,
        told::{Told, see_told},
        visit::SignedIn,
    },
};

/// Begins a way to a provider for whoever is signed in.
pub(crate) async fn begin(
    app: &AppState,
    signed_in: &SignedIn,
    order: StartOrder,
    provider: &ProviderId,
) -> PageResult {
    let visit = &signed_in.visit;
    app.admit_start(visit.visitor().network)?;
    let place = own_place(app, signed_in).await?;
    let outcome = app
        .linking()
        .start(
            visit.visitor(),
            Some(&signed_in.actor),
            order,
            provider,
            place,
        )
        .await?;
    match outcome {
        Outcome::Done(advance) => {
            let mut response = flow_response::respond(advance)?;
            let remembered = visit.place().clone().beginning(order, provider);
            visit.remember(response.headers_mut(), Computer::Own, &remembered);
            Ok(response)
        }
        Outcome::Refused(Refusal::StepUpNeeded) => {
            let next = NextAct::Link(provider.clone());
            Ok(see(&format!("/settings/step-up?next={}", next.code())))
        }
        Outcome::Refused(refusal) => {
            let provider = Some(provider.clone());
            let told = Told::Refused { refusal, provider };
            Ok(see_told(app, visit, "/settings", "", &told))
        }
    }
}

/// Where the signed-in person belongs; somebody who belongs nowhere yet, where this browser was.
pub(crate) async fn own_place(app: &AppState, signed_in: &SignedIn) -> Result<PlaceHint, Problem> {
    if let Some(own) = PlaceHint::of(&signed_in.actor.sheet) {
        return Ok(own);
    }
    let remembered = signed_in.visit.place().region.clone();
    let region = if let Some(region) = remembered {
        region
    } else {
        let regions = app.directory().regions().await?;
        let first = regions.into_iter().next().map(|region| region.code);
        first.ok_or(Problem::Contradiction("an installation without a region"))?
    };
    Ok(PlaceHint {
        region,
        organization: None,
    })
}

/// POST `/settings/ways/{provider}/link`.
pub(crate) async fn link(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Path(provider): Path<String>,
    form: Form,
) -> PageResult {
    form.only(&[])?;
    let provider: ProviderId = provider.parse().map_err(|_| Problem::NotFound)?;
    begin(&app, &signed_in, StartOrder::Link, &provider).await
}

/// POST `/settings/ways/{provider}/refresh`: the contacts once more from the provider.
pub(crate) async fn refresh(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Path(provider): Path<String>,
    form: Form,
) -> PageResult {
    form.only(&[])?;
    let provider: ProviderId = provider.parse().map_err(|_| Problem::NotFound)?;
    begin(&app, &signed_in, StartOrder::Refresh, &provider).await
}
