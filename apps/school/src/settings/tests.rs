//! `threats.md` J5 and J1: every key removed, misspelt, emptied.

mod page;
mod sections;

use std::{fs, path::PathBuf};

use linking_core::{consent::DataScope, policy::SignInForm, provider::Switch};

use super::*;
use crate::i18n::Language;

const FILE: &str = r#"
preset = "setevoy-gorod"
profile = "production"
public-address = "https://diary.example.ru"
listen = "127.0.0.1:8080"
trusted-proxies = ["127.0.0.1"]

[diary]
operator = "Министерство образования"

[database]
path = "/var/lib/svyazka/svyazka.db"

[vault]
key-file = "/etc/svyazka/vault.key"

[providers.gosuslugi]
stand = "production"
client-id = "SVYAZKA"
client-certificate = "DATA/client.crt.pem"
token-certificates = ["DATA/rsa.crt.pem"]
signer = { kind = "command", argv = ["/bin/true"] }

[regions.sakhalin]
sign-in-form = "provider-first"

[organizations.sakhalin."30"]
providers = []
"#;

fn load(text: &str) -> Result<Settings, SettingsError> {
    load_with(text, &[])
}

fn load_with(text: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("svyazka.toml");
    // The adapter's own test certificates.
    let data = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../adapters/gosuslugi/testdata"
    );
    fs::write(&file, text.replace("DATA", data)).unwrap();
    let variables = variables
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    Settings::load(&Sources {
        file: Some(file),
        variables,
    })
}

fn keys<T>(result: Result<T, SettingsError>) -> Vec<String> {
    result.err().map_or_else(Vec::new, |error| {
        error
            .problems
            .into_iter()
            .map(|problem| problem.key)
            .collect()
    })
}

#[test]
fn preset_and_file_make_settings() {
    let settings = load(FILE).unwrap();
    assert_eq!(settings.profile, Profile::Production);
    assert_eq!(settings.diary.name, "Сетевой Город. Образование");
    assert_eq!(settings.diary.into, "в Сетевой Город");
    assert_eq!(settings.hashes, HashSettings::recommended());
    let gosuslugi = "gosuslugi".parse().unwrap();
    assert!(settings.policies.preset().allows(&gosuslugi));
    assert_eq!(settings.policies.preset().contact_choice, Switch::On);
    let consent = settings.consents.current(&gosuslugi).unwrap();
    assert!(
        consent
            .body
            .contains("Я даю согласие оператору: Министерство образования.")
    );
    assert_eq!(consent.text.digest.len(), 64);
    assert_eq!(settings.consents.of(&gosuslugi).count(), 2);
    assert_eq!(settings.diary.language, Language::Russian);
}

#[test]
fn h3_a_consent_text_has_a_translation_with_a_version_and_a_digest_of_its_own() {
    let gosuslugi = "gosuslugi".parse().unwrap();
    let words = "[diary.en]\noperator = \"Ministry of Education\"\n";
    let settings = load(&format!("{FILE}\n{words}")).unwrap();
    let main = settings.consents.current(&gosuslugi).unwrap();
    let english = settings.consents.current_in(&gosuslugi, Language::English);
    let english = english.unwrap();
    assert_eq!(english.text.version, "2026-11-en");
    assert_ne!(english.text.digest, main.text.digest);
    assert_eq!(english.text.scopes, main.text.scopes);
    assert!(
        english
            .body
            .contains("to the operator: Ministry of Education.")
    );
    let texts = settings.consents.texts(&gosuslugi).unwrap();
    assert_eq!(texts.main(), &main.text);
    assert_eq!(texts.of_version("2026-11-en"), Some(&english.text));
    assert!(settings.consents.is_current("2026-11-en"));

    // A text of the operator's own has the translation that the operator gives it, or none.
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (russian, own) = (file("ru.txt", "Согласие"), file("en.txt", "Consent"));
    let with = |more: &str| {
        let text = format!("version = \"2031-01\"\nfile = '{russian}'\nscopes = [\"name\"]");
        load(&format!("{FILE}\n[consents.gosuslugi]\n{text}\n{more}\n"))
    };
    let settings = with("").unwrap();
    let shown = settings.consents.current_in(&gosuslugi, Language::English);
    assert_eq!(shown.unwrap().language, Language::Russian);
    let settings = with(&format!("en = '{own}'")).unwrap();
    let shown = settings.consents.current_in(&gosuslugi, Language::English);
    assert_eq!(shown.unwrap().body, "Consent");
    let text = format!("{FILE}\n[consents.gosuslugi]\nen = '{own}'\n");
    assert_eq!(keys(load(&text)), ["consents.gosuslugi.en"]);
}

