mod keys;
mod upkeep;

use std::{fs, path::Path};

use clap::Parser;
use linking_crypto::{KeyVault, SystemRandom};
use tempfile::TempDir;

use super::*;

/// An installation in a folder, without a provider.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        KeyVault::create(&folder.path().join("vault.keys"), &SystemRandom).unwrap();
        let at = folder.path().display();
        let text = format!(
            "preset = 'setevoy-gorod'\nprofile = 'demo'\n\
             public-address = 'http://localhost:8080'\nlisten = '127.0.0.1:0'\n\
             trusted-proxies = []\n[diary]\noperator = 'Стенд'\n\
             [policy]\nproviders = []\n\
             [database]\npath = '{at}/svyazka.db'\n[vault]\nkey-file = '{at}/vault.keys'\n"
        );
        fs::write(folder.path().join("school.toml"), text).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn file(&self, name: &str, text: &str) -> String {
        fs::write(self.0.path().join(name), text).unwrap();
        self.path(name)
    }

    /// The settings.
    fn settings(&self) -> Settings {
        let sources = Sources {
            file: Some(self.0.path().join("school.toml")),
            ..Sources::default()
        };
        Settings::load(&sources).unwrap()
    }

    /// What a command says; it must succeed.
    async fn told(&self, words: &[&str]) -> String {
        let (result, told) = self.run(words).await;
        assert!(result.is_ok(), "{words:?}: {result:?} {told}");
        told
    }

    /// Why a command fails; it must fail.
    async fn refused(&self, words: &[&str]) -> String {
        let (result, told) = self.run(words).await;
        let error = result.expect_err(&told);
        format!("{error}\n{told}")
    }

    async fn run(&self, words: &[&str]) -> (Result<(), CommandError>, String) {
        let config = self.path("school.toml");
        let words = ["svyazka", "--config", &config]
            .into_iter()
            .chain(words.iter().copied());
        let mut out = Vec::new();
        let result = run(Arguments::try_parse_from(words).unwrap(), &mut out).await;
        (result, String::from_utf8(out).unwrap())
    }

    async fn import_school(&self) {
        let organizations = self.file(
            "organizations.csv",
            "region;region_name;utc_offset;id;locality;name;kind\n\
             sakhalin;Сахалинская обл.;+11:00;30;Луговое;МБОУ СОШ № 30 п/р Луговое;school\n",
        );
        let people = self.file(
            "people.csv",
            "login;surname;given_name;patronymic;region;organization;role;class\n\
             dm30;Дмитриева;Светлана;Вадимовна;sakhalin;30;teacher;7 А\n\
             marina;Соколова;Марина;Игоревна;sakhalin;30;parent;\n\
             artyom;Соколов;Артём;Денисович;sakhalin;30;pupil;7 А\n",
        );
        let guardianships = self.file("guardianships.csv", "guardian;pupil\nmarina;artyom\n");
        let (result, told) = self
            .run(&[
                "import",
                "--organizations",
                &organizations,
                "--people",
                &people,
                "--guardianships",
                &guardianships,
            ])
            .await;
        assert!(result.is_ok(), "{result:?} {told}");
        assert!(
            told.contains("people.csv: 3 added, 0 changed, 0 unchanged"),
            "{told}"
        );
    }
}

fn slips(path: &str) -> usize {
    fs::read_to_string(path)
        .unwrap()
        .matches("Пароль: ")
        .count()
}

#[tokio::test]
async fn a_school_is_imported_and_its_passwords_are_printed() {
    let desk = Desk::new();
    desk.import_school().await;
    let class = desk.path("7a.txt");
    let scope = ["--region", "sakhalin", "--organization", "30"];
    let words: Vec<&str> = [
        &["passwords", "--out", &class, "--class", "7 А"],
        &scope[..],
    ]
    .concat();
    let (result, told) = desk.run(&words).await;
    assert!(result.is_ok(), "{result:?}");
    assert!(told.contains(": 2. Their passwords"), "{told}");
    assert_eq!(slips(&class), 2);

    let school = desk.path("school.txt");
    let words: Vec<&str> = [&["passwords", "--out", &school], &scope[..]].concat();
    let (result, _) = desk.run(&words).await;
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(slips(&school), 3);

    let one = desk.path("one.html");
    let (result, _) = desk
        .run(&["passwords", "--login", "MARINA", "--out", &one])
        .await;
    assert!(result.is_ok(), "{result:?}");
    assert!(
        fs::read_to_string(&one)
            .unwrap()
            .contains("Соколова Марина Игоревна")
    );
}

#[tokio::test]
async fn importing_again_changes_nothing() {
    let desk = Desk::new();
    desk.import_school().await;
    let people = desk.path("people.csv");
    let (result, told) = desk.run(&["import", "--people", &people]).await;
    assert!(result.is_ok());
    assert!(told.contains("0 added, 0 changed, 3 unchanged"), "{told}");
}

#[tokio::test]
async fn a_file_with_bad_rows_stops_the_import_and_fails() {
    let desk = Desk::new();
    let organizations = desk.file(
        "organizations.csv",
        "region;region_name;utc_offset;id;locality;name;kind\nX;;;;;;\n",
    );
    let people = desk.file("people.csv", "login\n");
    let (result, told) = desk
        .run(&[
            "import",
            "--people",
            &people,
            "--organizations",
            &organizations,
        ])
        .await;
    assert!(matches!(result, Err(CommandError::BadRows)), "{result:?}");
    assert!(
        told.contains("nothing was written") && !told.contains("people.csv"),
        "{told}"
    );
}

#[tokio::test]
async fn commands_say_what_is_wrong_with_them() {
    let desk = Desk::new();
    let (result, _) = desk.run(&["import"]).await;
    assert!(matches!(result, Err(CommandError::NoFile)));
    let csv = desk.path("slips.csv");
    let (result, _) = desk
        .run(&["passwords", "--login", "dm30", "--out", &csv])
        .await;
    assert!(matches!(result, Err(CommandError::SlipFormat)));
    let text = desk.path("slips.txt");
    let (result, _) = desk
        .run(&["passwords", "--login", "x", "--out", &text])
        .await;
    let error = result.unwrap_err().to_string();
    assert_eq!(error, "--login a login has at least 2 characters");
    let (result, _) = desk
        .run(&["passwords", "--login", "nobody", "--out", &text])
        .await;
    assert!(
        result
            .unwrap_err()
            .to_string()
            .contains("nobody to print for")
    );
    assert!(!Path::new(&text).exists());
    for words in [
        &["passwords", "--out", "a.txt"][..],
        &["passwords", "--out", "a.txt", "--region", "r"],
        &[
            "passwords",
            "--out",
            "a.txt",
            "--login",
            "l",
            "--class",
            "7",
        ],
        &["passwords", "--login", "l"],
    ] {
        let words = ["svyazka"].iter().chain(words);
        assert!(Arguments::try_parse_from(words).is_err());
    }
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_told_whole() {
    let desk = Desk::new();
    desk.file("school.toml", "preset = 'setevoy-gorod'\nlisten = 'x'\n");
    let (result, _) = desk.run(&["serve"]).await;
    let error = result.unwrap_err().to_string();
    assert!(
        error.contains("listen (") && error.contains("database.path is missing"),
        "{error}"
    );
}
