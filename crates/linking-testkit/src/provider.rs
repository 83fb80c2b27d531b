//! What every identity provider must do: cases, each played by a vendor's [`ProviderHarness`].
//!
//! The driver makes a **new adapter for every step** and carries the state between them as octets:
//! an adapter that remembers something in memory fails at once.

pub mod cases;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use linking_core::{
    ports::IdentityProvider,
    provider::{Answer, Prompt, Subject},
    time::Timestamp,
};

/// What the person does at the provider, or somebody does with the answer on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Signs in and agrees.
    Approve,
    /// Refuses to hand the data over.
    Refuse,
    /// Signs in and agrees; the state in the answer is then changed.
    Forge(Forgery),
}

/// What was done to the state of an answer (`threats.md` A1, A14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
    /// It is not there.
    NoState,
    /// It is empty.
    EmptyState,
    /// It is another one of the same form.
    OtherState,
}

impl Forgery {
    /// Every forgery.
    pub const ALL: [Self; 3] = [Self::NoState, Self::EmptyState, Self::OtherState];

    /// Changes the parameters of a callback, of which one carries the state.
    pub fn apply(self, params: &mut Vec<(String, String)>, name: &str, other: &str) {
        match self {
            Self::NoState => params.retain(|(known, _)| known != name),
            Self::EmptyState | Self::OtherState => {
                let forged = if self == Self::OtherState { other } else { "" };
                for (known, value) in params {
                    if known == name {
                        forged.clone_into(value);
                    }
                }
            }
        }
    }
}

/// An adapter's peer that a test can play: a fake of the vendor's, or a sandbox.
#[async_trait]
pub trait ProviderHarness: Send + Sync {
    /// A new adapter with always the same settings.
    async fn adapter(&self) -> Arc<dyn IdentityProvider>;

    /// Plays the person at the peer; gives what comes back to our callback address.
    async fn answer(&self, prompt: &Prompt, script: Script) -> Answer;

    /// The answer that somebody makes up of two: what opens the person's data (a code) from the
    /// one, what names the flow (the state) from the other (`threats.md` A7).
    fn injected(&self, code_of: &Answer, state_of: &Answer) -> Answer;

    /// The person who signs in there.
    fn subject(&self) -> Subject;

    /// The present time, as the peer and its tokens have it.
    fn now(&self) -> Timestamp;

    /// Takes the peer away, or brings it back. A peer that is away does not answer, or answers
    /// with a fault of its server.
    async fn set_peer_up(&self, up: bool);

    /// After how long a call counts as hanging. 22 seconds: more than connecting and calling may
    /// take together, twice (`domain.md`, Numbers).
    fn patience(&self) -> Duration {
        Duration::from_secs(22)
    }

    /// Texts that the peer says and no error and no `Debug` may repeat (`threats.md` H1): the
    /// person's name, number, contacts, the codes and tokens given out so far.
    fn markers(&self) -> Vec<String>;
}

/// Writes one test for each case that an identity provider must pass. The argument is an
/// expression that gives a future of a [`ProviderHarness`](crate::provider::ProviderHarness); it is
/// evaluated once for each case.
///
/// ```ignore
/// linking_testkit::provider_conformance!(async { AcmeHarness::start().await });
/// ```
#[macro_export]
macro_rules! provider_conformance {
    ($harness:expr $(,)?) => {
        $crate::provider_tests! { $harness;
            approval_verifies_the_person,
            a_subject_is_the_same_at_the_second_sign_in,
            the_issuer_is_the_manifests,
            the_manifest_binds_codes_and_never_changes,
            only_declared_prompts_are_asked,
            every_trip_has_its_own_state_and_address,
            a_refusal_is_an_outcome,
            a1_a_forged_state_is_refused,
            a7_an_answer_to_another_flow_is_refused,
            a7_a_state_of_another_flow_is_refused,
            a7_a_code_of_another_flow_with_this_flows_state_is_refused,
            a_state_that_was_changed_is_refused,
            a8_an_answer_is_taken_once,
            an_answer_of_nothing_is_refused,
            h6_contacts_come_only_when_wanted,
            sign_out_is_offered_as_the_manifest_says,
            i1_a_peer_that_is_away_is_unavailable,
            i1_a_flow_goes_on_when_the_peer_is_back,
            h1_nothing_of_the_person_prints,
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! provider_tests {
    ($harness:expr; $($case:ident,)+) => {
        $(
            #[test]
            fn $case() {
                $crate::run(async {
                    let harness = ($harness).await;
                    $crate::provider::cases::$case(&harness).await;
                    drop(harness);
                });
            }
        )+
    };
}