#[test]
fn the_diary_has_words_for_each_language() {
    let settings = load(FILE).unwrap();
    let diary = &settings.diary;
    let (name, language) = diary.name_in(Language::English);
    assert_eq!((name, language), (diary.name.as_str(), Language::Russian));
    assert_eq!(diary.into_in(Language::English), "to the diary");
    assert_eq!(diary.operator_in(Language::English), diary.operator);
    let own = [
        ("SVYAZKA__DIARY__LANGUAGE", "en"),
        ("SVYAZKA__DIARY__EN__NAME", "Diary"),
        ("SVYAZKA__DIARY__EN__INTO", "to Diary"),
    ];
    let settings = load_with(FILE, &own).unwrap();
    let diary = &settings.diary;
    assert_eq!(diary.language, Language::English);
    assert_eq!(
        diary.name_in(Language::English),
        ("Diary", Language::English)
    );
    assert_eq!(diary.into_in(Language::English), "to Diary");
    assert_eq!(diary.name_in(Language::Russian).0, diary.name);
    let odd = load_with(FILE, &[("SVYAZKA__DIARY__LANGUAGE", "tlh")]);
    assert_eq!(keys(odd), ["diary.language"]);
}

#[test]
fn a_region_and_an_organization_say_only_what_differs() {
    let settings = load(FILE).unwrap();
    let region = settings.policies.of_region(&"sakhalin".parse().unwrap());
    assert_eq!(region.sign_in_form, SignInForm::ProviderFirst);
    assert!(region.allows(&"gosuslugi".parse().unwrap()));
    let other = settings.policies.of_region(&"perm".parse().unwrap());
    assert_eq!(other.sign_in_form, SignInForm::LocalFirst);
    assert!(!settings.policy_digest.is_empty());
    let same = load(FILE).unwrap();
    assert_eq!(settings.policy_digest, same.policy_digest);
    let changed = load(&FILE.replace("provider-first", "provider-only")).unwrap();
    assert_ne!(settings.policy_digest, changed.policy_digest);
}

#[test]
fn j5_every_key_that_guards_is_missed() {
    for key in [
        "preset",
        "profile",
        "public-address",
        "listen",
        "trusted-proxies",
        "diary.operator",
        "database.path",
        "vault.key-file",
    ] {
        let last = key.rsplit('.').next().unwrap();
        let without: String = FILE
            .lines()
            .filter(|line| !line.starts_with(&format!("{last} =")))
            .collect::<Vec<_>>()
            .join("\n");
        assert_eq!(keys(load(&without)), [key], "without {key}");
    }
}

#[test]
fn j5_every_misspelt_key_is_refused() {
    for (right, wrong, known) in [
        (
            "trusted-proxies",
            "trusted-proxy",
            vec!["trusted-proxies", "trusted-proxy"],
        ),
        (
            "operator",
            "operater",
            vec!["diary.operator", "diary.operater"],
        ),
        (
            "sign-in-form",
            "signin-form",
            vec!["regions.sakhalin.signin-form"],
        ),
        (
            "providers = []",
            "provider = []",
            vec!["organizations.sakhalin.30.provider"],
        ),
        ("[regions.", "[region.", vec!["region"]),
    ] {
        assert_eq!(keys(load(&FILE.replace(right, wrong))), known, "{wrong}");
    }
}

