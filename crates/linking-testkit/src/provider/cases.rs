//! The cases. Each panics where the adapter is wrong.

#![expect(
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a case fails by panicking"
)]

use linking_core::{
    ids::Id,
    ports::IdentityProvider,
    provider::{
        Answer, Begin, CallbackParams, Prompt, ProviderError, ProviderErrorKind, ProviderIdentity,
        ProviderState, Resume, Step, Switch, Ticket, Wanted,
    },
    secret::Secret256,
};
use uuid::Uuid;

use super::{Forgery, ProviderHarness, Script};
use crate::SeededRandom;

type Answered = Result<Step, ProviderError>;

/// One sign-in, from our side.
struct Trip {
    number: u64,
    prompt: Prompt,
    state: Vec<u8>,
}

impl Trip {
    /// Begins one; each number has a flow and a ticket of its own.
    async fn begin(harness: &dyn ProviderHarness, number: u64) -> Self {
        Self::begin_on(harness, &*harness.adapter().await, number, Switch::On).await
    }

    async fn begin_on(
        harness: &dyn ProviderHarness,
        adapter: &dyn IdentityProvider,
        number: u64,
        contacts: Switch,
    ) -> Self {
        match begun(harness, adapter, number, contacts).await {
            Ok(Step::Ask { prompt, state }) => Self {
                number,
                prompt,
                state: state.expose().to_vec(),
            },
            other => {
                panic!("a sign-in begins by asking the browser for something, not by {other:?}")
            }
        }
    }

    /// Gives an answer to a new adapter.
    async fn advance(&self, harness: &dyn ProviderHarness, answer: Answer) -> Answered {
        self.advance_with(harness, self.state.clone(), answer).await
    }

    async fn advance_with(
        &self,
        harness: &dyn ProviderHarness,
        state: Vec<u8>,
        answer: Answer,
    ) -> Answered {
        self.advance_on(harness, &*harness.adapter().await, state, answer)
            .await
    }

    async fn advance_on(
        &self,
        harness: &dyn ProviderHarness,
        adapter: &dyn IdentityProvider,
        state: Vec<u8>,
        answer: Answer,
    ) -> Answered {
        let resume = Resume {
            flow: flow(self.number),
            state: ProviderState::new(state),
            answer,
            begun_at: harness.now(),
            now: harness.now(),
        };
        tokio::time::timeout(harness.patience(), adapter.advance(resume))
            .await
            .unwrap_or_else(|_| panic!("the adapter hangs"))
    }

    /// Plays a script and gives its answer on.
    async fn play(&self, harness: &dyn ProviderHarness, script: Script) -> Answered {
        let answer = harness.answer(&self.prompt, script).await;
        self.advance(harness, answer).await
    }
}

fn flow<K>(number: u64) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number.into()))
}

fn ticket(number: u64) -> Ticket {
    Ticket::new(Secret256::draw(&SeededRandom::new(number)))
}

async fn begun(
    harness: &dyn ProviderHarness,
    adapter: &dyn IdentityProvider,
    number: u64,
    contacts: Switch,
) -> Answered {
    let begin = Begin {
        flow: flow(number),
        ticket: ticket(number),
        wanted: Wanted { contacts },
        now: harness.now(),
    };
    tokio::time::timeout(harness.patience(), adapter.begin(begin))
        .await
        .unwrap_or_else(|_| panic!("the adapter hangs"))
}

fn verified(answered: Answered) -> ProviderIdentity {
    match answered {
        Ok(Step::Verified(identity)) => *identity,
        other => panic!("an approval verifies; this did not: {other:?}"),
    }
}

/// The fault of an answer that must not be believed: not believed, or worth no more than a fresh
/// beginning.
fn refused(answered: Answered, what: &str) -> ProviderError {
    match answered {
        Err(error)
            if matches!(
                error.kind,
                ProviderErrorKind::AnswerInvalid | ProviderErrorKind::Restart
            ) =>
        {
            error
        }
        other => panic!("{what} must be an error of kind AnswerInvalid or Restart: {other:?}"),
    }
}

