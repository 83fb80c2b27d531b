use std::path::PathBuf;

use base64::engine::general_purpose::STANDARD;
use linking_core::ports::Randomness;

use super::*;
use crate::{CommandSettings, SignatureOrder};

fn data(name: &str) -> String {
    format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn now() -> Timestamp {
    "2027-01-15T09:30:45Z".parse().unwrap()
}

#[derive(Debug)]
struct Sevens;

impl Randomness for Sevens {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}

/// Gives these octets, whatever the message.
#[derive(Debug)]
struct Fixed(Vec<u8>);

#[async_trait]
impl RawSigner for Fixed {
    async fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self.0.clone())
    }
}

fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&std::fs::read_to_string(data(name)).unwrap()).unwrap()
}

fn message() -> Vec<u8> {
    std::fs::read(data("secret-v2.txt")).unwrap()
}

async fn secret(
    octets: Vec<u8>,
    certificate: Certificate,
    message: &[u8],
) -> Result<String, SignError> {
    let signer = ClientSigner::new(Arc::new(Fixed(octets)), certificate, SecretForm::Raw);
    signer
        .client_secret(message, now())
        .await
        .map(|secret| secret.expose().to_owned())
}

/// `esia.md` 5.5.
mod vector {
    pub(super) const CERTIFICATE: &str = "MIIBGzCBxwIBATAMBggqhQMHAQEDAgUAMBUxEzARBgNVBAMMClNJTSBDTElFTlQwHhcNMjYxMTIyMTA0NjUxWhcNMzYxMTE5MTA0NjUxWjAVMRMwEQYDVQQDDApTSU0gQ0xJRU5UMGYwHwYIKoUDBwEBAQEwEwYHKoUDAgIkAAYIKoUDBwEBAgIDQwAEQAp1cMney58VvNis3Dn/XoTccs7Wb8BdKdMezdl4BBa2gE1BMZtIiDXV4sg+/eyhMwaiug3B87zTd24MKQNNa1IwDAYIKoUDBwEBAwIFAANBAIpv/ThpUX1L7pAvXAMahwTy5bNTsoWNcdizR4CxHYMnywr6avGXsPoxMe/80WfxGIHS/MBu7h1UaP8bWipV/JY=";
    pub(super) const HASH: &str =
        "0E8EF64E9CF68A55D366F8B39D982C41F2ECD51B3A158A6C0511FC987A6B4575";
    pub(super) const TEXT: &[u8] = b"SIM001openid fullname2026.01.15 12:30:45 +03006f1c8d3e-5b0a-4c57-9d0e-2a7b1f3c4d5ehttps://sim.example/esia/callback";
    pub(super) const SECRET: &str =
        "vKuVu2L5ojdbcjCsYakaqCDivEerLjdQoVUOEMDUuHK4Qu1sz3Xi1JFKDK3eArtsOhZgmwE5Ftv0a_W_80m6sQ";
    /// As CryptoPro would print it.
    pub(super) const REVERSED: &str = "b1ba49f3bff56bf4db1639019b60163a6cbb02dead0c4a91d4e275cf6ced42b872b8d4c0100e55a150372eab47bce220a81aa961ac30725b37a2f962bb95abbc";
}

fn vector_certificate() -> Certificate {
    Certificate::from_der(&STANDARD.decode(vector::CERTIFICATE).unwrap()).unwrap()
}

fn vector_signature() -> Vec<u8> {
    gost_signature::Signature::from_base64url(vector::SECRET)
        .unwrap()
        .as_bytes()
        .to_vec()
}

#[tokio::test]
async fn the_vector_of_the_reference_comes_out_unchanged() {
    let signer = ClientSigner::new(
        Arc::new(Fixed(vector_signature())),
        vector_certificate(),
        SecretForm::Raw,
    );
    assert_eq!(signer.certificate_hash(), vector::HASH);
    let secret = signer.client_secret(vector::TEXT, now()).await.unwrap();
    assert_eq!(secret.expose(), vector::SECRET);
}

