use std::{collections::HashSet, fs, os::unix::fs::PermissionsExt as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use sha2::Digest as _;

use super::*;

/// Every purpose.
const PURPOSES: [Purpose; 15] = [
    Purpose::FlowState,
    Purpose::SnilsSeal,
    Purpose::ProfileSeal,
    Purpose::SnilsTag,
    Purpose::Ticket,
    Purpose::Browser,
    Purpose::Session,
    Purpose::Attempts,
    Purpose::FormToken,
    Purpose::Repeat,
    Purpose::ReplySeal,
    Purpose::EmailTag,
    Purpose::Letter,
    Purpose::RestoreRequest,
    Purpose::Told,
];

/// 64 digits of 32 different octets.
fn digits(from: u8) -> String {
    let octets = (0..32).map(|n| n * 7 + from);
    octets.fold(String::new(), |digits, octet| {
        format!("{digits}{octet:02x}")
    })
}

fn vault(text: &str) -> KeyVault {
    KeyVault::from_text(text).unwrap()
}

fn one_key() -> KeyVault {
    vault(&format!("1:{}", digits(0)))
}

fn plain(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}

proptest! {
    #[test]
    fn what_was_sealed_opens_for_its_record_and_purpose_alone(
        octets in prop::collection::vec(any::<u8>(), 0..300),
        record in prop::collection::vec(any::<u8>(), 0..40),
        other in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let vault = one_key();
        let text = SecretBytes::new(octets);
        let sealed = vault.seal(Purpose::FlowState, &record, &text);
        prop_assert_eq!(vault.open(Purpose::FlowState, &record, &sealed), Ok(text));
        let elsewhere = vault.open(Purpose::ProfileSeal, &record, &sealed);
        prop_assert_eq!(elsewhere, Err(VaultError::DoesNotOpen));
        if other != record {
            let moved = vault.open(Purpose::FlowState, &other, &sealed);
            prop_assert_eq!(moved, Err(VaultError::DoesNotOpen));
        }
    }
}

#[test]
fn h2_a_changed_octet_anywhere_does_not_open() {
    let vault = one_key();
    let sealed = vault.seal(Purpose::SnilsSeal, b"account", &plain("11223344595"));
    for place in 0..sealed.octets().len() {
        let mut octets = sealed.octets().to_vec();
        octets[place] ^= 1;
        let opened = vault.open(Purpose::SnilsSeal, b"account", &Sealed::new(octets));
        let expected = if place == 0 {
            VaultError::UnknownKey(0)
        } else {
            VaultError::DoesNotOpen
        };
        assert_eq!(opened, Err(expected), "octet {place}");
    }
}

#[test]
fn h2_a_shortened_text_does_not_open() {
    let vault = one_key();
    let sealed = vault.seal(Purpose::SnilsSeal, b"account", &plain("11223344595"));
    for length in 0..sealed.octets().len() {
        let short = Sealed::new(sealed.octets()[..length].to_vec());
        let opened = vault.open(Purpose::SnilsSeal, b"account", &short);
        assert_eq!(opened, Err(VaultError::DoesNotOpen), "{length} octets");
    }
}

#[test]
fn h2_a_record_cannot_be_moved_where_its_bounds_read_alike() {
    // The version, the label and the record's octets never run into each other.
    let all: HashSet<Vec<u8>> = PURPOSES
        .into_iter()
        .flat_map(|purpose| {
            [(1, &b"a"[..]), (1, b""), (1, b"\0a"), (2, b"a")].map(|(v, r)| bound(v, purpose, r))
        })
        .collect();
    assert_eq!(all.len(), PURPOSES.len() * 4);
}

#[test]
fn the_newest_key_seals_and_every_key_opens() {
    let old = vault(&format!("3:{}", digits(0)));
    let sealed = old.seal(Purpose::ProfileSeal, b"x", &plain("name"));
    let both = vault(&format!(
        "# 2026\n\n 3:{} \r\n200:{}\n",
        digits(0),
        digits(9)
    ));
    assert_eq!(
        both.open(Purpose::ProfileSeal, b"x", &sealed),
        Ok(plain("name"))
    );
    let newer = both.seal(Purpose::ProfileSeal, b"x", &plain("name"));
    assert_eq!(newer.octets().first(), Some(&200));
    assert_eq!(
        both.open(Purpose::ProfileSeal, b"x", &newer),
        Ok(plain("name"))
    );
    assert_eq!(
        old.open(Purpose::ProfileSeal, b"x", &newer),
        Err(VaultError::UnknownKey(200))
    );
    assert_eq!(
        both.tag(Purpose::Session, b"s").to_octets().first(),
        Some(&200)
    );
}

#[test]
fn another_key_of_the_same_version_does_not_open() {
    let sealed = one_key().seal(Purpose::FlowState, b"x", &plain("state"));
    let other = vault(&format!("1:{}", digits(9)));
    let opened = other.open(Purpose::FlowState, b"x", &sealed);
    assert_eq!(opened, Err(VaultError::DoesNotOpen));
}

#[test]
fn c17_neither_seal_nor_tag_holds_or_repeats_the_value() {
    let vault = one_key();
    let snils = "11223344595";
    let seal = || vault.seal(Purpose::SnilsSeal, b"account", &plain(snils));
    let (one, other) = (seal(), seal());
    assert_ne!(one, other, "equal values must not look equal");
    let tag = vault.tag(Purpose::SnilsTag, snils.as_bytes());
    let dump = [one.octets(), other.octets(), &tag.to_octets()].concat();
    let sha256 = sha2::Sha256::digest(snils);
    let forms = [
        snils.as_bytes().to_vec(),
        STANDARD.encode(snils).into_bytes(),
        sha256.to_vec(),
    ];
    for form in forms {
        assert!(!dump.windows(form.len()).any(|part| part == form));
    }
    let elsewhere = self::vault(&format!("1:{}", digits(9)));
    assert_ne!(elsewhere.tag(Purpose::SnilsTag, snils.as_bytes()), tag);
}

#[test]
fn f7_a_tag_is_of_its_value_and_purpose_alone() {
    let vault = one_key();
    let tags: HashSet<Tag> = PURPOSES
        .into_iter()
        .flat_map(|purpose| [vault.tag(purpose, b"1"), vault.tag(purpose, b"2")])
        .collect();
    assert_eq!(tags.len(), PURPOSES.len() * 2);
    assert!(tags.contains(&one_key().tag(Purpose::Ticket, b"1")));
}

/// Frozen: a change of labels or derivation would close every database. The values were computed
/// in Python: `hmac` and `hashlib`, `HChaCha20` by its draft, ChaCha20-Poly1305 of the
/// package `cryptography`.
#[test]
fn keys_are_derived_as_ever() {
    let tag = one_key().tag(Purpose::SnilsTag, b"11223344595");
    let expected =
        Secret256::from_hex("90251452ee602276ef372c71b6cc47c11e787bee9f2b51c68e53d795d3db9508");
    assert_eq!(Some(tag.bytes()), expected.as_ref().map(Secret256::expose));
    let sealed = Sealed::new(
        STANDARD
            .decode("AQABAgMEBQYHCAkKCwwNDg8QERITFBUWF/vvZGZXSuUGoyEFqW6NEIB+bYdOgQ==")
            .unwrap(),
    );
    assert_eq!(
        one_key().open(Purpose::FlowState, b"flow 1", &sealed),
        Ok(plain("state"))
    );
}

#[test]
fn a_line_that_is_no_key_is_named_and_not_repeated() {
    let good = digits(0);
    for (text, line, fault) in [
        (good.clone(), 1, KeyTextFault::NoColon),
        (format!("# key\n0:{good}"), 2, KeyTextFault::Version),
        (format!("256:{good}"), 1, KeyTextFault::Version),
        (format!("+1:{good}"), 1, KeyTextFault::Version),
        (format!(":{good}"), 1, KeyTextFault::Version),
        (
            format!("1:{}", good.get(1..).unwrap()),
            1,
            KeyTextFault::Digits,
        ),
        (format!("1:{good}0"), 1, KeyTextFault::Digits),
        (format!("1: {good}"), 1, KeyTextFault::Digits),
        (
            format!("1:{}", good.to_uppercase()),
            1,
            KeyTextFault::Digits,
        ),
        (format!("1:{}", "0".repeat(64)), 1, KeyTextFault::NotRandom),
        (
            format!("1:{}", "0123456789abcdef".repeat(4)),
            1,
            KeyTextFault::NotRandom,
        ),
        (
            format!("1:{good}\n1:{}", digits(9)),
            2,
            KeyTextFault::RepeatedVersion,
        ),
        (format!("1:{good}\n2:{good}"), 2, KeyTextFault::RepeatedKey),
    ] {
        let error = KeyVault::from_text(&text).unwrap_err();
        assert_eq!(error, KeyTextError::Line { line, fault });
        let message = error.to_string();
        assert!(message.starts_with(&format!("line {line}: ")), "{message}");
        assert!(!message.contains(good.get(8..20).unwrap()), "{message}");
    }
    for text in ["", "\n# nothing\n"] {
        assert_eq!(KeyVault::from_text(text).unwrap_err(), KeyTextError::NoKey);
    }
}

#[test]
fn a_generated_key_file_reads_and_is_never_the_same() {
    let one = KeyVault::generate(&SystemRandom);
    let other = KeyVault::generate(&SystemRandom);
    assert_ne!(one.expose(), other.expose());
    let sealed = vault(one.expose()).seal(Purpose::FlowState, b"", &plain("x"));
    assert!(
        vault(other.expose())
            .open(Purpose::FlowState, b"", &sealed)
            .is_err()
    );
}

#[test]
fn a_new_key_file_is_its_owners_alone_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let vault = KeyVault::create(&path, &SystemRandom).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    let sealed = vault.seal(Purpose::FlowState, b"", &plain("x"));
    let loaded = KeyVault::load(&path).unwrap();
    assert_eq!(
        loaded.open(Purpose::FlowState, b"", &sealed),
        Ok(plain("x"))
    );
    let again = KeyVault::create(&path, &SystemRandom).unwrap_err();
    assert!(matches!(again, KeyFileError::Io { .. }));
    assert_eq!(
        KeyVault::load(&path)
            .unwrap()
            .open(Purpose::FlowState, b"", &sealed),
        Ok(plain("x"))
    );
}