/// A person who signs in and agrees comes back verified, as the subject that the peer knows.
pub async fn approval_verifies_the_person(harness: &dyn ProviderHarness) {
    let trip = Trip::begin(harness, 1).await;
    let identity = verified(trip.play(harness, Script::Approve).await);
    assert_eq!(identity.key.subject.as_str(), harness.subject().as_str());
    if let Some(at) = identity.authenticated_at {
        assert!(
            at <= harness.now(),
            "a sign-in of the future proves nothing"
        );
    }
}

/// The same person has the same issuer and subject at every sign-in (`threats.md` C2, C16).
pub async fn a_subject_is_the_same_at_the_second_sign_in(harness: &dyn ProviderHarness) {
    let mut keys = Vec::new();
    for number in 1..=2 {
        let trip = Trip::begin(harness, number).await;
        keys.push(verified(trip.play(harness, Script::Approve).await).key);
    }
    let [first, second] = keys.as_slice() else {
        panic!("two sign-ins give two keys")
    };
    assert!(first == second, "the key of the same person has changed");
}

/// Identities are of the issuer that the manifest states (`threats.md` C3).
pub async fn the_issuer_is_the_manifests(harness: &dyn ProviderHarness) {
    let trip = Trip::begin(harness, 1).await;
    let identity = verified(trip.play(harness, Script::Approve).await);
    assert_eq!(
        identity.key.issuer,
        harness.adapter().await.manifest().issuer
    );
}

/// The manifest is the same in every adapter of the same settings, vouches for no attribute at no
/// level, and says what binds a code to its flow (`threats.md` A7).
pub async fn the_manifest_binds_codes_and_never_changes(harness: &dyn ProviderHarness) {
    let manifest = harness.adapter().await.manifest().clone();
    assert_eq!(manifest, *harness.adapter().await.manifest());
    assert!(!manifest.code_bindings.is_empty(), "nothing binds a code");
    for (attribute, levels) in &manifest.vouches {
        assert!(!levels.is_empty(), "{attribute:?} from no level");
    }
}

/// The browser is asked for what the core knows, and sent over https.
pub async fn only_declared_prompts_are_asked(harness: &dyn ProviderHarness) {
    let trip = Trip::begin(harness, 1).await;
    // `HttpsUrl` holds nothing but https, or http on loopback.
    assert!(matches!(trip.prompt, Prompt::Redirect { .. }));
}

/// No two trips share a state or an address, also in the same flow: what one browser was given
/// leads to no other trip.
pub async fn every_trip_has_its_own_state_and_address(harness: &dyn ProviderHarness) {
    let (one, other) = (Trip::begin(harness, 1).await, Trip::begin(harness, 2).await);
    assert!(one.prompt != other.prompt, "two trips have one address");
    assert!(one.state != other.state, "two trips have one state");
}

/// Who refuses at the provider is declined: an outcome, and no error.
pub async fn a_refusal_is_an_outcome(harness: &dyn ProviderHarness) {
    let trip = Trip::begin(harness, 1).await;
    let answered = trip.play(harness, Script::Refuse).await;
    assert!(matches!(answered, Ok(Step::Declined(_))), "{answered:?}");
}

/// An answer without its state, with an empty one, or with another one is not believed
/// (`threats.md` A1).
pub async fn a1_a_forged_state_is_refused(harness: &dyn ProviderHarness) {
    for (number, forgery) in (1..).zip(Forgery::ALL) {
        let trip = Trip::begin(harness, number).await;
        let answered = trip.play(harness, Script::Forge(forgery)).await;
        refused(answered, &format!("{forgery:?}"));
    }
}

/// An answer that was given to another flow is not believed in this one (`threats.md` A7).
pub async fn a7_an_answer_to_another_flow_is_refused(harness: &dyn ProviderHarness) {
    let (one, other) = (Trip::begin(harness, 1).await, Trip::begin(harness, 2).await);
    let answer = harness.answer(&other.prompt, Script::Approve).await;
    refused(one.advance(harness, answer).await, "another flow's answer");
}