#[tokio::test]
async fn each_mistake_of_a_signer_is_named_and_none_is_put_right() {
    let good = vector_signature();
    let reversed: Vec<u8> = good.iter().rev().copied().collect();
    let mut halves = good.clone();
    halves.rotate_left(32);
    let mut other = good.clone();
    other[5] ^= 1;
    for (octets, mistake) in [
        (reversed, SelfCheck::ReversedOctets),
        (halves, SelfCheck::ExchangedHalves),
        (other, SelfCheck::NotValid),
        (good[..63].to_vec(), SelfCheck::Length { got: 63 }),
        (Vec::new(), SelfCheck::Length { got: 0 }),
    ] {
        let found = secret(octets, vector_certificate(), vector::TEXT).await;
        assert_eq!(found, Err(SignError::SelfCheck(mistake)));
    }
    let wrong = Err(SignError::SelfCheck(SelfCheck::NotValid));
    assert_eq!(
        secret(good.clone(), certificate("client.crt.pem"), vector::TEXT).await,
        wrong
    );
    assert_eq!(
        secret(good, vector_certificate(), b"another message").await,
        wrong
    );
}

#[tokio::test]
async fn the_order_of_cryptopro_is_turned_round_when_configured() {
    let reversed: Vec<u8> = vector_signature().into_iter().rev().collect();
    let hex: Vec<String> = reversed
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect();
    assert_eq!(hex.concat(), vector::REVERSED);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), reversed).unwrap();
    let mut settings = command(&["cat", file.path().to_str().unwrap()]);
    settings.output = SignatureOrder::RawReversed;
    let signer = ClientSigner::new(
        Arc::new(CommandSigner::new(settings)),
        vector_certificate(),
        SecretForm::Raw,
    );
    let found = signer.client_secret(vector::TEXT, now()).await.unwrap();
    assert_eq!(found.expose(), vector::SECRET);
}

#[tokio::test]
async fn a_certificate_out_of_force_signs_nothing() {
    let signer = ClientSigner::new(
        Arc::new(Fixed(vector_signature())),
        vector_certificate(),
        SecretForm::Raw,
    );
    for at in ["2026-11-22T00:00:00Z", "2036-11-20T00:00:00Z"] {
        let found = signer
            .client_secret(vector::TEXT, at.parse().unwrap())
            .await;
        assert_eq!(found, Err(SignError::CertificateNotValid), "{at}");
    }
}

#[tokio::test]
async fn a_soft_key_fits_its_certificate_and_does_not_print() {
    let pem = std::fs::read_to_string(data("client.key.pem")).unwrap();
    let key = SoftKey::from_pem(&pem, Arc::new(Sevens)).unwrap();
    assert_eq!(format!("{key:?}"), "SoftKey");
    let signer = ClientSigner::new(
        Arc::new(key),
        certificate("client.crt.pem"),
        SecretForm::Raw,
    );
    let secret = signer.client_secret(&message(), now()).await.unwrap();
    assert_eq!(secret.expose().len(), 86);
    assert!(!format!("{signer:?} {secret:?}").contains(secret.expose()));
}

/// A command with time enough on any machine.
fn command(argv: &[&str]) -> CommandSettings {
    let mut settings = CommandSettings::new(argv.iter().map(|&word| word.to_owned()));
    settings.timeout_ms = 60_000;
    settings
}

async fn run(settings: CommandSettings) -> Result<Vec<u8>, SignError> {
    CommandSigner::new(settings).sign(&message()).await
}

fn signature() -> Vec<u8> {
    std::fs::read(data("client.secret-v2.sig")).unwrap()
}

#[tokio::test]
async fn a_command_signs_by_pipes_or_by_files() {
    let signature_file = data("client.secret-v2.sig");
    let message_file = data("secret-v2.txt");
    let by_input = format!("cmp - '{message_file}' && cat '{signature_file}'");
    let by_files = format!("cmp '{{in}}' '{message_file}' && cp '{signature_file}' '{{out}}'");
    for argv in [
        &["cat", &signature_file][..],
        &["sh", "-c", &by_input],
        &["sh", "-c", &by_files],
        &["cp", &signature_file, "{out}"],
    ] {
        assert_eq!(run(command(argv)).await, Ok(signature()), "{argv:?}");
    }
    assert_eq!(
        run(command(&["cat"])).await,
        Ok(message()),
        "no shell, input passed through"
    );
}

