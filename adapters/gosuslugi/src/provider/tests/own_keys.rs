//! Our own key changes while the program runs (`threats.md` B10).

use std::{num::NonZeroU64, path::Path, sync::Arc};

use gost_signature::{Certificate, ParamSet, SigningKey, self_signed_certificate};
use linking_core::{
    ports::IdentityProvider,
    provider::{ProviderErrorKind as Kind, Switch},
    time::Timestamp,
};

use super::{query, stand, value};
use crate::{
    CertificateOf, Closeness, Gosuslugi, Material, NextKey, Settings, SignerSettings,
    TokenAlgorithm, Warning,
    provider::tests::stand::{Esia, Play, STATE_TEXT},
};

/// A key with a certificate that is in force between two days.
struct Pair {
    key: String,
    certificate: Certificate,
}

fn at(day: &str) -> Timestamp {
    format!("{day}T00:00:00Z").parse().unwrap()
}

fn pair(number: u8, from: &str, to: &str) -> Pair {
    let key = SigningKey::generate(&[number; 32], ParamSet::CryptoProA);
    let serial = NonZeroU64::new(u64::from(number)).unwrap();
    let (from, to) = (at(from).timestamp(), at(to).timestamp());
    let made = self_signed_certificate(&key, "TESTSYS", serial, from, to, &[number; 32]);
    Pair {
        key: key.to_pkcs8_pem().unwrap().to_string(),
        certificate: made.unwrap(),
    }
}

impl Pair {
    fn write_certificate(&self, folder: &Path) {
        let pem = self.certificate.to_pem().unwrap();
        std::fs::write(folder.join("client.crt"), pem).unwrap();
    }