#[test]
fn j5_every_empty_or_senseless_value_is_refused() {
    for (right, wrong, key) in [
        ("profile = \"production\"", "profile = \"\"", "profile"),
        (
            "profile = \"production\"",
            "profile = \"development\"",
            "profile",
        ),
        ("\"https://diary.example.ru\"", "\"\"", "public-address"),
        ("\"127.0.0.1:8080\"", "\"8080\"", "listen"),
        ("[\"127.0.0.1\"]", "[\"all\"]", "trusted-proxies"),
        ("[\"127.0.0.1\"]", "true", "trusted-proxies"),
        ("\"Министерство образования\"", "\" \"", "diary.operator"),
        ("\"/etc/svyazka/vault.key\"", "\"\"", "vault.key-file"),
        (
            "\"provider-first\"",
            "\"none\"",
            "regions.sakhalin.sign-in-form",
        ),
        (
            "providers = []",
            "providers = [\"Госуслуги\"]",
            "organizations.sakhalin.30.providers",
        ),
        ("\"setevoy-gorod\"", "\"sferum\"", "preset"),
    ] {
        let text = FILE.replace(right, wrong);
        assert_ne!(text, FILE, "{right}");
        assert_eq!(keys(load(&text)), [key], "{wrong}");
    }
}

#[test]
fn j5_an_empty_list_allows_nothing() {
    let settings = load(&FILE.replace("[\"127.0.0.1\"]", "[]")).unwrap();
    assert_eq!(settings.trusted_proxies, TrustedProxies::default());
    let text = format!("{FILE}\n[policy]\nproviders = []\n");
    let settings = load(&text).unwrap();
    assert!(settings.policies.preset().providers.is_empty());
}

#[test]
fn every_error_comes_at_once_with_its_place() {
    let text = FILE
        .replace("profile = \"production\"", "profile = \"prod\"")
        .replace("listen", "listens")
        .replace("[vault]", "[vaults]");
    let error = load(&text).unwrap_err();
    let told = error.to_string();
    assert_eq!(error.problems.len(), 5, "{told}");
    assert!(told.contains("profile ("), "{told}");
    assert!(told.contains("svyazka.toml"), "{told}");
    assert!(
        told.contains("one of `production`, `stand`, `demo`"),
        "{told}"
    );
    assert!(
        !told.contains("\"prod\"") && !told.contains("`prod`"),
        "{told}"
    );
}

#[test]
fn a_fault_is_found_by_line_and_column_or_by_the_variable() {
    let text = FILE.replace("profile = \"production\"", "profile = \"prod\"");
    let error = load_with(&text, &[("SVYAZKA__LISTEN", "nowhere")]).unwrap_err();
    let places: Vec<&str> = error.problems.iter().map(|p| p.place.as_str()).collect();
    assert!(
        places[0].ends_with("svyazka.toml, line 3, column 1"),
        "{places:?}"
    );
    assert_eq!(places[1], "variable SVYAZKA__LISTEN");
    // What is missing is missed in its table.
    let error = load(&FILE.replace("path = ", "pat = ")).unwrap_err();
    let missing = error
        .problems
        .iter()
        .find(|p| p.key == "database.path")
        .unwrap();
    assert!(
        missing.place.ends_with("line 11, column 2"),
        "{}",
        missing.place
    );
    let error = load(&format!("{FILE}x = = \"SECRET\"")).unwrap_err();
    let [problem] = &error.problems[..] else {
        panic!("{error}");
    };
    assert!(problem.place.contains(", line 29, column 5"), "{error}");
    assert!(!error.to_string().contains("SECRET"), "{error}");
}

#[test]
fn j7_metrics_have_a_port_of_their_own() {
    let of = |more: &str| load(&format!("{FILE}{more}"));
    assert_eq!(
        of("").unwrap().metrics,
        None,
        "off until they are asked for"
    );
    let own = of("[metrics]\nlisten = \"127.0.0.1:9464\"\n").unwrap();
    assert_eq!(own.metrics, Some("127.0.0.1:9464".parse().unwrap()));
    let same = of("[metrics]\nlisten = \"127.0.0.1:8080\"\n");
    assert_eq!(keys(same), ["metrics.listen"]);
    assert_eq!(
        keys(of("[metrics]\nlistens = \"x\"\n")),
        ["metrics.listens"]
    );
}

