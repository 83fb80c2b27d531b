//! Two writers at once: exactly one of them wins, and the other one is told.

use std::sync::Arc;

use linking_core::{
    change::{SessionScope, Write},
    link::{FlowPurpose, Link},
    ports::StoreError,
};
use tokio::sync::Barrier;

use crate::{
    people::{START, identity_key},
    store::{
        ConformingStore,
        stage::{Stage, is_conflict, other_provider},
    },
};

/// How often each race is run.
const ROUNDS: u32 = 12;

/// Lets several acts begin at the same moment; gives their answers.
async fn race<T: Send + 'static>(
    acts: Vec<impl Future<Output = Result<T, StoreError>> + Send + 'static>,
) -> Vec<Result<T, StoreError>> {
    let barrier = Arc::new(Barrier::new(acts.len()));
    let tasks: Vec<_> = acts
        .into_iter()
        .map(|act| {
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                barrier.wait().await;
                act.await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

fn assert_one_won<T: std::fmt::Debug>(answers: &[Result<T, StoreError>]) {
    let won = answers.iter().filter(|answer| answer.is_ok()).count();
    let told = answers.iter().filter(|answer| is_conflict(answer)).count();
    assert_eq!((won, won + told), (1, answers.len()), "{answers:?}");
}

async fn link_at_once(stage: &Stage, links: Vec<Link>) {
    let mut acts = Vec::new();
    for link in links {
        let anchor = stage.anchor(&link.identity).await;
        let stage = stage.clone();
        let change = stage
            .change(link.account)
            .write(Stage::insert(&link, anchor));
        acts.push(async move { stage.commit(change).await });
    }
    assert_one_won(&race(acts).await);
}

/// Two accounts, one identity (`threats.md` E7).
pub async fn e7_two_accounts_link_one_identity_at_once(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let one = stage.teacher().await.account.value.id;
    let other = stage.adult().await.account.value.id;
    for round in 0..ROUNDS {
        let key = identity_key(&format!("{round}"));
        let with = |account| Link {
            provider: format!("p{round}").parse().unwrap(),
            ..stage.link(account, key.clone())
        };
        link_at_once(&stage, vec![with(one), with(other), with(one), with(other)]).await;
        let known = stage.store.identity(&key).await.unwrap();
        assert_eq!(known.links.len(), 1);
    }
}

/// One account, two identities of one provider (`threats.md` E7): invariant 1, which no anchor
/// holds.
pub async fn e7_one_account_links_two_identities_at_once(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    for round in 0..ROUNDS {
        let links = (0..4)
            .map(|number| Link {
                provider: format!("p{round}").parse().unwrap(),
                ..stage.link(account, identity_key(&format!("{round}-{number}")))
            })
            .collect();
        link_at_once(&stage, links).await;
    }
    let links = stage.store.links_of(account).await.unwrap();
    assert_eq!(links.len(), usize::try_from(ROUNDS).unwrap());
}

/// Two unlinks that each leave the other link as the last way in: the account's version lets one
/// of them pass (`threats.md` E8).
pub async fn e8_two_unlinks_at_once(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let id = stage.teacher().await.account.value.id;
    for round in 0..ROUNDS {
        let first = stage.linked(id, &format!("{round}-a")).await;
        let second = Link {
            provider: other_provider(),
            ..stage.link(id, identity_key(&format!("{round}-b")))
        };
        stage.make(&second).await.unwrap();
        let read = stage.teacher().await.account;
        let acts = [&first, &second]
            .map(|link| {
                let mut account = read.value.clone();
                account.epoch = account.epoch.next();
                let put = Write::PutAccount {
                    account: Box::new(account),
                    read: read.version,
                };
                let change = stage.change(id).write(put).write(Stage::end(link));
                let stage = stage.clone();
                async move { stage.commit(change).await }
            })
            .into_iter()
            .collect();
        assert_one_won(&race(acts).await);
        let left = stage.store.links_of(id).await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(
            stage.teacher().await.account.value.epoch,
            read.value.epoch.next()
        );
        let change = stage.change(id).write(Stage::end(&left[0]));
        stage.commit(change).await.unwrap();
    }
}

/// An answer that comes twice at once is claimed once (`threats.md` A8).
pub async fn a8_one_answer_is_claimed_once(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    for _ in 0..ROUNDS {
        let flow = stage.begun(stage.start(FlowPurpose::SignIn)).await;
        let read = stage.version(&flow).await;
        let (claimed, _) = flow.claim(START).unwrap();
        let acts = (0..4)
            .map(|_| {
                let (stage, claimed) = (stage.clone(), claimed.clone());
                async move { stage.store.put_flow(&claimed, read).await }
            })
            .collect();
        assert_one_won(&race(acts).await);
    }
}

/// A session that is ended while it is written back stays ended.
pub async fn a_session_that_ends_at_once_stays_ended(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    for _ in 0..ROUNDS {
        let session = stage.session(account).await;
        let read = stage
            .store
            .session(&session.secret)
            .await
            .unwrap()
            .unwrap()
            .session
            .version;
        let put = stage
            .change(account)
            .write(Write::PutSession { session, read });
        let end = stage.change(account).write(Write::EndSessions {
            account,
            scope: SessionScope::All,
        });
        let acts = [put, end]
            .map(|change| {
                let stage = stage.clone();
                async move { stage.commit(change).await }
            })
            .into_iter()
            .collect();
        let answers = race(acts).await;
        assert_eq!(answers[1], Ok(()));
        assert_eq!(stage.store.sessions_of(account).await, Ok(Vec::new()));
    }
}
