//! The sections of the database, of second stands and of letters.

use super::*;

#[test]
fn the_database_is_a_file_or_servers_and_never_both() {
    let with = |lines: &str| {
        let own = "path = \"/var/lib/svyazka/svyazka.db\"";
        load(&FILE.replace(own, lines)).map(|settings| settings.database)
    };
    let servers = "addresses = [\"postgres://svyazka@localhost/a\", \
                   \"postgres://svyazka@127.0.0.1:5433/a\"]\npassword-file = \"/etc/svyazka/db\"";
    let Ok(DatabaseSettings::Postgres {
        addresses,
        password_file,
    }) = with(servers)
    else {
        panic!("two servers");
    };
    assert_eq!(addresses.len(), 2);
    assert_eq!(password_file, Some(PathBuf::from("/etc/svyazka/db")));
    for (lines, key) in [
        ("", "database.path"),
        ("addresses = []", "database.addresses"),
        ("addresses = [\"svyazka.db\"]", "database.addresses"),
        (
            "addresses = [\"postgres://svyazka@db.example/a\"]",
            "database.addresses",
        ),
        ("password-file = \"/etc/db\"", "database.path"),
        (
            "path = \"a.db\"\naddresses = [\"postgres://svyazka@localhost/a\"]",
            "database.path",
        ),
    ] {
        assert_eq!(keys(with(lines)), [key], "{lines}");
    }
}

/// `threats.md` A10: several stands of one kind, each with an issuer of its own.
#[test]
fn a10_a_second_stand_has_a_name_a_callback_and_an_issuer_of_its_own() {
    let second = |more: &str| {
        let file = FILE
            .replace("profile = \"production\"", "profile = \"stand\"")
            .replace("stand = \"production\"", "stand = \"test\"");
        let (before, rest) = file.split_once("[regions").unwrap();
        format!(
            "{before}[providers.gosuslugi-perm]\nstand = \"test\"\nclient-id = \"SECOND\"\n\
             client-certificate = \"DATA/client.crt.pem\"\n\
             token-certificates = [\"DATA/rsa.crt.pem\"]\n\
             signer = {{ kind = \"command\", argv = [\"/bin/true\"] }}\n{more}\n\
             [consents.gosuslugi-perm]\nversion = \"2026-11\"\n\
             [policy]\nproviders = [\"gosuslugi\", \"gosuslugi-perm\"]\n[regions{rest}"
        )
    };
    let own = second("issuers = [\"http://esia-perm.example.ru/\"]");
    let settings = load(&own).unwrap();
    let redirects: Vec<&str> = settings
        .providers
        .gosuslugi
        .values()
        .map(|stand| stand.redirect_uri.as_str())
        .collect();
    assert_eq!(
        redirects,
        [
            "https://diary.example.ru/auth/gosuslugi/callback",
            "https://diary.example.ru/auth/gosuslugi-perm/callback"
        ]
    );
    assert_eq!(
        keys(load(&second(""))),
        ["providers.gosuslugi-perm.issuers"]
    );
    let misspelt = own.replace("[providers.gosuslugi-perm]", "[providers.gosuslugy-perm]");
    assert!(keys(load(&misspelt)).contains(&"providers.gosuslugy-perm".to_owned()));
}

const MAIL: &str = r#"
[mail]
way = "smtp"
from = "no-reply@diary.example.ru"
host = "mail.example.ru"
port = 587
tls = "starttls"
"#;

#[test]
fn letters_are_off_without_their_section() {
    assert!(load(FILE).unwrap().mail.is_none());
    let with = load(&format!("{FILE}{MAIL}")).unwrap();
    assert!(matches!(with.mail.unwrap().way, MailWay::Smtp(_)));
}

#[test]
fn j5_a_mail_section_that_is_spoilt_names_its_key() {
    let spoilt = |from: &str, to: &str| {
        assert!(MAIL.contains(from), "{from}");
        keys(load(&format!("{FILE}{}", MAIL.replace(from, to))))
    };
    for key in ["way", "from", "host", "port", "tls"] {
        let line = MAIL.lines().find(|line| line.starts_with(key)).unwrap();
        assert!(
            spoilt(line, "").contains(&format!("mail.{key}")),
            "{key} is missed"
        );
        let misspelt = spoilt(line, &format!("x{line}"));
        assert!(misspelt.contains(&format!("mail.x{key}")), "{misspelt:?}");
    }
    for (from, to, key) in [
        ("no-reply@diary.example.ru", "no-reply", "mail.from"),
        ("587", "0", "mail.port"),
        ("587", "\"many\"", "mail.port"),
        ("mail.example.ru", "https://mail.example.ru/", "mail.host"),
        ("\"starttls\"", "\"none\"", "mail.tls"),
        // In the clear to this very machine alone.
        ("\"starttls\"", "\"loopback-only\"", "mail.tls"),
        // A folder sends nobody anything.
        ("\"smtp\"", "\"folder\"", "mail.way"),
        (
            "port = 587",
            "port = 587\nuser = \"diary\"",
            "mail.password-file",
        ),
        (
            "port = 587",
            "port = 587\npassword-file = \"/nowhere\"",
            "mail.password-file",
        ),
        (
            "port = 587",
            "port = 587\nroot-certificates = \"/nowhere\"",
            "mail.root-certificates",
        ),
    ] {
        let found = spoilt(from, to);
        assert!(found.iter().any(|found| found == key), "{key}: {found:?}");
    }
}

#[test]
fn traces_need_a_program_that_can_send_them() {
    let with = |lines: &str| load(&format!("{FILE}\n[traces]\n{lines}\n"));
    assert_eq!(load(FILE).unwrap().traces, None, "off until asked for");
    let sound = with("address = \"http://127.0.0.1:4318/v1/traces\"");
    if cfg!(feature = "otlp") {
        let traces = sound.unwrap().traces.unwrap();
        assert_eq!(traces.address.as_str(), "http://127.0.0.1:4318/v1/traces");
    } else {
        let told = sound.unwrap_err().to_string();
        assert!(told.contains("traces.address ("), "{told}");
        assert!(told.contains("--features otlp"), "{told}");
    }
    for (lines, key) in [
        ("", "traces.address"),
        (
            "address = \"http://collector.ru/v1/traces\"",
            "traces.address",
        ),
        (
            "address = \"http://127.0.0.1:4318/v1/traces\"\nroot-certificates = \"/nowhere\"",
            "traces.root-certificates",
        ),
        (
            "adress = \"http://127.0.0.1:4318/v1/traces\"",
            "traces.adress",
        ),
    ] {
        assert!(keys(with(lines)).contains(&key.to_owned()), "{lines}");
    }
}
