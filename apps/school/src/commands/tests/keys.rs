//! `svyazka keys`

use linking_core::{
    person::{Login, PersonName},
    ports::Store,
};
use linking_crypto::KeyVault;

use super::{
    Desk,
    upkeep::{give_away, owner_of},
};
use crate::installation::{Installation, OpenInstallationError};

/// What a server would say at its start.
async fn start(desk: &Desk) -> Result<(), OpenInstallationError> {
    let installation = Installation::open(&desk.settings()).await?;
    installation.storage.close().await;
    Ok(())
}

async fn name_of(desk: &Desk, login: &str) -> Option<String> {
    let installation = Installation::open(&desk.settings()).await.unwrap();
    let login = Login::parse(login).unwrap();
    let sheet = installation.storage.account_by_login(&login).await.unwrap();
    let sheet = sheet.unwrap();
    let name = sheet
        .account()
        .profile
        .name
        .value
        .sound()
        .map(PersonName::full);
    installation.storage.close().await;
    name
}

#[tokio::test]
async fn i6_a_key_is_rotated_by_commands_and_the_old_one_goes_last() {
    let desk = Desk::new();
    desk.import_school().await;
    let told = desk.told(&["keys", "list"]).await;
    assert!(
        told.contains("key 1 ") && told.contains("accounts 3"),
        "{told}"
    );
    let owner = give_away(&desk.path("vault.keys"));
    let told = desk.told(&["keys", "rotate"]).await;
    assert!(told.contains("key 2 is in force"), "{told}");
    assert_eq!(owner_of(&desk.path("vault.keys")), owner, "who serves");
    let told = desk.refused(&["keys", "remove", "1"]).await;
    assert!(told.contains("still needed by 3 accounts"), "{told}");
    let told = desk.refused(&["keys", "remove", "2"]).await;
    assert!(told.contains("is in force"), "{told}");
    let told = desk.told(&["keys", "reseal"]).await;
    assert!(
        told.contains("sealed anew: 3 accounts") && told.contains("left under key 1: 0 accounts"),
        "{told}"
    );
    desk.told(&["keys", "remove", "1", "--end-sessions"]).await;
    let told = desk.told(&["keys", "list"]).await;
    assert!(
        !told.contains("key 1 ") && told.contains("key 2 "),
        "{told}"
    );
    assert!(name_of(&desk, "marina").await.unwrap().contains("Соколова"));
}

#[tokio::test]
async fn i6_with_several_servers_a_new_key_opens_before_it_seals() {
    let desk = Desk::new();
    desk.import_school().await;
    let told = desk.told(&["keys", "add"]).await;
    assert!(told.contains("svyazka keys use 2"), "{told}");
    let file = desk.settings().vault_keys;
    assert_eq!(KeyVault::load(&file).unwrap().version_in_force(), 1);
    desk.told(&["keys", "use", "2"]).await;
    assert_eq!(KeyVault::load(&file).unwrap().version_in_force(), 2);
    assert!(
        desk.refused(&["keys", "use", "9"])
            .await
            .contains("has no key 9")
    );
}

#[tokio::test]
async fn i5_no_command_and_no_server_works_with_other_keys() {
    let desk = Desk::new();
    desk.import_school().await;
    let file = desk.settings().vault_keys;
    let right = std::fs::read_to_string(&file).unwrap();
    let print = KeyVault::load(&file).unwrap().fingerprints()[&1].clone();
    std::fs::remove_file(&file).unwrap();
    desk.told(&["keys", "make"]).await;
    let other = KeyVault::load(&file).unwrap().fingerprints()[&1].clone();
    let error = start(&desk).await.unwrap_err().to_string();
    assert!(
        error.contains("vault key 1") && error.contains(&print) && error.contains(&other),
        "{error}"
    );
    let secret = right.trim().split_once(':').unwrap().1;
    assert!(!error.contains(secret), "a fingerprint is no key");
    let people = desk.path("people.csv");
    let told = desk.refused(&["import", "--people", &people]).await;
    assert!(told.contains("vault key 1 is another one"), "{told}");
    assert!(
        desk.refused(&["check-config"])
            .await
            .contains("vault key 1 is another one")
    );
    assert!(desk.refused(&["keys", "make"]).await.contains("key file"));
    std::fs::write(&file, right).unwrap();
    start(&desk).await.unwrap();
}

#[tokio::test]
async fn i5_a_lost_key_costs_what_it_sealed_and_nothing_else() {
    let desk = Desk::new();
    desk.import_school().await;
    assert!(
        desk.told(&["keys", "lost"])
            .await
            .contains("no key is lost")
    );
    let file = desk.settings().vault_keys;
    std::fs::remove_file(&file).unwrap();
    desk.told(&["keys", "make"]).await;
    let told = desk.told(&["keys", "lost"]).await;
    assert!(told.contains("contacts of 3 accounts"), "{told}");
    let told = desk.refused(&["keys", "lost", "--give-up"]).await;
    assert!(told.contains("under the number of a lost one"), "{told}");
    let text = std::fs::read_to_string(&file)
        .unwrap()
        .replacen("1:", "2:", 1);
    std::fs::write(&file, text).unwrap();
    let told = desk.told(&["keys", "lost", "--give-up"]).await;
    assert!(told.contains("given up: 3 accounts"), "{told}");
    assert_eq!(name_of(&desk, "marina").await, None);
    let people = desk.path("people.csv");
    let told = desk.told(&["import", "--people", &people]).await;
    assert!(told.contains("0 added, 3 changed"), "{told}");
    assert!(name_of(&desk, "marina").await.unwrap().contains("Соколова"));
}

/// Every text that an operator may copy from.
fn documentation() -> Vec<String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut texts = vec![std::fs::read_to_string(format!("{root}/README.md")).unwrap()];
    for folder in ["docs", "deploy"] {
        for file in std::fs::read_dir(format!("{root}/{folder}")).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    texts
}

#[test]
fn j6_no_secret_of_the_documentation_is_taken() {
    let mut seen = 0;
    for text in documentation() {
        seen += 1;
        for line in text.lines() {
            let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != ':');
            for word in words.chain([line]) {
                let key = word.split_once(':').map_or(word, |(_, key)| key);
                for key in [word.to_owned(), format!("1:{key}")] {
                    assert!(KeyVault::from_text(&key).is_err(), "{line}");
                }
            }
        }
    }
    assert!(seen > 8, "{seen}");
    // Nor what people make up when they are asked for a key.
    for made_up in ["0", "f", "01", "0123456789abcdef", "deadbeef"] {
        let key = made_up.repeat(64 / made_up.len());
        assert!(
            KeyVault::from_text(&format!("1:{key}")).is_err(),
            "{made_up}"
        );
    }
}