#[test]
fn variables_override_the_file() {
    let settings = load_with(
        FILE,
        &[
            ("SVYAZKA__PUBLIC_ADDRESS", "https://other.example.ru"),
            ("SVYAZKA__DATABASE__PATH", "/tmp/other.db"),
            ("SVYAZKA__TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2"),
            ("SVYAZKA__HASH_POOL__THREADS", "4"),
            ("OTHER", "ignored"),
        ],
    )
    .unwrap();
    assert_eq!(settings.public_address.origin(), "https://other.example.ru");
    assert_eq!(
        settings.database,
        DatabaseSettings::File(PathBuf::from("/tmp/other.db"))
    );
    assert_eq!(settings.hashes.threads.get(), 4);
    let proxies = ["10.0.0.1", "10.0.0.2"].map(|text| text.parse().unwrap());
    assert_eq!(settings.trusted_proxies, TrustedProxies::new(proxies));
    assert_eq!(
        keys(load_with(FILE, &[("SVYAZKA__LISTENS", "x")])),
        ["listens"]
    );
    assert_eq!(
        keys(load_with(FILE, &[("SVYAZKA__LISTEN", "")])),
        ["listen"]
    );
    assert_eq!(
        keys(load_with(FILE, &[("SVYAZKA__HASH_POOL__THREADS", "0")])),
        ["hash-pool.threads"]
    );
}

#[test]
fn a_missing_or_broken_file_is_an_error() {
    let sources = Sources {
        file: Some("/nowhere/svyazka.toml".into()),
        ..Sources::default()
    };
    assert_eq!(keys(Settings::load(&sources)), ["the settings"]);
    assert_eq!(keys(load("preset = ")), ["the settings"]);
}

#[test]
fn j1_the_profile_says_where_it_may_run() {
    let demo = FILE
        .replace("profile = \"production\"", "profile = \"demo\"")
        .replace(
            "stand = \"production\"",
            "stand = \"demo\"\nfront-base = \"http://127.0.0.1:8081\"\n\
             issuers = [\"http://esia.stand.test/\"]",
        );
    assert_eq!(keys(load(&demo)), ["public-address"]);
    let demo = demo.replace("https://diary.example.ru", "http://localhost:8080");
    assert!(load(&demo).is_ok());
    assert_eq!(
        keys(load(&demo.replace("127.0.0.1:8080", "0.0.0.0:8080"))),
        ["listen"]
    );
    for profile in ["production", "stand"] {
        let mut text = FILE.replace(
            "profile = \"production\"",
            &format!("profile = \"{profile}\""),
        );
        if profile == "stand" {
            text = text.replace("stand = \"production\"", "stand = \"test\"");
        }
        let plain = text.replace("https://", "http://");
        assert_eq!(keys(load(&plain)), ["public-address"]);
        let own = text.replace("diary.example.ru", "localhost");
        assert_eq!(keys(load(&own)), ["public-address"]);
    }
}

#[test]
fn a_provider_that_is_on_needs_a_consent_text() {
    let text = format!("{FILE}\n[policy]\nproviders = [\"gosuslugi\", \"windows\"]\n");
    assert_eq!(
        keys(load(&text)),
        ["consents.windows.version", "providers.windows"]
    );
    let text = format!("{FILE}\n[consents.gosuslugi]\nversion = \"2031-01\"\n");
    assert_eq!(keys(load(&text)), ["consents.gosuslugi.file"]);
}

#[test]
fn h3_a_text_of_the_operators_own_says_what_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("consent.txt");
    fs::write(&file, "Согласие\n\nЯ даю его.").unwrap();
    let with = |more: &str| {
        let at = file.display();
        let own = format!("[consents.gosuslugi]\nversion = \"2031-01\"\nfile = '{at}'\n{more}");
        load(&format!("{FILE}\n{own}\n"))
    };
    assert_eq!(keys(with("")), ["consents.gosuslugi.scopes"]);
    assert_eq!(
        keys(with("scopes = [\"everything\"]")),
        ["consents.gosuslugi.scopes"]
    );
    // Nobody could be linked.
    assert_eq!(
        keys(with("scopes = [\"birth-date\"]")),
        ["consents.gosuslugi.scopes"]
    );
    let settings = with("scopes = [\"name\", \"birth-date\"]").unwrap();
    let consent = settings.consents.current(&"gosuslugi".parse().unwrap());
    let scopes = &consent.unwrap().text.scopes;
    assert_eq!(*scopes, [DataScope::Name, DataScope::BirthDate]);
    let text = format!("{FILE}\n[consents.gosuslugi]\nscopes = [\"name\"]\n");
    assert_eq!(keys(load(&text)), ["consents.gosuslugi.scopes"]);
}

