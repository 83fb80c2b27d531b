//! `svyazka check-config`, `migrate`, `backup`, `restore`, `restore-finish`.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use linking_core::{
    account::{AccountSheet, Version},
    audit::{Act, AuditRecord, By},
    change::{ChangeSet, Write},
    ids::Id,
    link::{Link, LinkEnd, LinkOrigin},
    person::Login,
    policy::IdentitySharing,
    ports::{Purpose, Store},
    provider::{AssuranceLevel, IdentityKey},
    session::{AgentLabel, Session, SignInWay},
};

use super::*;
use crate::{
    ends::Listed,
    installation::{Installation, OpenInstallationError},
    settings::DatabaseSettings,
};

async fn open(desk: &Desk) -> Installation {
    Installation::open(&desk.settings()).await.unwrap()
}

async fn account(installation: &Installation, login: &str) -> AccountSheet {
    let login = Login::parse(login).unwrap();
    let sheet = installation.storage.account_by_login(&login).await;
    sheet.unwrap().unwrap()
}

fn identity() -> IdentityKey {
    IdentityKey {
        issuer: "http://esia.stand.test/".parse().unwrap(),
        subject: "1000001".parse().unwrap(),
    }
}

async fn write(installation: &Installation, writes: Vec<Write>) {
    let audit = AuditRecord {
        id: Id::from_uuid(installation.ids.next()),
        at: installation.clock.now(),
        by: By::Operator,
        act: Act::Imported,
        flow: None,
        agent: None,
        concerns: Vec::new(),
    };
    let change = writes
        .into_iter()
        .fold(ChangeSet::new(audit), ChangeSet::write);
    installation.storage.commit(change).await.unwrap();
}

/// Links a person, and signs them in.
async fn link(installation: &Installation, login: &str) -> Link {
    let sheet = account(installation, login).await;
    let now = installation.clock.now();
    let link = Link {
        id: Id::from_uuid(installation.ids.next()),
        account: sheet.account().id,
        provider: "gosuslugi".parse().unwrap(),
        identity: identity(),
        assurance: AssuranceLevel::Verified,
        origin: LinkOrigin::FromProvider,
        linked_at: now,
        used_at: None,
    };
    let tag = |text: &str| installation.vault.tag(Purpose::Session, text.as_bytes());
    let session = Session {
        computer: linking_core::session::Computer::Own,
        id: Id::from_uuid(installation.ids.next()),
        secret: tag("secret"),
        browser: tag("browser"),
        account: sheet.account().id,
        epoch: sheet.account().epoch,
        way: SignInWay::Password,
        started_at: now,
        seen_at: now,
        proved_at: Some(now),
        agent: AgentLabel::new("Firefox, Linux"),
    };
    let anchor = Version::NEW;
    let sharing = IdentitySharing::OneAccountPerIdentity;
    let insert = Write::InsertLink {
        link: link.clone(),
        anchor,
        sharing,
    };
    write(installation, vec![insert, Write::InsertSession(session)]).await;
    link
}

#[tokio::test]
async fn check_config_tells_every_error_at_once_with_its_place() {
    let desk = Desk::new();
    let told = desk.told(&["check-config"]).await;
    assert!(told.contains("the configuration is sound"), "{told}");
    assert!(
        told.contains("vault key 1 ") && told.contains("fingerprint "),
        "{told}"
    );

    let text = std::fs::read_to_string(desk.path("school.toml")).unwrap();
    let keys = desk.path("vault.keys");
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o644)).unwrap();
    let text = text
        .replace("profile = 'demo'", "profile = 'prod'")
        .replace("listen =", "listens =")
        .replace("svyazka.db", "no/such/svyazka.db");
    desk.file("school.toml", &text);
    let told = desk.refused(&["check-config"]).await;
    for part in [
        "the configuration has 5 faults",
        "school.toml, line 2, column 1) must be one of",
        "listen is missing",
        "listens (",
        "mode 0644",
        "run: chmod 600",
        "database.path (",
        "a folder that is not there",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    desk.file(
        "school.toml",
        "preset = 'setevoy-gorod'\nlisten = = 'SECRET'\n",
    );
    let told = desk.refused(&["check-config"]).await;
    assert!(
        told.contains("line 2, column 10") && !told.contains("SECRET"),
        "{told}"
    );
}

#[tokio::test]
async fn migrating_is_one_step_safe_to_repeat_and_to_do_twice_at_once() {
    let desk = Desk::new();
    let (one, other) = tokio::join!(desk.run(&["migrate"]), desk.run(&["migrate"]));
    assert!(one.0.is_ok() && other.0.is_ok(), "{one:?} {other:?}");
    let told = desk.told(&["migrate"]).await;
    assert!(told.contains("nothing to do"), "{told}");
}

/// Gives a file to another user, where the test may; gives its owner.
pub(super) fn give_away(path: &str) -> u32 {
    let _ = std::os::unix::fs::chown(path, Some(65_534), Some(65_534));
    owner_of(path)
}

pub(super) fn owner_of(path: &str) -> u32 {
    std::fs::metadata(path).unwrap().uid()
}