#[tokio::test]
async fn a_commands_folder_is_private_and_removed() {
    let parent = tempfile::tempdir().unwrap();
    for script in [
        "stat -c '%a %n' \"$(dirname {in})\" > {out}",
        "cat {in} > {out}; exit 3",
        "exec sleep 30 # {in} {out}",
    ] {
        let mut settings = command(&["sh", "-c", script]);
        settings.work_directory = Some(parent.path().to_owned());
        if script.starts_with("exec") {
            settings.timeout_ms = 300;
        }
        match (script.split(' ').next(), run(settings).await) {
            (Some("stat"), Ok(octets)) => {
                let text = String::from_utf8(octets).unwrap();
                let (mode, name) = text.trim_end().split_once(' ').unwrap();
                assert_eq!(mode, "700");
                assert!(PathBuf::from(name).starts_with(parent.path()));
            }
            (Some("cat"), Err(SignError::Rejected(_)))
            | (Some("exec"), Err(SignError::Timeout)) => {}
            (_, found) => panic!("{script}: {found:?}"),
        }
        assert_eq!(
            std::fs::read_dir(parent.path()).unwrap().count(),
            0,
            "{script}"
        );
    }
}

#[tokio::test]
async fn a_command_that_fails_is_an_error_of_its_kind() {
    let failed = |found: Result<Vec<u8>, SignError>| found.unwrap_err();
    let error = failed(run(command(&["/nowhere/signer"])).await);
    assert!(matches!(error, SignError::Unavailable(_)), "{error}");
    let error = failed(run(command(&["false"])).await);
    assert!(matches!(error, SignError::Rejected(_)), "{error}");
    let error = failed(run(command(&["true", "{out}"])).await);
    assert!(matches!(error, SignError::Rejected(_)), "{error}");
    let mut slow = command(&["sleep", "30"]);
    slow.timeout_ms = 100;
    assert_eq!(failed(run(slow).await), SignError::Timeout);
    // Output is limited: the command ends by its broken pipe, long before its time.
    let error = failed(run(command(&["cat", "/dev/zero"])).await);
    assert!(matches!(error, SignError::Rejected(_)), "{error}");
}

#[tokio::test]
async fn a_command_sees_only_the_environment_meant_for_it() {
    let mut settings = command(&["env"]);
    settings
        .environment
        .insert("OPENSSL_CONF".to_owned(), "/etc/gost.cnf".to_owned());
    let text = String::from_utf8(run(settings).await.unwrap()).unwrap();
    assert!(text.contains("OPENSSL_CONF=/etc/gost.cnf"));
    for line in text.lines() {
        let name = line.split('=').next().unwrap();
        assert!(
            ["PATH", "HOME", "LANG", "OPENSSL_CONF"].contains(&name),
            "{name}"
        );
    }
}

/// The command lines of the operator's page, with the engine of Debian's
/// `libengine-gost-openssl`, which must be there.
#[tokio::test]
async fn openssl_with_the_gost_engine_signs_for_us() {
    let key = data("client.key.pem");
    let mut by_pipe = command(&["openssl", "dgst", "-md_gost12_256", "-sign", &key]);
    let mut by_files = command(&[
        "openssl",
        "dgst",
        "-md_gost12_256",
        "-sign",
        &key,
        "-out",
        "{out}",
        "{in}",
    ]);
    for settings in [&mut by_pipe, &mut by_files] {
        settings
            .environment
            .insert("OPENSSL_CONF".to_owned(), data("openssl-gost.cnf"));
        let signer = Arc::new(CommandSigner::new(settings.clone()));
        let signer = ClientSigner::new(signer, certificate("client.crt.pem"), SecretForm::Raw);
        let secret = signer.client_secret(&message(), now()).await.unwrap();
        assert_eq!(secret.expose().len(), 86);
    }
}

#[tokio::test]
async fn at_most_so_many_commands_run_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("lock");
    let script = format!("mkdir '{0}' && cat && rmdir '{0}'", lock.display());
    let mut settings = command(&["sh", "-c", &script]);
    settings.at_most = 1;
    let signer = CommandSigner::new(settings);
    let sign = async || signer.sign(b"message").await;
    let found = tokio::join!(sign(), sign(), sign(), sign());
    for one in <[_; 4]>::from(found) {
        assert_eq!(one, Ok(b"message".to_vec()));
    }
}

#[test]
fn i1_a_slow_signer_is_a_passing_fault_and_a_wrong_one_the_operators() {
    for (error, kind) in [
        (SignError::Timeout, ProviderErrorKind::Unavailable),
        (
            SignError::CertificateNotValid,
            ProviderErrorKind::Configuration,
        ),
        (
            SignError::SelfCheck(SelfCheck::ReversedOctets),
            ProviderErrorKind::Configuration,
        ),
        (
            SignError::Rejected("x".to_owned()),
            ProviderErrorKind::Configuration,
        ),
        (
            SignError::Unavailable("x".to_owned()),
            ProviderErrorKind::Configuration,
        ),
    ] {
        assert_eq!(ProviderError::from(error).kind, kind);
    }
    let reversed = ProviderError::from(SignError::SelfCheck(SelfCheck::ReversedOctets));
    assert!(
        reversed.cause.contains("raw-reversed"),
        "{}",
        reversed.cause
    );
}