/// The remembered state of another flow does not take this flow's answer (`threats.md` A7).
pub async fn a7_a_state_of_another_flow_is_refused(harness: &dyn ProviderHarness) {
    let (one, other) = (Trip::begin(harness, 1).await, Trip::begin(harness, 2).await);
    let answer = harness.answer(&one.prompt, Script::Approve).await;
    let answered = one.advance_with(harness, other.state, answer).await;
    refused(answered, "another flow's state");
}

/// A code that was given to another flow is not believed with this flow's own state: somebody
/// caught it on its way and brought it here (`threats.md` A7).
pub async fn a7_a_code_of_another_flow_with_this_flows_state_is_refused(
    harness: &dyn ProviderHarness,
) {
    let (one, other) = (Trip::begin(harness, 1).await, Trip::begin(harness, 2).await);
    let own = harness.answer(&one.prompt, Script::Approve).await;
    let caught = harness.answer(&other.prompt, Script::Approve).await;
    let injected = harness.injected(&caught, &own);
    refused(one.advance(harness, injected).await, "another flow's code");
    // What was made up of two answers is what it says: with its own state the same code is good.
    let again = Trip::begin(harness, 3).await;
    let own = harness.answer(&again.prompt, Script::Approve).await;
    let whole = harness.injected(&own, &own);
    verified(again.advance(harness, whole).await);
}

/// A remembered state that is empty, cut or longer than it was is an error, and no panic.
pub async fn a_state_that_was_changed_is_refused(harness: &dyn ProviderHarness) {
    let trip = Trip::begin(harness, 1).await;
    let half = trip.state.iter().copied().take(trip.state.len() / 2);
    let changed: [Vec<u8>; 3] = [
        Vec::new(),
        half.collect(),
        [trip.state.as_slice(), b"}{\0\xff"].concat(),
    ];
    for state in changed {
        if state == trip.state {
            continue;
        }
        let answer = harness.answer(&trip.prompt, Script::Approve).await;
        let answered = trip.advance_with(harness, state, answer).await;
        assert!(answered.is_err(), "a state that was changed: {answered:?}");
    }
}

/// One answer verifies once: the second time it is worth nothing (`threats.md` A8).
pub async fn a8_an_answer_is_taken_once(harness: &dyn ProviderHarness) {
    let trip = Trip::begin(harness, 1).await;
    let answer = harness.answer(&trip.prompt, Script::Approve).await;
    verified(trip.advance(harness, answer.clone()).await);
    refused(trip.advance(harness, answer).await, "a second use");
}

/// A callback that says nothing is not believed.
pub async fn an_answer_of_nothing_is_refused(harness: &dyn ProviderHarness) {
    let trip = Trip::begin(harness, 1).await;
    let nothing = Answer::Callback(CallbackParams::default());
    refused(trip.advance(harness, nothing).await, "an empty callback");
    let unknown = CallbackParams::new([("x".to_owned(), "y".to_owned())]).unwrap();
    let answered = trip.advance(harness, Answer::Callback(unknown)).await;
    refused(answered, "a callback of unknown parameters");
}

/// Contacts that were not wanted do not come (`threats.md` H6).
pub async fn h6_contacts_come_only_when_wanted(harness: &dyn ProviderHarness) {
    let adapter = harness.adapter().await;
    let trip = Trip::begin_on(harness, &*adapter, 1, Switch::Off).await;
    let identity = verified(trip.play(harness, Script::Approve).await);
    assert!(
        identity
            .claims
            .contacts
            .is_none_or(|contacts| contacts.is_empty()),
        "contacts that nobody asked for"
    );
}

/// Whether the provider's own session can be ended is as the manifest says (`threats.md` A17).
pub async fn sign_out_is_offered_as_the_manifest_says(harness: &dyn ProviderHarness) {
    let adapter = harness.adapter().await;
    let back = "https://school.example/".parse().unwrap();
    let offered = adapter.sign_out(&back).is_some();
    assert_eq!(offered, adapter.manifest().sign_out.is_on());
}

