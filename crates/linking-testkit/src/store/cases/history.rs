//! The own history: order, paging, whose it is.

use std::sync::Arc;

use linking_core::{
    audit::{Act, AuditRecord, By, Concern, HistoryLine, Notice},
    change::ChangeSet,
    ids::AccountId,
    session::{AgentLabel, SignInWay},
};

use crate::{
    people,
    store::{
        ConformingStore,
        stage::{Stage, minutes},
    },
};

async fn signed_out(stage: &Stage, account: AccountId, count: usize) {
    for _ in 0..count {
        stage.commit(stage.change(account)).await.unwrap();
    }
}

/// Every notice comes back as it was written, with time and browser.
pub async fn a_line_comes_back_as_it_was_written(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let provider = people::provider;
    let link = SignInWay::Link {
        provider: provider(),
        link: stage.id(),
    };
    let code = "account-linked-already".to_owned();
    let mut notices = vec![
        Notice::SignedIn {
            way: SignInWay::Password,
        },
        Notice::SignedIn { way: link.clone() },
        Notice::SignedOut,
        Notice::Linked {
            provider: provider(),
        },
        Notice::Unlinked {
            provider: provider(),
        },
        Notice::MovedAway {
            provider: provider(),
        },
        Notice::Replaced {
            provider: provider(),
        },
        Notice::MismatchTried {
            provider: provider(),
        },
        Notice::LinkRefused {
            provider: provider(),
            code,
        },
        Notice::IdentityTriedElsewhere {
            provider: provider(),
        },
        Notice::PasswordPaused { until: minutes(15) },
        Notice::SessionsEnded,
        Notice::ContactsChosen { kept: Vec::new() },
        Notice::ContactsChosen {
            kept: linking_core::account::ContactKind::ALL.to_vec(),
        },
        Notice::DataParted {
            provider: provider(),
        },
        Notice::PasswordPrinted,
        Notice::PasswordChanged,
    ];
    let mut expected = Vec::new();
    for (minute, notice) in (0..).zip(notices.drain(..)) {
        let audit = AuditRecord {
            at: minutes(minute),
            flow: Some(stage.id()),
            agent: (minute % 2 == 0).then(|| AgentLabel::new("Яндекс Браузер, Android")),
            ..stage.audit(
                By::Account(account),
                Act::SignedIn { way: link.clone() },
                vec![Concern {
                    account,
                    notice: notice.clone(),
                }],
            )
        };
        expected.push(HistoryLine {
            id: audit.id,
            at: audit.at,
            notice,
            agent: audit.agent.clone(),
        });
        stage.commit(ChangeSet::new(audit)).await.unwrap();
    }
    expected.reverse();
    assert_eq!(stage.store.history(account, None, 100).await, Ok(expected));
}

/// A history is read in pages, the newest first, without gap and without repetition, also while
/// it grows.
pub async fn a_history_is_read_in_pages(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let other = stage.adult().await.account.value.id;
    for _ in 0..7 {
        signed_out(&stage, account, 1).await;
        signed_out(&stage, other, 1).await;
    }
    let all = stage.store.history(account, None, 100).await.unwrap();
    assert_eq!(all.len(), 7);
    assert!(all.is_sorted_by(|a, b| a.id > b.id));
    let mut pages = Vec::new();
    let mut before = None;
    loop {
        let page = stage.store.history(account, before, 3).await.unwrap();
        signed_out(&stage, account, 1).await;
        before = page.last().map(|line| line.id);
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 3);
        pages.extend(page);
    }
    assert_eq!(pages, all);
    assert_eq!(stage.store.history(account, None, 0).await, Ok(Vec::new()));
}

/// One record may concern several people: each reads the own line and no other's.
pub async fn each_reads_the_own_lines_alone(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let one = stage.teacher().await.account.value.id;
    let other = stage.adult().await.account.value.id;
    let third = stage.sheet(&people::parent()).await.account.value.id;
    let provider = people::provider();
    let own = Notice::LinkRefused {
        provider: provider.clone(),
        code: "identity-linked-elsewhere".to_owned(),
    };
    let theirs = Notice::IdentityTriedElsewhere { provider };
    let concern = |account, notice: &Notice| Concern {
        account,
        notice: notice.clone(),
    };
    let concerns = vec![concern(one, &own), concern(other, &theirs)];
    let audit = stage.audit(By::Account(one), Act::SignedOut, concerns);
    stage.commit(ChangeSet::new(audit)).await.unwrap();
    for (account, notices) in [(one, vec![own]), (other, vec![theirs]), (third, vec![])] {
        let lines = stage.store.history(account, None, 10).await.unwrap();
        let read: Vec<Notice> = lines.into_iter().map(|line| line.notice).collect();
        assert_eq!(read, notices);
    }
}