/// The engine of Debian's `libengine-gost-openssl`, which must be there.
fn openssl(arguments: &[&str]) -> std::process::Output {
    std::process::Command::new("openssl")
        .args(arguments)
        .env("OPENSSL_CONF", data("openssl-gost.cnf"))
        .output()
        .unwrap()
}

/// Whether OpenSSL takes a detached CMS for one of this content by our certificate.
fn openssl_verifies(cms: &[u8], content: &[u8]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, octets: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, octets).unwrap();
        path.display().to_string()
    };
    let (cms, content) = (file("cms", cms), file("content", content));
    let certificate = data("client.crt.pem");
    let verified = openssl(&[
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        &cms,
        "-content",
        &content,
        "-CAfile",
        &certificate,
        "-purpose",
        "any",
        "-out",
        "/dev/null",
    ]);
    verified.status.success()
}

fn our_key() -> SoftKey {
    let pem = std::fs::read_to_string(data("client.key.pem")).unwrap();
    SoftKey::from_pem(&pem, Arc::new(Sevens)).unwrap()
}

#[tokio::test]
async fn openssl_takes_our_cms_with_and_without_signed_attributes() {
    let when: Timestamp = chrono::Utc::now();
    for attributes in [Switch::Off, Switch::On] {
        let form = SecretForm::Cms { attributes };
        let signer = ClientSigner::new(Arc::new(our_key()), certificate("client.crt.pem"), form);
        let secret = signer.client_secret(&message(), when).await.unwrap();
        let cms = URL_SAFE_NO_PAD.decode(secret.expose()).unwrap();
        assert!(openssl_verifies(&cms, &message()), "{attributes:?}");
        assert!(
            !openssl_verifies(&cms, b"another message"),
            "{attributes:?}"
        );
    }
}

#[tokio::test]
async fn a_finished_cms_of_openssl_is_taken_and_one_that_does_not_fit_is_not() {
    let (key, certificate_file) = (data("client.key.pem"), data("client.crt.pem"));
    let mut settings = command(&[
        "openssl",
        "cms",
        "-sign",
        "-binary",
        "-signer",
        &certificate_file,
        "-inkey",
        &key,
        "-md",
        "md_gost12_256",
        "-outform",
        "DER",
    ]);
    settings.output = SignatureOrder::Cms;
    settings
        .environment
        .insert("OPENSSL_CONF".to_owned(), data("openssl-gost.cnf"));
    let by = |settings: CommandSettings, name: &str| {
        let signer = Arc::new(CommandSigner::new(settings));
        ClientSigner::new(signer, certificate(name), SecretForm::FinishedCms)
    };
    let secret = by(settings.clone(), "client.crt.pem")
        .client_secret(&message(), now())
        .await
        .unwrap();
    let cms = URL_SAFE_NO_PAD.decode(secret.expose()).unwrap();
    assert!(openssl_verifies(&cms, &message()));
    let other = by(settings, "idp.crt.pem")
        .client_secret(&message(), now())
        .await;
    assert!(matches!(other, Err(SignError::Cms(_))), "{other:?}");
    let raw = by(
        command(&["cat", &data("client.secret-v2.sig")]),
        "client.crt.pem",
    );
    let raw = raw.client_secret(&message(), now()).await;
    assert_eq!(raw, Err(SignError::Cms(CmsError::Malformed)));
}

#[tokio::test]
async fn a_commands_output_may_be_text() {
    let signature = data("client.secret-v2.sig");
    for (script, encoding) in [
        (format!("base64 '{signature}'"), OutputEncoding::Base64),
        (format!("od -An -v -tx1 '{signature}'"), OutputEncoding::Hex),
    ] {
        let mut settings = command(&["sh", "-c", &script]);
        settings.encoding = encoding;
        assert_eq!(
            run(settings.clone()).await,
            Ok(self::signature()),
            "{script}"
        );
        settings.encoding = OutputEncoding::Binary;
        assert_ne!(run(settings).await, Ok(self::signature()), "{script}");
    }
}