#[tokio::test]
async fn i9_what_ended_since_a_backup_stays_ended_after_a_restore() {
    let desk = Desk::new();
    desk.import_school().await;
    let running = open(&desk).await;
    let gone = link(&running, "marina").await;
    running
        .ends
        .note(&running.storage, running.clock.now())
        .await
        .unwrap();
    let backup = desk.path("backup.db");
    let told = desk.told(&["backup", &backup]).await;
    assert!(
        told.contains("checked") && told.contains("vault key 1"),
        "{told}"
    );
    let mode = std::fs::metadata(&backup).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "its owner's alone");
    let told = desk.refused(&["backup", &backup]).await;
    assert!(told.contains("exists"), "{told}");

    // Since then: the link ends, a password is printed, one comes who was not there.
    let end = Write::EndLink {
        id: gone.id,
        identity: gone.identity.clone(),
        end: LinkEnd::Unlinked,
        at: running.clock.now(),
    };
    write(&running, vec![end]).await;
    let slip = desk.path("slip.txt");
    desk.told(&["passwords", "--login", "marina", "--out", &slip])
        .await;
    running
        .ends
        .note(&running.storage, running.clock.now())
        .await
        .unwrap();
    running.storage.close().await;

    let told = desk.refused(&["restore", &backup]).await;
    assert!(told.contains("--replace"), "{told}");
    let owner = give_away(&desk.path("svyazka.db"));
    let told = desk.told(&["restore", &backup, "--replace"]).await;
    assert_eq!(owner_of(&desk.path("svyazka.db")), owner, "who serves");
    assert!(
        told.contains("Ended again: 1 links") && told.contains("Sessions ended: 1"),
        "{told}"
    );
    let running = open(&desk).await;
    let marina = account(&running, "marina").await.account().clone();
    assert!(
        running
            .storage
            .links_of(marina.id)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        running
            .storage
            .sessions_of(marina.id)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        marina.password.is_none(),
        "the password of the backup does not fit"
    );
    let kept = std::fs::read_dir(desk.0.path()).unwrap();
    let kept = kept.filter(|file| {
        let name = file.as_ref().unwrap().file_name();
        name.to_string_lossy().contains(".before-")
    });
    assert_eq!(kept.count(), 1, "the former database is kept");
    running.storage.close().await;
}

#[tokio::test]
async fn i9_a_database_that_was_put_back_by_hand_is_not_served_before_the_finish() {
    let desk = Desk::new();
    desk.import_school().await;
    let running = open(&desk).await;
    let gone = link(&running, "marina").await;
    running
        .ends
        .note(&running.storage, running.clock.now())
        .await
        .unwrap();
    running.storage.close().await;
    let settings = desk.settings();
    let by_hand = std::fs::read(settings.database.file().unwrap()).unwrap();

    let running = open(&desk).await;
    let end = Write::EndLink {
        id: gone.id,
        identity: gone.identity.clone(),
        end: LinkEnd::Unlinked,
        at: running.clock.now(),
    };
    write(&running, vec![end]).await;
    running
        .ends
        .note(&running.storage, running.clock.now())
        .await
        .unwrap();
    running.storage.close().await;
    std::fs::write(settings.database.file().unwrap(), by_hand).unwrap();
    assert!(matches!(
        Installation::open(&settings).await,
        Err(OpenInstallationError::Restored)
    ));
    let told = desk.told(&["restore-finish"]).await;
    assert!(told.contains("Ended again: 1 links"), "{told}");
    let running = open(&desk).await;
    let marina = account(&running, "marina").await.account().id;
    assert!(running.storage.links_of(marina).await.unwrap().is_empty());
    running.storage.close().await;
    let told = desk.refused(&["restore-finish"]).await;
    assert!(told.contains("--force"), "{told}");
}

#[tokio::test]
async fn i9_a_backup_is_never_served_as_it_is() {
    let desk = Desk::new();
    desk.import_school().await;
    let backup = desk.path("backup.db");
    desk.told(&["backup", &backup]).await;
    let mut settings = desk.settings();
    settings.database = DatabaseSettings::File(backup.into());
    assert!(matches!(
        Installation::open(&settings).await,
        Err(OpenInstallationError::Restored)
    ));
}

#[tokio::test]
async fn i9_a_damaged_backup_or_one_under_other_keys_is_not_put_back() {
    let desk = Desk::new();
    desk.import_school().await;
    let backup = desk.path("backup.db");
    desk.told(&["backup", &backup]).await;
    let mut octets = std::fs::read(&backup).unwrap();
    let middle = octets.len() / 2;
    octets[middle..].fill(0xA5);
    let damaged = desk.path("damaged.db");
    std::fs::write(&damaged, octets).unwrap();
    let before = Listed::read(desk.settings().ends.as_deref().unwrap()).unwrap();
    desk.refused(&["restore", &damaged, "--replace"]).await;
    let file = desk.settings().vault_keys;
    std::fs::remove_file(&file).unwrap();
    desk.told(&["keys", "make"]).await;
    let told = desk.refused(&["restore", &backup, "--replace"]).await;
    assert!(told.contains("vault key 1 is another one"), "{told}");
    assert_eq!(
        Listed::read(desk.settings().ends.as_deref().unwrap())
            .unwrap()
            .mark,
        before.mark
    );
    let left = std::fs::read_dir(desk.0.path()).unwrap();
    let left = left.filter(|file| {
        let name = file.as_ref().unwrap().file_name();
        name.to_string_lossy().contains(".restoring")
    });
    assert_eq!(left.count(), 0, "a try leaves nothing behind");
}
