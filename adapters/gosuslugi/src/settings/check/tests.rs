use std::{fs, path::PathBuf};

use super::*;
use crate::{NextKey, OutputEncoding, ProxyText, SignatureOrder, SignerSettings, TokenAlgorithm};

fn data(name: &str) -> Material {
    Material::Path(
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("testdata")
            .join(name),
    )
}

fn pem(name: &str) -> Material {
    Material::pem(String::from_utf8(data(name).read().unwrap()).unwrap())
}

fn settings(stand: Stand) -> Settings {
    let signer = match stand {
        Stand::Production => SignerSettings::Command(CommandSettings::new(["sign".to_owned()])),
        Stand::Demo | Stand::Test => SignerSettings::SoftKey {
            key: pem("client.key.pem"),
        },
    };
    let mut settings = Settings::new(
        stand,
        "SIM001",
        "https://school.example/callback/gosuslugi",
        data("client.crt.pem"),
        signer,
        vec![data("rsa.crt.pem")],
    );
    if stand == Stand::Demo {
        settings.front_base = Some("http://127.0.0.1:8091".to_owned());
        settings.issuers = Some(vec!["http://esia.stand.test/".to_owned()]);
    }
    settings
}

fn keys_of(settings: &Settings) -> Vec<String> {
    match settings.check() {
        Ok(()) => Vec::new(),
        Err(SettingsErrors(errors)) => errors.into_iter().map(|error| error.key).collect(),
    }
}

#[test]
fn each_stand_is_ready_with_few_settings() {
    for (stand, front, issuer, pkce) in [
        (
            Stand::Production,
            "https://esia.gosuslugi.ru/",
            "http://esia.gosuslugi.ru/",
            Switch::Off,
        ),
        (
            Stand::Test,
            "https://esia-portal1.test.gosuslugi.ru/",
            "http://esia-portal1.test.gosuslugi.ru/",
            Switch::On,
        ),
        (
            Stand::Demo,
            "http://127.0.0.1:8091/",
            "http://esia.stand.test/",
            Switch::On,
        ),
    ] {
        let checked = Checked::of(&settings(stand)).unwrap();
        assert_eq!(checked.front.as_str(), front);
        assert_eq!(checked.back, checked.front);
        assert_eq!(checked.issuer.as_str(), issuer);
        assert_eq!(checked.pkce, pkce);
        assert_eq!(checked.scope, "openid fullname birthdate snils");
        assert_eq!(
            checked.scope_with_contacts,
            "openid fullname birthdate snils contacts"
        );
        assert_eq!(checked.network.connect_timeout, Duration::from_secs(3));
        assert_eq!(checked.network.total_timeout, Duration::from_secs(8));
    }
}

#[test]
fn a_file_is_read_and_an_unknown_key_is_refused() {
    let text = r#"
        stand = "production"
        client-id = "SIM001"
        redirect-uri = "https://school.example/callback/gosuslugi"
        client-certificate = "/etc/svyazka/client.crt"
        token-algorithm = "GOST3410_2012_256"
        token-certificates = ["/etc/svyazka/esia", { pem = "-----BEGIN" }]
        back-base = "https://gateway.local:8443"
        pkce = "on"

        [signer]
        kind = "command"
        argv = ["csptest", "-in", "{in}", "-out", "{out}"]
        output = "raw-reversed"

        [network]
        private-hosts = ["gateway.local:8443"]
        proxy = "http://user:hunter2@proxy.local:3128"
    "#;
    let settings: Settings = toml::from_str(text).unwrap();
    assert_eq!(settings.token_algorithm, TokenAlgorithm::Gost);
    let SignerSettings::Command(command) = &settings.signer else {
        panic!()
    };
    assert_eq!(command.output, SignatureOrder::RawReversed);
    assert_eq!((command.timeout_ms, command.at_most), (5_000, 4));
    assert!(!format!("{settings:?}").contains("hunter2"));
    assert_eq!(
        keys_of(&settings),
        ["client-certificate", "token-certificates"]
    );
    for unknown in [
        text.replace("pkce =", "pcke ="),
        text.replace("output =", "outptu ="),
        text.replace("proxy =", "porxy ="),
    ] {
        assert!(toml::from_str::<Settings>(&unknown).is_err());
    }
}

#[test]
fn every_error_is_told_with_its_key_at_once() {
    let mut all = settings(Stand::Production);
    all.client_id = "С кириллицей".to_owned();
    all.redirect_uri = "http://school.example/".to_owned();
    all.client_certificate = data("rsa.crt.pem");
    all.signer = SignerSettings::SoftKey {
        key: pem("client.key.pem"),
    };
    all.token_certificates = vec![data("absent.pem")];
    all.front_base = Some("https://esia.gosuslugi.ru/aas".to_owned());
    all.back_base = Some("http://127.0.0.1:1".to_owned());
    all.issuers = Some(vec!["с пробелом".to_owned()]);
    all.scopes = Some(vec!["fullname".to_owned()]);
    all.contact_scopes = Some(vec!["two words".to_owned()]);
    all.clock_leeway_seconds = Some(301);
    assert_eq!(
        keys_of(&all),
        [
            "client-id",
            "redirect-uri",
            "client-certificate",
            "signer.kind",
            "token-certificates",
            "front-base",
            "back-base",
            "issuers",
            "contact-scopes",
            "scopes",
            "clock-leeway-seconds",
        ]
    );
    let text = all.check().unwrap_err().to_string();
    assert_eq!(text.lines().count(), 11, "{text}");
}

