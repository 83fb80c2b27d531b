use std::path::Path;

use linking_oidc::TokenError;

use super::*;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name)
}

fn token(name: &str) -> String {
    fs::read_to_string(data(&format!("jwt/{name}.jwt"))).unwrap()
}

fn now() -> Timestamp {
    "2027-01-15T09:30:45Z".parse().unwrap()
}

fn seconds(after: i64) -> Timestamp {
    now() + TimeDelta::seconds(after)
}

fn keys(algorithm: TokenAlgorithm, files: &[&str]) -> Result<TokenKeys, MaterialError> {
    let materials: Vec<_> = files
        .iter()
        .map(|file| Material::Path(data(file)))
        .collect();
    TokenKeys::load(algorithm, &materials)
}

async fn judge(keys: &TokenKeys, name: &str, at: Timestamp) -> Result<(), TokenError> {
    judge_as(keys, TokenKind::Id, name, at).await
}

async fn judge_as(
    keys: &TokenKeys,
    kind: TokenKind,
    name: &str,
    at: Timestamp,
) -> Result<(), TokenError> {
    let keys = keys.current(at).await;
    keys.verify(kind, &token(name), at).map(|_| ())
}

const FOREIGN: Result<(), TokenError> = Err(TokenError::Keys(KeyFault::NotGenuine));

#[tokio::test]
async fn b2_the_configured_algorithm_alone_is_taken() {
    let gost = keys(TokenAlgorithm::Gost, &["idp.crt.pem", "rsa.crt.pem"]).unwrap();
    let rsa = keys(TokenAlgorithm::Rs256, &["idp.crt.pem", "rsa.crt.pem"]).unwrap();
    assert_eq!(judge(&gost, "id.gost", now()).await, Ok(()));
    assert_eq!(judge(&gost, "access.gost", now()).await, Ok(()));
    assert_eq!(judge(&rsa, "id.rs256", now()).await, Ok(()));
    assert_eq!(
        judge(&gost, "id.rs256", now()).await,
        Err(TokenError::Algorithm)
    );
    assert_eq!(
        judge(&rsa, "id.gost", now()).await,
        Err(TokenError::Algorithm)
    );
}

#[tokio::test]
async fn b2_every_bad_token_is_refused_by_every_set() {
    let gost = keys(TokenAlgorithm::Gost, &["idp.crt.pem"]).unwrap();
    let rsa = keys(TokenAlgorithm::Rs256, &["rsa.crt.pem"]).unwrap();
    let mut bad = 0;
    for entry in fs::read_dir(data("jwt")).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_stem().unwrap().to_str().unwrap();
        if name.starts_with("bad-") {
            bad += 1;
            for keys in [&gost, &rsa] {
                assert!(judge(keys, name, now()).await.is_err(), "{name}");
            }
        }
    }
    assert!(bad >= 16, "{bad} bad tokens");
}

#[tokio::test]
async fn b4_every_certificate_in_force_is_tried() {
    let one = keys(TokenAlgorithm::Gost, &["idp.crt.pem"]).unwrap();
    assert_eq!(judge(&one, "id.gost-next", now()).await, FOREIGN);
    let both = keys(TokenAlgorithm::Gost, &["idp.crt.der", "idp-next.crt.pem"]).unwrap();
    assert_eq!(judge(&both, "id.gost-next", now()).await, Ok(()));
    assert_eq!(judge(&both, "id.gost", now()).await, Ok(()));
    let over = keys(TokenAlgorithm::Gost, &["idp-expired.crt.pem"]).unwrap();
    let none = Err(TokenError::Keys(KeyFault::NoKeyInForce));
    assert_eq!(judge(&over, "id.gost", now()).await, none);
    let early: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
    assert_eq!(judge(&both, "id.gost", early).await, none);
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[&str]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for file in files {
            folder.add(file);
        }
        folder
    }

    fn add(&self, file: &str) {
        fs::copy(data(file), self.0.path().join(file)).unwrap();
    }

    fn keys(&self) -> TokenKeys {
        let folder = Material::Path(self.0.path().to_owned());
        TokenKeys::load(TokenAlgorithm::Gost, &[folder]).unwrap()
    }
}

async fn looks(keys: &TokenKeys) -> u32 {
    keys.cache.lock().await.looks
}

#[tokio::test]
async fn b4_a_new_certificate_is_found_within_a_minute() {
    let folder = Folder::with(&["idp.crt.pem"]);
    let keys = folder.keys();
    assert_eq!(judge(&keys, "id.gost-next", seconds(0)).await, FOREIGN);
    folder.add("idp-next.crt.pem");
    assert_eq!(judge(&keys, "id.gost-next", seconds(59)).await, FOREIGN);
    assert_eq!(judge(&keys, "id.gost-next", seconds(60)).await, Ok(()));
    assert_eq!(judge(&keys, "id.gost", seconds(61)).await, Ok(()));
    assert_eq!(looks(&keys).await, 2);
}