    fn write_key(&self, folder: &Path) {
        use std::os::unix::fs::PermissionsExt;

        let path = folder.join("client.key");
        std::fs::write(&path, &self.key).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

fn settings(folder: &Path) -> Settings {
    let mut settings = stand::settings(TokenAlgorithm::Gost);
    settings.client_certificate = Material::Path(folder.join("client.crt"));
    settings.signer = SignerSettings::SoftKey {
        key: Material::Path(folder.join("client.key")),
    };
    settings
}

/// With which certificate a request is signed now; the signature fits it.
async fn signs(adapter: &Gosuslugi, now: Timestamp, all: &[&Pair]) -> usize {
    let mut begin = stand::begin(Switch::Off);
    begin.now = now;
    let query = query(&adapter.begin(begin).await.unwrap());
    let hash = value(&query, "client_certificate_hash").unwrap();
    let named = all
        .iter()
        .position(|pair| pair.certificate.hash_hex() == hash)
        .unwrap();
    let text = format!(
        "TESTSYSopenid fullname birthdate snils{}{STATE_TEXT}\
         https://school.example/callback/gosuslugi",
        value(&query, "timestamp").unwrap()
    );
    let secret = value(&query, "client_secret").unwrap();
    let signature = gost_signature::Signature::from_base64url(secret).unwrap();
    all[named]
        .certificate
        .verifying_key()
        .verify(text.as_bytes(), &signature)
        .unwrap();
    named
}

#[tokio::test]
async fn b10_a_key_is_exchanged_while_people_sign_in() {
    let (old, new) = (
        pair(1, "2026-01-01", "2028-01-01"),
        pair(2, "2026-06-01", "2028-06-01"),
    );
    let folder = tempfile::tempdir().unwrap();
    old.write_certificate(folder.path());
    old.write_key(folder.path());
    let esia = Esia::with_settings(Play::default(), settings(folder.path()));
    let adapter = Arc::new(esia.adapter());
    let all = [&old, &new];
    let now = stand::now();
    assert_eq!(signs(&adapter, now, &all).await, 0);
    // Half of the exchange is told, and the last good pair goes on.
    new.write_certificate(folder.path());
    let warnings = adapter.ready(now).await.unwrap();
    assert!(
        matches!(warnings[..], [Warning::OwnKeyNotTaken(_, _)]),
        "{warnings:?}"
    );
    assert_eq!(signs(&adapter, now, &all).await, 0);
    new.write_key(folder.path());
    // Every request of the very moment is signed, by the one or the other.
    let exchange = adapter.ready(now);
    let (one, two, warnings, three, four) = tokio::join!(
        signs(&adapter, now, &all),
        signs(&adapter, now, &all),
        exchange,
        signs(&adapter, now, &all),
        signs(&adapter, now, &all),
    );
    assert!([one, two, three, four].iter().all(|key| *key < 2));
    assert_eq!(warnings, Ok(Vec::new()));
    assert_eq!(signs(&adapter, now, &all).await, 1);
    // What is gone, open to others or no key leaves the last good pair in use.
    for spoil in [
        |path: &Path| std::fs::remove_file(path).unwrap(),
        |path: &Path| std::fs::write(path, "no key").unwrap(),
    ] {
        spoil(&folder.path().join("client.key"));
        let warnings = adapter.ready(now).await.unwrap();
        assert!(
            matches!(warnings[..], [Warning::OwnKeyNotTaken(_, _)]),
            "{warnings:?}"
        );
        assert_eq!(signs(&adapter, now, &all).await, 1);
    }
}

#[tokio::test]
async fn b10_the_next_key_takes_over_when_the_first_ones_certificate_ends() {
    let (old, next) = (
        pair(1, "2026-01-01", "2027-02-01"),
        pair(2, "2027-01-20", "2028-02-01"),
    );
    let folder = tempfile::tempdir().unwrap();
    old.write_certificate(folder.path());
    old.write_key(folder.path());
    let mut settings = settings(folder.path());
    settings.next = Some(NextKey {
        client_certificate: Material::pem(next.certificate.to_pem().unwrap()),
        signer: SignerSettings::SoftKey {
            key: Material::pem(next.key.clone()),
        },
    });
    let adapter = Esia::with_settings(Play::default(), settings).adapter();
    let all = [&old, &next];
    // The next one's certificate is not in force yet: nothing to tell.
    assert_eq!(adapter.ready(stand::now()).await, Ok(Vec::new()));
    assert_eq!(signs(&adapter, stand::now(), &all).await, 0);
    assert_eq!(signs(&adapter, at("2027-01-31"), &all).await, 0);
    assert_eq!(signs(&adapter, at("2027-02-02"), &all).await, 1);
    let warnings = adapter.ready(at("2027-02-02")).await.unwrap();
    assert!(
        matches!(warnings[..], [Warning::OwnKeyFails(_, _)]),
        "{warnings:?}"
    );
    let over = adapter.ready(at("2028-02-02")).await.unwrap_err();
    assert_eq!(over.kind, Kind::Configuration);
}

#[tokio::test]
async fn b10_the_days_that_a_certificate_is_still_in_force_are_told_in_three_steps() {
    let own = pair(1, "2026-01-01", "2027-06-01");
    let folder = tempfile::tempdir().unwrap();
    own.write_certificate(folder.path());
    own.write_key(folder.path());
    let adapter = Esia::with_settings(Play::default(), settings(folder.path())).adapter();
    for (day, days, near) in [
        ("2027-04-01", 61, None),
        ("2027-04-03", 59, Some(Closeness::Days60)),
        ("2027-05-02", 30, Some(Closeness::Days60)),
        ("2027-05-12", 20, Some(Closeness::Days30)),
        ("2027-05-30", 2, Some(Closeness::Days7)),
    ] {
        let warnings = adapter.ready(at(day)).await.unwrap();
        let found = match warnings[..] {
            [] => None,
            [Warning::ClientCertificateEnds(end, near)] => {
                assert_eq!(end, at("2027-06-01"));
                Some(near)
            }
            _ => panic!("{day}: {warnings:?}"),
        };
        assert_eq!(found, near, "{day}");
        let lives = adapter.certificates(at(day)).await;
        assert_eq!(
            (lives[0].of, lives[0].days_left),
            (CertificateOf::Client, days)
        );
        assert_eq!(lives.last().unwrap().of, CertificateOf::Tokens);
    }
    let after = adapter.certificates(at("2027-06-11")).await;
    assert_eq!(after[0].days_left, -10);
}