#[test]
fn e11_no_scope_that_tells_people_apart_may_be_left_out() {
    let needed = ["openid", "fullname", "birthdate", "snils"];
    for absent in needed {
        let mut settings = settings(Stand::Test);
        let left = needed.into_iter().filter(|scope| *scope != absent);
        settings.scopes = Some(left.map(str::to_owned).collect());
        assert_eq!(keys_of(&settings), ["scopes"], "{absent}");
        let text = settings.check().unwrap_err().to_string();
        assert!(text.contains(absent), "{text}");
    }
    let mut more = settings(Stand::Test);
    more.scopes = Some(
        needed
            .into_iter()
            .chain(["id_doc"])
            .map(str::to_owned)
            .collect(),
    );
    assert_eq!(keys_of(&more), [""; 0]);
}

#[test]
fn each_network_setting_is_checked() {
    let mut all = settings(Stand::Test);
    all.network.private_hosts = vec!["0x7f000001".to_owned(), "gateway.local".to_owned()];
    all.network.roots = vec![data("client.key.pem")];
    all.network.proxy = Some(ProxyText("ftp://proxy".to_owned()));
    all.network.connect_timeout_ms = Some(0);
    all.network.total_timeout_ms = Some(0);
    all.network.max_in_flight = Some(0);
    assert_eq!(
        keys_of(&all),
        [
            "network.private-hosts",
            "network.roots",
            "network.proxy",
            "network.connect-timeout-ms",
            "network.total-timeout-ms",
            "network.max-in-flight",
        ]
    );
}

#[test]
fn j1_no_stand_but_the_demo_speaks_http_and_production_has_no_soft_key() {
    let mut production = settings(Stand::Production);
    production.signer = SignerSettings::SoftKey {
        key: pem("client.key.pem"),
    };
    assert_eq!(keys_of(&production), ["signer.kind"]);
    for stand in [Stand::Test, Stand::Production] {
        let mut settings = settings(stand);
        settings.front_base = Some("http://127.0.0.1:8091".to_owned());
        assert_eq!(keys_of(&settings), ["front-base", "back-base"]);
    }
    let mut demo = settings(Stand::Demo);
    demo.front_base = Some("http://school.example".to_owned());
    assert_eq!(keys_of(&demo), ["front-base", "back-base"]);
    demo.front_base = None;
    demo.issuers = None;
    assert_eq!(keys_of(&demo), ["front-base", "back-base", "issuers"]);
}

#[test]
fn a_redirect_address_has_no_query_and_no_tricks() {
    for bad in [
        "https://school.example/callback?x=1",
        "https://school.example/callback#x",
        "https://user@school.example/callback",
        "http://school.example/callback",
        "school.example/callback",
        "",
    ] {
        let mut settings = settings(Stand::Test);
        settings.redirect_uri = bad.to_owned();
        assert_eq!(keys_of(&settings), ["redirect-uri"], "{bad}");
    }
}

#[test]
fn a_signer_must_be_able_to_sign() {
    let mut command = CommandSettings::new([]);
    command.timeout_ms = 0;
    command.at_most = 0;
    let mut all = settings(Stand::Test);
    all.signer = SignerSettings::Command(command);
    assert_eq!(
        keys_of(&all),
        ["signer.argv", "signer.timeout-ms", "signer.at-most"]
    );
    for key in [
        pem("idp.key.pem"),
        pem("rsa.key.pem"),
        pem("client.crt.pem"),
        data("absent"),
    ] {
        all.signer = SignerSettings::SoftKey { key };
        assert_eq!(keys_of(&all), ["signer.key"]);
    }
}

#[cfg(unix)]
#[test]
fn b10_a_private_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), pem("client.key.pem").read().unwrap()).unwrap();
    let mut settings = settings(Stand::Test);
    settings.signer = SignerSettings::SoftKey {
        key: Material::Path(file.path().to_owned()),
    };
    for (mode, keys) in [
        (0o600, &[][..]),
        (0o400, &[]),
        (0o644, &["signer.key"]),
        (0o640, &["signer.key"]),
    ] {
        fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(keys_of(&settings), keys, "{mode:o}");
        if let Err(errors) = settings.check() {
            let (text, file) = (errors.to_string(), file.path().display().to_string());
            assert!(
                text.contains(&format!("{mode:04o}")) && text.contains(&file),
                "{text}"
            );
        }
    }
    assert!(!format!("{:?}", pem("client.key.pem")).contains("BEGIN"));
}

fn service(url: &str) -> SignerSettings {
    SignerSettings::Http(Box::new(ServiceSettings::new(url)))
}