#[test]
fn j1_a_simulator_or_a_test_stand_is_refused_in_production() {
    for (line, key) in [
        (
            "issuers = [\"http://esia.stand.test/\"]",
            "providers.gosuslugi.issuers",
        ),
        (
            "front-base = \"https://127.0.0.1:8081\"",
            "providers.gosuslugi.front-base",
        ),
        (
            "back-base = \"https://localhost\"",
            "providers.gosuslugi.back-base",
        ),
        (
            "front-base = \"https://esia-portal1.test.gosuslugi.ru\"",
            "providers.gosuslugi.front-base",
        ),
    ] {
        let text = FILE.replace("client-id", &format!("{line}\nclient-id"));
        let found = keys(load(&text));
        assert!(found.contains(&key.to_owned()), "{line}: {found:?}");
    }
    let text = FILE.replace("stand = \"production\"", "stand = \"test\"");
    assert_eq!(keys(load(&text)), ["providers.gosuslugi.stand"]);
    let text = FILE.replace("profile = \"production\"", "profile = \"stand\"");
    assert_eq!(keys(load(&text)), ["providers.gosuslugi.stand"]);
    let soft = FILE.replace(
        "{ kind = \"command\", argv = [\"/bin/true\"] }",
        "{ kind = \"soft-key\", key = \"DATA/client.key.pem\" }",
    );
    assert!(
        keys(load(&soft))
            .iter()
            .any(|key| key.starts_with("providers.gosuslugi.signer"))
    );
}

#[test]
fn a12_the_callback_address_is_the_public_one() {
    let gosuslugi = load(FILE)
        .unwrap()
        .providers
        .gosuslugi
        .remove(&"gosuslugi".parse().unwrap())
        .unwrap();
    assert_eq!(
        gosuslugi.redirect_uri,
        "https://diary.example.ru/auth/gosuslugi/callback"
    );
    let line = "redirect-uri = \"https://other.example.ru/auth/gosuslugi/callback\"\nclient-id";
    let text = FILE.replace("client-id", line);
    let found = keys(load(&text));
    assert_eq!(
        found.first().map(String::as_str),
        Some("providers.gosuslugi.redirect-uri")
    );
}

/// It may be a secret in the wrong place.
#[test]
fn j5_a_value_that_does_not_fit_names_its_key_and_is_not_repeated() {
    let stand = FILE.lines().find(|line| line.starts_with("stand = "));
    for value in [
        "\"secret-7731\"",
        "{ secret-7731 = 1 }",
        "[\"secret-7731\"]",
    ] {
        let text = FILE.replace(stand.unwrap(), &format!("stand = {value}"));
        let error = load(&text).unwrap_err();
        assert!(!error.to_string().contains("secret-7731"), "{error}");
        assert_eq!(
            keys::<Settings>(Err(error)),
            ["providers.gosuslugi.stand"],
            "{value}"
        );
    }
    let (before, after) = FILE.split_once("[providers.gosuslugi]\n").unwrap();
    let text = format!("{before}[providers.gosuslugi]\nredirect-uri = {{ a = 1 }}\n{after}");
    assert_eq!(keys(load(&text)), ["providers.gosuslugi.redirect-uri"]);
}

#[test]
fn j5_a_provider_that_is_on_needs_its_settings() {
    let (before, rest) = FILE.split_once("[providers.gosuslugi]").unwrap();
    let (_, after) = rest.split_once("[regions").unwrap();
    let text = format!("{before}[regions{after}");
    assert_eq!(keys(load(&text)), ["providers.gosuslugi"]);
    let misspelt = keys(load(&FILE.replace("client-id", "client-identifier")));
    assert_eq!(misspelt, ["providers.gosuslugi.client-identifier"]);
    let missing = keys(load(&FILE.replace("stand = ", "# ")));
    assert_eq!(missing, ["providers.gosuslugi"]);
}