/// A peer that is away is told as such, in bounded time (`threats.md` I1, I2).
pub async fn i1_a_peer_that_is_away_is_unavailable(harness: &dyn ProviderHarness) {
    let trip = Trip::begin(harness, 1).await;
    let answer = harness.answer(&trip.prompt, Script::Approve).await;
    harness.set_peer_up(false).await;
    match trip.advance(harness, answer).await {
        Err(error) => assert_eq!(error.kind, ProviderErrorKind::Unavailable, "{error}"),
        Ok(step) => panic!("a peer that is away verified nothing: {step:?}"),
    }
    // Whether a beginning needs the peer is the adapter's own affair; how it fails is not.
    let adapter = harness.adapter().await;
    if let Err(error) = begun(harness, &*adapter, 2, Switch::On).await {
        assert_eq!(error.kind, ProviderErrorKind::Unavailable, "{error}");
    }
}

/// After an outage the next sign-in goes well, without a restart of anything (`threats.md` I14):
/// on the very adapter that met the outage.
pub async fn i1_a_flow_goes_on_when_the_peer_is_back(harness: &dyn ProviderHarness) {
    let adapter = harness.adapter().await;
    let trip = Trip::begin_on(harness, &*adapter, 1, Switch::On).await;
    let answer = harness.answer(&trip.prompt, Script::Approve).await;
    harness.set_peer_up(false).await;
    let state = trip.state.clone();
    let away = trip.advance_on(harness, &*adapter, state, answer).await;
    assert!(away.is_err(), "{away:?}");
    harness.set_peer_up(true).await;
    let again = Trip::begin_on(harness, &*adapter, 2, Switch::On).await;
    let answer = harness.answer(&again.prompt, Script::Approve).await;
    let state = again.state.clone();
    verified(again.advance_on(harness, &*adapter, state, answer).await);
}

/// No text of a value or an error repeats what the peer said of the person, a code, a token, or
/// the ticket (`threats.md` H1).
pub async fn h1_nothing_of_the_person_prints(harness: &dyn ProviderHarness) {
    let tickets = [ticket(1), ticket(2)];
    let trip = Trip::begin(harness, 1).await;
    let answer = harness.answer(&trip.prompt, Script::Approve).await;
    let step = trip.advance(harness, answer.clone()).await;
    let mut printed = vec![
        ("the prompt", format!("{:?}", trip.prompt)),
        ("the answer", format!("{answer:?}")),
        ("the identity", format!("{step:?}")),
    ];
    verified(step);
    let foreign = Trip::begin(harness, 2).await;
    let again = trip.advance(harness, answer.clone()).await;
    let elsewhere = foreign.advance(harness, answer.clone()).await;
    let changed = foreign.advance_with(harness, trip.state, answer).await;
    let declined = foreign.play(harness, Script::Refuse).await;
    assert!(
        matches!(declined, Ok(Step::Declined(_))),
        "the harness did not refuse"
    );
    let other_state = Script::Forge(Forgery::OtherState);
    let forged = foreign.play(harness, other_state).await;
    for (what, answered) in [
        ("a second use", again),
        ("another flow's answer", elsewhere),
        ("another flow's state", changed),
        ("a refusal", declined),
        ("a forged state", forged),
    ] {
        if let Err(error) = &answered {
            printed.push((what, error.to_string()));
        }
        printed.push((what, format!("{answered:?}")));
    }
    printed.push(("the adapter", format!("{:?}", harness.adapter().await)));
    let mut markers = harness.markers();
    assert!(!markers.is_empty(), "the harness plants no markers");
    for ticket in tickets {
        markers.extend([ticket.as_token(), ticket.as_uuid().to_string()]);
    }
    for (number, marker) in markers.iter().enumerate() {
        assert!(marker.len() >= 4, "marker {number} is too short to be one");
        for (what, text) in &printed {
            assert!(
                !text.contains(marker.as_str()),
                "{what} prints marker {number}"
            );
        }
    }
}
