//! What no port reads: audit records, events, consents.

use std::sync::Arc;

use linking_core::{
    account::{AccountStatus, Source, Versioned},
    audit::{Act, AuditRecord, By, Concern, Notice},
    change::{ChangeSet, Write},
    consent::{Consent, ConsentStatus, ConsentText, DataScope},
    event::{Event, EventBody},
    link::FlowPurpose,
    ports::NewPassword,
    provider::AssuranceLevel,
    session::{AgentLabel, SignInWay},
};

use crate::{
    people::{self, START},
    store::{
        ConformingStore, Trail,
        stage::{Stage, is_conflict, minutes, other_provider},
    },
};

/// Invariant 8: each commit and each batch leaves just one audit record, as it was given; a
/// refused one leaves none.
pub async fn invariant_8_one_audit_record_for_each_change(
    store: Arc<dyn ConformingStore>,
    trail: Arc<dyn Trail>,
) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let store = &stage.store;
    let imported = trail.audits().await;
    assert_eq!(imported.len(), 3, "three batches came in");
    let notice = Notice::SignedOut;
    let rich = AuditRecord {
        at: minutes(1),
        flow: Some(stage.id()),
        agent: Some(AgentLabel::new("Firefox, Linux")),
        ..stage.audit(
            By::Visitor,
            Act::SignedIn {
                way: SignInWay::Password,
            },
            vec![
                Concern {
                    account,
                    notice: notice.clone(),
                },
                Concern {
                    account: stage.adult().await.account.value.id,
                    notice,
                },
            ],
        )
    };
    let many_writes = ChangeSet::new(rich.clone())
        .write(Write::InsertSession(stage.new_session(account)))
        .write(Write::InsertSession(stage.new_session(account)));
    stage.commit(many_writes).await.unwrap();
    assert_eq!(
        trail.audits().await.split_last(),
        Some((&rich, &imported[..]))
    );
    let refused = ChangeSet::new(stage.import()).write(Write::UseLink {
        id: stage.id(),
        assurance: AssuranceLevel::Verified,
        at: START,
    });
    assert!(is_conflict(&stage.commit(refused).await));
    let mut unknown = people::adult();
    unknown.memberships[0].organization = "99".parse().unwrap();
    store
        .put_people(vec![unknown], stage.import())
        .await
        .unwrap_err();
    assert_eq!(trail.audits().await.len(), 4);
    let password = NewPassword {
        account,
        password: people::password("x"),
    };
    let last = stage.import();
    store
        .put_passwords(vec![password], last.clone())
        .await
        .unwrap();
    assert_eq!(trail.audits().await.last(), Some(&last));
    // Flows, counters and notes of use are no changes.
    let flow = stage.begun(stage.start(FlowPurpose::SignIn)).await;
    let read = stage.version(&flow).await;
    store.put_flow(&flow, read).await.unwrap();
    store.sweep(START, 10).await.unwrap();
    assert_eq!(trail.audits().await.len(), 5);
}

/// One audit record is written once: the same change twice is a conflict.
pub async fn the_same_audit_record_is_not_written_twice(
    store: Arc<dyn ConformingStore>,
    trail: Arc<dyn Trail>,
) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let change = stage.change(account);
    stage.commit(change.clone()).await.unwrap();
    let written = trail.audits().await;
    assert!(is_conflict(&stage.commit(change).await));
    assert_eq!(trail.audits().await, written);
}

/// Changes that happen together keep their records, each with its concerns, or leave none of them.
pub async fn invariant_8_changes_that_happen_together_keep_their_records(
    store: Arc<dyn ConformingStore>,
    trail: Arc<dyn Trail>,
) {
    let stage = Stage::peopled(store).await;
    let one = stage.teacher().await.account.value.id;
    let other = stage.adult().await.account.value.id;
    let before = trail.audits().await.len();
    let refused = stage
        .change(one)
        .and(stage.change(other).write(Write::UseLink {
            id: stage.id(),
            assurance: AssuranceLevel::Verified,
            at: START,
        }));
    assert!(is_conflict(&stage.commit(refused).await));
    assert_eq!(trail.audits().await.len(), before);
    let change = stage.change(one).and(stage.change(other));
    let records: Vec<_> = change.audits().cloned().collect();
    stage.commit(change).await.unwrap();
    assert_eq!(trail.audits().await.split_off(before), records);
}

/// Events go into the outbox with their change and as they were given; those of a refused change
/// do not (`threats.md` I10).
pub async fn i10_events_go_with_their_change(
    store: Arc<dyn ConformingStore>,
    trail: Arc<dyn Trail>,
) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let provider = people::provider;
    let bodies = [
        EventBody::Linked {
            link: stage.id(),
            provider: provider(),
        },
        EventBody::Unlinked {
            link: stage.id(),
            provider: provider(),
        },
        EventBody::MovedAway {
            link: stage.id(),
            provider: provider(),
        },
        EventBody::Replaced {
            ended: stage.id(),
            link: stage.id(),
            provider: provider(),
        },
        EventBody::MismatchTried {
            provider: provider(),
        },
        EventBody::IdentityTriedElsewhere {
            provider: provider(),
        },
        EventBody::PasswordPaused { until: minutes(4) },
        EventBody::PasswordChanged,
    ];
    let events = bodies.map(|body| Event {
        id: stage.id(),
        account,
        at: minutes(3),
        agent: Some(AgentLabel::new("Firefox, Linux")),
        body,
    });
    let change = || {
        let events = events.iter().cloned();
        events.fold(stage.change(account), ChangeSet::event)
    };
    let refused = change().write(Write::UseLink {
        id: stage.id(),
        assurance: AssuranceLevel::Verified,
        at: START,
    });
    assert!(is_conflict(&stage.commit(refused).await));
    assert_eq!(trail.events().await, []);
    stage.commit(change()).await.unwrap();
    assert_eq!(trail.events().await, events);
}