#[test]
fn a_signing_service_is_called_by_https_or_on_this_machine() {
    for (url, keys) in [
        ("https://sign.region.ru/v1/sign?key=1", &[][..]),
        ("http://127.0.0.1:8085/sign", &[]),
        ("http://localhost:8085/sign", &[]),
        ("http://sign.region.ru/sign", &["signer.url"]),
        ("http://127.0.0.1.evil.ru/", &["signer.url"]),
        ("https://user:secret@sign.region.ru/", &["signer.url"]),
        ("sign.region.ru", &["signer.url"]),
        ("", &["signer.url"]),
    ] {
        let mut all = settings(Stand::Production);
        all.signer = service(url);
        assert_eq!(keys_of(&all), keys, "{url}");
    }
}

#[test]
fn every_error_of_a_signing_service_is_told_with_its_key() {
    let mut wrong = ServiceSettings::new("https://sign.region.ru/");
    wrong.token_file = Some("/nowhere/token".into());
    wrong.client_identity = Some("/nowhere/identity.pem".into());
    wrong.fields.insert("key".to_owned(), "esia".to_owned());
    wrong.certificate_field = Some(String::new());
    wrong.network.private_hosts = vec!["0x7f000001".to_owned()];
    wrong.network.total_timeout_ms = Some(0);
    let mut all = settings(Stand::Production);
    all.next = Some(NextKey {
        client_certificate: data("absent.pem"),
        signer: SignerSettings::Http(Box::new(wrong.clone())),
    });
    all.signer = SignerSettings::Http(Box::new(wrong));
    let own = [
        "signer.token-file",
        "signer.client-identity",
        "signer.certificate-field",
        "signer.fields",
        "signer.certificate-field",
        "signer.network.private-hosts",
        "signer.network.total-timeout-ms",
    ];
    let next = own.map(|key| format!("next.{key}"));
    let expected: Vec<String> = own
        .map(str::to_owned)
        .into_iter()
        .chain(["next.client-certificate".to_owned()])
        .chain(next)
        .collect();
    assert_eq!(keys_of(&all), expected);
    let text = all.check().unwrap_err().to_string();
    assert!(text.contains("/nowhere/token"), "{text}");
}

#[test]
fn a_file_with_a_signing_service_and_the_older_protocol_is_read() {
    let text = r#"
        stand = "production"
        client-id = "SIM001"
        redirect-uri = "https://school.example/callback/gosuslugi"
        client-certificate = "/etc/svyazka/client.crt"
        token-certificates = ["/etc/svyazka/esia"]
        protocol = "v1"
        signed-attributes = "on"

        [signer]
        kind = "http"
        url = "https://sign.region.local:8443/v1/sign"
        token-file = "/etc/svyazka/sign.token"
        message-field = "data"
        signature-field = "signature"
        fields = { key = "esia-2026" }
        encoding = "base64url"
        output = "raw-reversed"

        [signer.network]
        private-hosts = ["sign.region.local:8443"]
    "#;
    let settings: Settings = toml::from_str(text).unwrap();
    assert_eq!(settings.protocol, Protocol::V1);
    let SignerSettings::Http(service) = &settings.signer else {
        panic!()
    };
    assert_eq!(service.encoding, OutputEncoding::Base64url);
    assert_eq!(service.output, SignatureOrder::RawReversed);
    for unknown in [
        text.replace("\"v1\"", "\"v3\""),
        text.replace("token-file", "token"),
        text.replace("private-hosts", "hosts"),
        text.replace("kind = \"http\"", "kind = \"https\""),
    ] {
        assert!(toml::from_str::<Settings>(&unknown).is_err());
    }
}

#[test]
fn the_protocol_and_what_signers_give_must_fit() {
    let giving = |output| {
        let mut command = CommandSettings::new(["sign".to_owned()]);
        command.output = output;
        SignerSettings::Command(command)
    };
    let (raw, cms) = (SignatureOrder::Raw, SignatureOrder::Cms);
    for (protocol, first, next, attributes, keys) in [
        (Protocol::V2, raw, None, None, &[][..]),
        (Protocol::V2, cms, None, None, &["signer.output"]),
        (
            Protocol::V2,
            raw,
            None,
            Some(Switch::Off),
            &["signed-attributes"],
        ),
        (Protocol::V1, raw, None, None, &[]),
        (Protocol::V1, raw, None, Some(Switch::On), &[]),
        (Protocol::V1, cms, None, None, &[]),
        (Protocol::V1, cms, Some(cms), None, &[]),
        (Protocol::V1, cms, Some(raw), None, &["next.signer.output"]),
    ] {
        let mut all = settings(Stand::Production);
        all.protocol = protocol;
        all.signed_attributes = attributes;
        all.signer = giving(first);
        all.next = next.map(|output| NextKey {
            client_certificate: data("client.crt.pem"),
            signer: giving(output),
        });
        assert_eq!(keys_of(&all), keys, "{protocol:?} {first:?} {next:?}");
    }
    let mut pkce = settings(Stand::Test);
    pkce.protocol = Protocol::V1;
    assert_eq!(Checked::of(&pkce).unwrap().pkce, Switch::Off);
    pkce.pkce = Some(Switch::On);
    assert_eq!(keys_of(&pkce), ["pkce"]);
}
