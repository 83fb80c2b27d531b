use std::{
    collections::{BTreeMap, VecDeque},
    sync::Mutex,
};

use async_trait::async_trait;
use linking_core::{
    account::{ContactValue, Source, Sourced},
    audit::{Act, AuditRecord, By},
    change::ChangeSet,
    event::{Event, EventBody},
    ids::{AccountId, EventId, Id},
    ports::{Clock as _, IdSource as _, OutgoingLetter, Store as _},
    usecase::Ports,
};
use linking_testkit::{
    CountedIds, FixedClock, MemoryStore, PlainHasher, SeededRandom, TestVault, people,
};

use super::*;
use crate::i18n::{Args, Catalogue, Language};

#[derive(Debug, Default)]
struct Mailbox {
    sent: Mutex<Vec<OutgoingLetter>>,
    faults: Mutex<VecDeque<MailError>>,
}

impl Mailbox {
    fn fail(&self, error: MailError) {
        self.faults.lock().unwrap().push_back(error);
    }

    fn take(&self) -> Vec<OutgoingLetter> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }
}

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, letter: &OutgoingLetter) -> Result<(), MailError> {
        tokio::task::yield_now().await;
        if let Some(error) = self.faults.lock().unwrap().pop_front() {
            return Err(error);
        }
        self.sent.lock().unwrap().push(letter.clone());
        Ok(())
    }
}

struct Stand {
    store: Arc<MemoryStore>,
    clock: Arc<FixedClock>,
    ids: Arc<CountedIds>,
    random: Arc<SeededRandom>,
    mailbox: Arc<Mailbox>,
}

impl Stand {
    fn new() -> Self {
        Self {
            store: Arc::new(MemoryStore::populated()),
            clock: Arc::default(),
            ids: Arc::default(),
            random: Arc::default(),
            mailbox: Arc::default(),
        }
    }

    /// A server's sender.
    fn post(&self) -> Post {
        let policy = linking_core::policy::Policy {
            providers: [people::provider()].into(),
            link_ways: linking_core::policy::LinkWays::Both,
            identity_sharing: linking_core::policy::IdentitySharing::OneAccountPerIdentity,
            contact_choice: linking_core::provider::Switch::On,
            patronymic: linking_core::person::PatronymicRule::MustAgree,
            sign_in_form: linking_core::policy::SignInForm::LocalFirst,
        };
        let ports = Ports {
            store: Arc::<MemoryStore>::clone(&self.store),
            hasher: Arc::new(PlainHasher::default()),
            vault: Arc::new(TestVault),
            clock: Arc::<FixedClock>::clone(&self.clock),
            ids: Arc::<CountedIds>::clone(&self.ids),
            random: Arc::<SeededRandom>::clone(&self.random),
        };
        let book = linking_core::policy::PolicyBook::new(policy);
        let common = Args::new()
            .with("diary", "Дневник")
            .with("into", "в дневник");
        Post {
            linking: Linking::new(ports, BTreeMap::new(), book),
            outbox: Arc::<MemoryStore>::clone(&self.store),
            mailer: Arc::<Mailbox>::clone(&self.mailbox),
            texts: Texts::new(
                Arc::new(Catalogue::embedded().unwrap()),
                Language::Russian,
                common,
            ),
            address: PublicAddress::of_tests("https://diary.example.ru"),
        }
    }

    /// Somebody to whom the school can write.
    fn reachable(&self, login: &str) -> AccountId {
        let id = self.store.account_id(&people::login(login)).unwrap();
        let at = self.clock.now();
        self.store.edit_account(id, |account| {
            account.profile.contacts.push(Sourced {
                value: ContactValue::Email(format!("{login}@example.ru").parse().unwrap()),
                source: Source::School,
                at,
            });
        });
        id
    }

    /// Something happens to an account; gives the key of its delivery.
    async fn happens(&self, account: AccountId) -> String {
        let id: EventId = Id::from_uuid(self.ids.next());
        let audit = AuditRecord {
            id: Id::from_uuid(self.ids.next()),
            at: self.clock.now(),
            by: By::Account(account),
            act: Act::PasswordChanged,
            flow: None,
            agent: None,
            concerns: Vec::new(),
        };
        let change = ChangeSet::new(audit).event(Event {
            id,
            account,
            at: self.clock.now(),
            agent: None,
            body: EventBody::PasswordChanged,
        });
        self.store.commit(change).await.unwrap();
        id.to_string()
    }

    /// Every round until nothing is due at this moment.
    async fn rounds(&self) {
        while self.post().round().await.unwrap() > 0 {}
    }
}

