//! The rules of account linking: who may link a diary's account to an identity, what is
//! verified, what is refused and why. Pure: no runtime, no I/O, no clock; effects are ports.
//!
//! The paved path is [`usecase::Linking`]: it loads facts through the [`ports`], asks a decision
//! (`decide_sign_in`, `decide_link`, `decide_unlink`), and commits one [`change::ChangeSet`].
//!
//! # Embedding it
//!
//! A host implements the ports over its own database, keeps two cookies (the browser's secret and
//! the session's), turns a [`provider::Prompt`] into a redirect, and shows the page that a
//! [`usecase::FlowStep`] names. Here the ports are those of the test kit, and a made-up provider
//! answers; a teacher links from the provider's side.
//!
//! ```
//! use std::{collections::BTreeMap, sync::Arc};
//!
//! use linking_core::{
//!     link::PlaceHint,
//!     policy::{IdentitySharing, LinkWays, Policy, PolicyBook, SignInForm},
//!     provider::Switch,
//!     secret::Secret256,
//!     session::{AgentLabel, Computer, Network, Visitor},
//!     usecase::{
//!         ConnectedProvider, FlowStep, Linking, LocalCredentials, Outcome, Ports, StartOrder,
//!     },
//! };
//! use linking_testkit::{MemoryStore, ScriptedPeer, ScriptedProvider, TestVault, people};
//!
//! # linking_testkit::run(async {
//! // Wiring, once for each server. A forgotten port does not compile.
//! let store = Arc::new(MemoryStore::populated());
//! # let teacher = people::teacher();
//! # store.give_password(&teacher.login, people::password("correct horse"));
//! # let account = store.account_id(&teacher.login).unwrap();
//! # let sheet = linking_core::ports::Store::account(&*store, account).await.unwrap().unwrap();
//! # let organization = sheet.first_membership().unwrap().organization.id;
//! let peer = Arc::new(ScriptedPeer::default());
//! let gosuslugi = ConnectedProvider {
//!     adapter: Arc::new(ScriptedProvider::new(peer.clone())),
//!     consent: people::consent_text().into(),
//! };
//! let policy = Policy {
//!     providers: [people::provider()].into(),
//!     link_ways: LinkWays::Both,
//!     identity_sharing: IdentitySharing::OneAccountPerIdentity,
//!     contact_choice: Switch::Off,
//!     patronymic: Default::default(),
//!     sign_in_form: SignInForm::LocalFirst,
//! };
//! let linking = Linking::new(
//!     Ports {
//!         store,
//!         hasher: Arc::new(linking_testkit::PlainHasher::default()),
//!         vault: Arc::new(TestVault),
//!         clock: Arc::new(linking_testkit::FixedClock::default()),
//!         ids: Arc::new(linking_testkit::CountedIds::default()),
//!         random: Arc::new(linking_testkit::SeededRandom::default()),
//!     },
//!     BTreeMap::from([(people::provider(), gosuslugi)]),
//!     PolicyBook::new(policy),
//! );
//!
//! // Each request says who sends it: the browser's cookie, the network, a short label.
//! let visitor = Visitor {
//!     browser: linking.browser_tag(&Secret256::draw(linking.random())),
//!     browser_by_other_keys: Vec::new(),
//!     network: Network::of([192, 0, 2, 1].into()),
//!     agent: AgentLabel::new("Chrome, Windows"),
//!     computer: Computer::Own,
//!     request: None,
//! };
//!
//! // «Вход с учетной записью портала гос. услуг»: the browser goes where the prompt says.
//! let place = PlaceHint { region: people::sakhalin().code, organization: None };
//! let provider = people::provider();
//! let start = linking.start(&visitor, None, StartOrder::SignIn, &provider, place);
//! let advance = start.await?.done().expect("the provider is on");
//! let (flow, prompt) = (advance.view.id, advance.prompt.expect("the provider is up"));
//!
//! // It comes back to the callback's address.
//! # let identity = people::identity("1000000001", people::claims_of(&teacher.profile));
//! let back = peer.approve(&prompt, identity);
//! let came = linking.answer(&visitor, None, &provider, &back.state, back.answer);
//! let step = came.await?.done().expect("its own browser").view.step;
//! assert!(matches!(step, FlowStep::NotLinked { .. }));
//!
//! // «Продолжить», then the local password: the right one makes the link and a session.
//! linking.agree(&visitor, None, flow, "2026-03").await?;
//! let password = linking_core::secret::Password::new("correct horse".to_owned());
//! let credentials = LocalCredentials {
//!     organization,
//!     login: teacher.login,
//!     password: password.expect("something was typed"),
//! };
//! match linking.prove(&visitor, None, flow, credentials).await? {
//!     Outcome::Done(advance) => assert!(advance.session.is_some(), "{:?}", advance.view.step),
//!     Outcome::Refused(refusal) => panic!("shown as the page of {:?}", refusal.code()),
//! }
//! # Ok::<(), linking_core::usecase::Fault>(())
//! # }).unwrap();
//! ```

pub mod account;
pub mod audit;
pub mod change;
pub mod consent;
pub mod event;
pub mod ids;
pub mod letter;
pub mod link;
pub mod person;
pub mod policy;
pub mod ports;
pub mod provider;
pub mod refusal;
pub mod region;
pub mod repeat;
pub mod secret;
pub mod session;
pub mod sign_in;
pub mod time;
pub mod usecase;

#[cfg(test)]
mod samples;