/// A consent is kept as it was given. Its withdrawal takes the standing one of that provider and
/// keeps what was agreed to; refused and withdrawn ones stay as they are (`threats.md` H3).
pub async fn h3_a_consent_is_kept_and_withdrawn(
    store: Arc<dyn ConformingStore>,
    trail: Arc<dyn Trail>,
) {
    let stage = Stage::peopled(store.clone()).await;
    let account = stage.teacher().await.account.value.id;
    let other = stage.adult().await.account.value.id;
    let consent = |account, provider, status| Consent {
        id: stage.id(),
        account,
        provider,
        text: ConsentText {
            version: "2026-03".to_owned(),
            digest: "f".repeat(64),
            scopes: vec![
                DataScope::Contacts,
                DataScope::Name,
                DataScope::BirthDate,
                DataScope::Snils,
            ],
        },
        given_at: minutes(-5),
        status,
    };
    let of_account = vec![
        consent(account, people::provider(), ConsentStatus::Refused),
        consent(
            account,
            people::provider(),
            ConsentStatus::Withdrawn { at: minutes(-4) },
        ),
        consent(account, people::provider(), ConsentStatus::Granted),
        consent(account, other_provider(), ConsentStatus::Granted),
    ];
    let of_other = vec![consent(other, people::provider(), ConsentStatus::Granted)];
    for consent in of_account.iter().chain(&of_other) {
        let write = Write::InsertConsent(consent.clone());
        stage
            .commit(stage.change(account).write(write))
            .await
            .unwrap();
    }
    assert_eq!(trail.consents(account).await, of_account);
    assert_eq!(store.consents_of(account).await, Ok(of_account.clone()));
    let withdraw = |at| {
        stage.change(account).write(Write::WithdrawConsent {
            account,
            provider: people::provider(),
            at,
        })
    };
    stage.commit(withdraw(minutes(1))).await.unwrap();
    let mut expected = of_account;
    expected[2].status = ConsentStatus::Withdrawn { at: minutes(1) };
    assert_eq!(trail.consents(account).await, expected);
    assert_eq!(trail.consents(other).await, of_other);
    assert_eq!(store.consents_of(account).await, Ok(expected.clone()));
    assert_eq!(store.consents_of(other).await, Ok(of_other));
    // Nothing stands: nothing is withdrawn.
    stage.commit(withdraw(minutes(2))).await.unwrap();
    assert_eq!(trail.consents(account).await, expected);
}

/// The links that end with an archived account are told; the consents that they rested on, and
/// what was kept of providers, go with them (`threats.md` H2, H3).
pub async fn h2_of_the_links_of_an_archived_account_nothing_stays(
    store: Arc<dyn ConformingStore>,
    trail: Arc<dyn Trail>,
) {
    let stage = Stage::peopled(store).await;
    let Versioned { version, mut value } = stage.teacher().await.account;
    let id = value.id;
    let contact = |number, source| people::contact(people::mobile(number), source);
    let own = contact("+79007654321", Source::Person);
    value.profile.contacts = vec![
        contact("+79001234567", Source::Provider(people::provider())),
        own.clone(),
    ];
    stage.put(value, version).await.unwrap();
    let link = stage.linked(id, "1").await;
    let other = stage.adult().await.account.value.id;
    for (account, status) in [
        (id, ConsentStatus::Granted),
        (id, ConsentStatus::Refused),
        (other, ConsentStatus::Granted),
    ] {
        let consent = Consent {
            id: stage.id(),
            account,
            provider: people::provider(),
            text: people::consent_text(),
            given_at: minutes(-5),
            status,
        };
        let write = Write::InsertConsent(consent);
        let change = stage.change(account).write(write);
        stage.commit(change).await.unwrap();
    }
    let mut row = people::teacher();
    row.status = AccountStatus::Archived;
    let audit = stage.import();
    let at = audit.at;
    stage.store.put_people(vec![row], audit).await.unwrap();
    let statuses = async |account| {
        let consents = trail.consents(account).await;
        consents.iter().map(|c| c.status).collect::<Vec<_>>()
    };
    let withdrawn = ConsentStatus::Withdrawn { at };
    assert_eq!(statuses(id).await, [withdrawn, ConsentStatus::Refused]);
    assert_eq!(statuses(other).await, [ConsentStatus::Granted]);
    let contacts = stage.teacher().await.account.value.profile.contacts;
    assert_eq!(contacts, [own], "what the person entered stays");
    let told = trail.events().await;
    assert_eq!(told.len(), 1);
    let body = EventBody::Unlinked {
        link: link.id,
        provider: link.provider,
    };
    assert_eq!(
        (told[0].account, told[0].at, &told[0].body),
        (id, at, &body)
    );
}