fn keys(letters: &[OutgoingLetter]) -> Vec<&str> {
    letters.iter().map(|letter| letter.key.as_str()).collect()
}

fn away() -> MailError {
    MailError::Passing("as the test wants it".to_owned())
}

#[tokio::test]
async fn i10_a_day_without_a_mail_server_loses_nothing_and_keeps_the_order() {
    let stand = Stand::new();
    let teacher = stand.reachable("dmitrieva");
    let first = stand.happens(teacher).await;
    let second = stand.happens(teacher).await;
    let mut tries = 0;
    let started = stand.clock.now();
    while stand.clock.now() - started < TimeDelta::hours(24) {
        stand.mailbox.fail(away());
        tries += stand.post().round().await.unwrap();
        stand.mailbox.faults.lock().unwrap().clear();
        stand.clock.advance(TimeDelta::minutes(1));
    }
    assert!((20..40).contains(&tries), "{tries}: later each time");
    assert_eq!(stand.mailbox.take(), []);
    stand.clock.advance(TimeDelta::hours(1));
    stand.rounds().await;
    assert_eq!(keys(&stand.mailbox.take()), [first, second]);
}

#[tokio::test]
async fn i10_a_letter_that_is_refused_for_good_holds_nobody_up() {
    let stand = Stand::new();
    let teacher = stand.reachable("dmitrieva");
    let other = stand.reachable("kim");
    stand.happens(teacher).await;
    let next = stand.happens(teacher).await;
    let others = stand.happens(other).await;
    stand
        .mailbox
        .fail(MailError::Refused("no such box".to_owned()));
    stand.rounds().await;
    let sent = stand.mailbox.take();
    assert_eq!(keys(&sent).len(), 2);
    assert!(keys(&sent).contains(&next.as_str()) && keys(&sent).contains(&others.as_str()));
}

#[tokio::test]
async fn i10_two_servers_send_no_letter_twice() {
    let stand = Stand::new();
    let people = ["dmitrieva", "kim", "saharova", "saharov"].map(|login| stand.reachable(login));
    for _ in 0..5 {
        for id in people {
            stand.happens(id).await;
        }
    }
    let (one, other) = (stand.post(), stand.post());
    loop {
        let (taken, more) = tokio::join!(one.round(), other.round());
        if taken.unwrap() + more.unwrap() == 0 {
            break;
        }
    }
    let sent = stand.mailbox.take();
    let mut different = keys(&sent);
    different.sort_unstable();
    different.dedup();
    assert_eq!((sent.len(), different.len()), (20, 20));
}

#[tokio::test]
async fn i10_what_a_lost_server_held_goes_out_by_another_with_the_same_key() {
    let stand = Stand::new();
    let teacher = stand.reachable("dmitrieva");
    let key = stand.happens(teacher).await;
    let now = stand.clock.now();
    // Taken, and the server is gone: before it sent, or before it said so.
    let taken = stand.store.take_due(now, now + LEASE, 8).await.unwrap();
    assert_eq!(taken.len(), 1);
    stand.rounds().await;
    assert_eq!(stand.mailbox.take(), [], "held");
    stand.clock.advance(LEASE);
    stand.rounds().await;
    assert_eq!(keys(&stand.mailbox.take()), [key]);
}

#[tokio::test]
async fn i10_a_letter_that_is_too_old_is_given_up() {
    let stand = Stand::new();
    let teacher = stand.reachable("dmitrieva");
    stand.happens(teacher).await;
    stand.clock.advance(LETTER_LIFE);
    stand.rounds().await;
    assert_eq!(stand.mailbox.take(), []);
}

#[tokio::test]
async fn i10_a_store_that_is_away_costs_a_round() {
    let stand = Stand::new();
    let teacher = stand.reachable("dmitrieva");
    let key = stand.happens(teacher).await;
    stand.store.fail_next(1);
    assert!(stand.post().round().await.is_err());
    // Away when the ticket is written: nothing is sent whose ticket nobody knows.
    stand.store.fail_next_commits(1);
    stand.post().round().await.unwrap();
    assert_eq!(stand.mailbox.take(), []);
    stand.clock.advance(TimeDelta::minutes(1));
    stand.rounds().await;
    assert_eq!(keys(&stand.mailbox.take()), [key]);
}

#[test]
fn pauses_double_up_to_an_hour() {
    let now = people::START;
    let minutes: Vec<i64> = [1, 2, 3, 4, 5, 6, 7, 8, 100, u16::MAX]
        .into_iter()
        .map(|tries| (next_try(now, tries) - now).num_minutes())
        .collect();
    assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
}
