//! Without its record on the trail no change is made (`threats.md` I13).

use linking_core::{
    account::Version,
    audit::Act,
    change::{FlowScope, SessionScope, Write},
    ports::{Register, StoreError},
};

use super::fixture::{Stand, insert_link, now, organization, provider, teacher};

#[tokio::test]
async fn i13_where_the_trail_cannot_be_written_every_change_is_refused_whole() {
    let stand = Stand::with_school().await;
    let sheet = stand.person(teacher("demina")).await;
    let account = sheet.account().clone();
    let session = stand.session(account.id, account.epoch);
    stand
        .write([Write::InsertSession(session.clone())])
        .await
        .unwrap();
    let run = async |text: &'static str| sqlx::query(text).execute(stand.writer()).await.unwrap();
    stand.storage.check_trail(now()).await.unwrap();
    assert_eq!(
        stand.rows("audit").await,
        3,
        "the question leaves no record"
    );

    run("CREATE TRIGGER disk_full BEFORE INSERT ON audit \
         BEGIN SELECT RAISE(ABORT, 'the table is full'); END")
    .await;
    let state = async || {
        let mut rows = Vec::new();
        for table in [
            "account",
            "link",
            "session",
            "consent",
            "organization",
            "audit",
        ] {
            rows.push(stand.rows(table).await);
        }
        (rows, stand.account("demina").await)
    };
    let before = state().await;
    let link = stand.link(account.id, "1");
    let mut renamed = account.clone();
    renamed.epoch = renamed.epoch.next();
    let writes = [
        insert_link(&link, Version::NEW),
        Write::InsertSession(stand.session(account.id, account.epoch)),
        Write::PutAccount {
            account: Box::new(renamed),
            read: sheet.account.version,
        },
        Write::EndSessions {
            account: account.id,
            scope: SessionScope::All,
        },
        Write::EndFlows {
            account: account.id,
            scope: FlowScope::All,
        },
        Write::WithdrawConsent {
            account: account.id,
            provider: provider(),
            at: now(),
        },
    ];
    let faults = stand.storage.statements().faults;
    let commands = u64::try_from(writes.len()).unwrap();
    for write in writes {
        let refused = stand.write([write]).await;
        assert!(
            matches!(refused, Err(StoreError::Unavailable(_))),
            "{refused:?}"
        );
    }
    let batch = vec![organization("s2", "Южный", "МБОУ «СОШ № 2»")];
    let imported = stand
        .storage
        .put_organizations(batch, stand.audit(Act::Imported));
    assert!(imported.await.is_err());
    let batch = vec![teacher("another")];
    let imported = stand.storage.put_people(batch, stand.audit(Act::Imported));
    assert!(imported.await.is_err());
    assert!(
        stand.storage.check_trail(now()).await.is_err(),
        "readiness shows it"
    );
    assert_eq!(
        stand.storage.statements().faults - faults,
        commands,
        "and so do the counts"
    );
    assert_eq!(state().await, before, "nothing changed");

    run("DROP TRIGGER disk_full").await;
    stand.storage.check_trail(now()).await.unwrap();
    stand
        .write([insert_link(&link, Version::NEW)])
        .await
        .unwrap();
}