#[tokio::test]
async fn b4_a_thousand_unknown_tokens_look_once() {
    let keys = Folder::with(&["idp.crt.pem"]).keys();
    for step in 0..1_000 {
        keys.current(now() + TimeDelta::milliseconds(10 * step))
            .await;
    }
    assert_eq!(looks(&keys).await, 1);
}

#[tokio::test]
async fn b4_a_withdrawn_certificate_is_dropped_within_a_minute() {
    let folder = Folder::with(&["idp.crt.pem", "idp-next.crt.pem"]);
    let keys = folder.keys();
    assert_eq!(judge(&keys, "id.gost", seconds(0)).await, Ok(()));
    fs::remove_file(folder.0.path().join("idp.crt.pem")).unwrap();
    assert_eq!(judge(&keys, "id.gost", seconds(61)).await, FOREIGN);
    assert_eq!(judge(&keys, "id.gost-next", seconds(61)).await, Ok(()));
}

#[tokio::test]
async fn b4_broken_files_leave_the_last_good_set_and_are_told() {
    let folder = Folder::with(&["idp.crt.pem"]);
    let keys = folder.keys();
    fs::write(folder.0.path().join("idp.crt.pem"), "half a certif").unwrap();
    assert_eq!(judge(&keys, "id.gost", seconds(0)).await, Ok(()));
    let fault = keys.report(seconds(0)).await.fault;
    assert!(fault.unwrap().to_string().contains("idp.crt.pem"));
    folder.add("idp.crt.pem");
    folder.add("idp-next.crt.pem");
    assert_eq!(judge(&keys, "id.gost-next", seconds(60)).await, Ok(()));
    assert_eq!(keys.report(seconds(60)).await.fault, None);
}

#[tokio::test]
async fn a_code_is_checked_with_either_algorithm_whose_certificate_is_at_hand() {
    let both = ["idp.crt.pem", "rsa.crt.pem"];
    for (algorithm, own, other) in [
        (TokenAlgorithm::Gost, &both[..1], "id.rs256"),
        (TokenAlgorithm::Rs256, &both[1..], "id.gost"),
    ] {
        let alone = keys(algorithm, own).unwrap();
        let found = judge_as(&alone, TokenKind::Code, other, now()).await;
        assert_eq!(found, Err(TokenError::Algorithm));
        let keys = keys(algorithm, &both).unwrap();
        for (kind, found) in [
            (TokenKind::Code, Ok(())),
            (TokenKind::Access, Err(TokenError::Algorithm)),
            (TokenKind::Id, Err(TokenError::Algorithm)),
        ] {
            assert_eq!(judge_as(&keys, kind, other, now()).await, found, "{kind:?}");
        }
        let report = keys.report(now()).await;
        assert_eq!((report.in_force, report.passed_over), (1, Vec::new()));
    }
}

#[tokio::test]
async fn one_odd_certificate_is_passed_over_and_told() {
    let folder = Folder::with(&["idp.crt.pem"]);
    let elliptic = rcgen::generate_simple_self_signed(["esia.example".to_owned()]).unwrap();
    fs::write(folder.0.path().join("elliptic.pem"), elliptic.cert.pem()).unwrap();
    // A GOST key on a curve that is not known.
    let mut unknown = fs::read(data("idp.crt.der")).unwrap();
    let curve = [0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x24];
    let at = unknown
        .windows(curve.len())
        .position(|octets| octets == curve);
    unknown[at.unwrap() + curve.len()] = 0x7F;
    fs::write(folder.0.path().join("unknown.der"), unknown).unwrap();
    let keys = folder.keys();
    assert_eq!(judge(&keys, "id.gost", now()).await, Ok(()));
    let report = keys.report(now()).await;
    assert_eq!(report.in_force, 1);
    let [one, other] = &report.passed_over[..] else {
        panic!("{report:?}")
    };
    assert!(one.contains("elliptic.pem"), "{one}");
    assert!(other.contains("unknown.der"), "{other}");
}

#[test]
fn certificates_that_cannot_serve_are_refused_at_the_start() {
    for (algorithm, files, says) in [
        (TokenAlgorithm::Gost, &["absent.crt"][..], "cannot be read"),
        (
            TokenAlgorithm::Gost,
            &[],
            "no certificate for GOST3410_2012_256",
        ),
        (
            TokenAlgorithm::Gost,
            &["rsa.crt.pem"],
            "no certificate for GOST3410_2012_256",
        ),
        (
            TokenAlgorithm::Rs256,
            &["idp.crt.pem"],
            "no certificate for RS256",
        ),
        (
            TokenAlgorithm::Rs256,
            &["rsa.key.pem"],
            "holds no certificate",
        ),
        (
            TokenAlgorithm::Rs256,
            &["client.secret-v2.sig"],
            "not X.509",
        ),
    ] {
        let error = keys(algorithm, files).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}