#[test]
fn a_key_file_open_to_others_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    fs::write(&path, format!("1:{}\n", digits(0))).unwrap();
    for mode in [0o644, 0o640, 0o602, 0o610] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let error = KeyVault::load(&path).unwrap_err().to_string();
        assert!(error.contains(&format!("mode {mode:04o}")), "{error}");
        assert!(
            error.contains(&format!("chmod 600 {}", path.display())),
            "{error}"
        );
    }
    for mode in [0o600, 0o400] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        KeyVault::load(&path).unwrap();
    }
}

#[test]
fn errors_of_a_key_file_name_file_and_line_and_never_its_contents() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let load = |octets: &[u8]| {
        fs::write(&path, octets).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        KeyVault::load(&path).unwrap_err().to_string()
    };
    let error = load(format!("1:{}x", digits(0)).as_bytes());
    assert!(error.contains("keys, line 1: "), "{error}");
    assert!(!error.contains(digits(0).get(..8).unwrap()), "{error}");
    assert!(load(b"1:\xff\xfe").contains("not a text"));
    assert!(load(&vec![b'#'; 256 * 1024 + 1]).contains("at most 256 KiB"));
    let missing = folder.path().join("missing");
    let error = KeyVault::load(&missing).unwrap_err().to_string();
    assert!(error.contains("missing: No such file"), "{error}");
}

#[test]
fn h1_keys_do_not_print() {
    let vault = vault(&format!("1:{}\n2:{}", digits(0), digits(9)));
    assert_eq!(
        format!("{vault:?}"),
        "KeyVault { in_force: 2, others: [1] }"
    );
}
