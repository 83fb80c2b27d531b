//! The crate against OpenSSL with gost-engine, both ways, with fresh keys for every name of a
//! curve.
//!
//! OpenSSL is the judge here, so its absence is a failure and no reason to skip: on Debian,
//! `apt-get install openssl libengine-gost-openssl`. The engine is loaded by a configuration file
//! that the child processes alone are pointed at.

#[cfg(test)]
mod peer {
    use std::{
        num::NonZeroU64,
        path::{Path, PathBuf},
        process::{Command, Output},
    };

    use gost_signature::{
        Certificate, ParamSet, PrivateKeyError, PublicKeyError, Signature, SigningKey,
        cms::{SignedAttributes, sign_detached, verify_detached, verify_detached_by},
        jws::{UnverifiedJws, sign_gost, verify_gost},
        self_signed_certificate,
    };
    use tempfile::TempDir;

    const MESSAGE: &[u8] = b"scope2026.01.15 12:30:45 +0300\r\n\x00\xffstate";
    const NOW: i64 = 1_800_000_000;
    const FORMS: [SignedAttributes; 2] = [
        SignedAttributes::None,
        SignedAttributes::Present { signing_time: NOW },
    ];

    /// The engine's names of the supported sets.
    const SETS: [(&str, ParamSet); 8] = [
        ("A", ParamSet::CryptoProA),
        ("B", ParamSet::CryptoProB),
        ("C", ParamSet::CryptoProC),
        ("XA", ParamSet::CryptoProXchA),
        ("XB", ParamSet::CryptoProXchB),
        ("TCB", ParamSet::Tc26B),
        ("TCC", ParamSet::Tc26C),
        ("TCD", ParamSet::Tc26D),
    ];

    /// A folder in which OpenSSL works, with the message in it.
    struct Folder(TempDir);

    impl Folder {
        fn new() -> Self {
            let folder = Self(TempDir::new().unwrap());
            folder.write("m", MESSAGE);
            folder
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn write(&self, name: &str, octets: impl AsRef<[u8]>) {
            std::fs::write(self.path(name), octets).unwrap();
        }

        fn read(&self, name: &str) -> Vec<u8> {
            std::fs::read(self.path(name)).unwrap()
        }

        fn text(&self, name: &str) -> String {
            String::from_utf8(self.read(name)).unwrap()
        }

        /// Runs `openssl` with these arguments, separated by spaces.
        fn try_openssl(&self, arguments: &str) -> Output {
            let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/openssl-gost.cnf");
            Command::new("openssl")
                .args(arguments.split(' '))
                .current_dir(self.0.path())
                .env("OPENSSL_CONF", config)
                .output()
                .expect("openssl is needed: apt-get install openssl libengine-gost-openssl")
        }

        fn openssl(&self, arguments: &str) -> Vec<u8> {
            let output = self.try_openssl(arguments);
            assert!(
                output.status.success(),
                "`openssl {arguments}` failed (is libengine-gost-openssl installed?): {}",
                String::from_utf8_lossy(&output.stderr)
            );
            output.stdout
        }

        fn openssl_refuses(&self, arguments: &str) {
            assert!(
                !self.try_openssl(arguments).status.success(),
                "accepted: {arguments}"
            );
        }

        /// A fresh key `k` and its certificate `c`, made by OpenSSL.
        fn pair_of_openssl(&self, set: &str) -> (SigningKey, Certificate) {
            self.openssl(&format!(
                "genpkey -algorithm gost2012_256 -pkeyopt paramset:{set} -out k"
            ));
            self.openssl(
                "req -new -x509 -utf8 -md_gost12_256 -key k -days 30 -subj /CN=peer -out c",
            );
            let key = SigningKey::from_pkcs8_pem(&self.text("k")).unwrap();
            (key, Certificate::from_pem(&self.text("c")).unwrap())
        }

        /// A fresh key `k` and its certificate `c`, made here.
        fn own_pair(&self, set: ParamSet) -> (SigningKey, Certificate) {
            let entropy: [u8; 32] = self.openssl("rand 32").try_into().unwrap();
            let key = SigningKey::generate(&entropy, set);
            let serial = NonZeroU64::new(u64::MAX).unwrap();
            // OpenSSL compares with its own clock, which this test doesn't know.
            let certificate =
                self_signed_certificate(&key, "Проверка", serial, 0, 4_000_000_000, &[4; 32])
                    .unwrap();
            self.write("k", key.to_pkcs8_pem().unwrap().as_bytes());
            self.write("c", certificate.to_pem().unwrap());
            (key, certificate)
        }

        fn public_key(&self) {
            self.openssl("x509 -in c -noout -pubkey -out pub");
        }
    }

    #[test]
    fn the_engine_is_there() {
        let engines = Folder::new().openssl("engine -t gost");
        assert!(
            String::from_utf8(engines)
                .unwrap()
                .contains("[ available ]")
        );
    }

    #[test]
    fn keys_and_certificates_of_openssl_are_read() {
        for (name, set) in SETS {
            let folder = Folder::new();
            let (key, certificate) = folder.pair_of_openssl(name);
            assert_eq!(key.verifying_key().param_set(), set);
            assert_eq!(certificate.verifying_key(), key.verifying_key());
            let spki = folder.openssl("pkey -in k -pubout -outform DER");
            assert_eq!(key.verifying_key().to_spki_der().unwrap(), spki, "{name}");
            folder.openssl("x509 -in c -outform DER -out d");
            let digest = String::from_utf8(folder.openssl("dgst -md_gost12_256 -r d")).unwrap();
            assert_eq!(
                digest.split(' ').next().unwrap().to_uppercase(),
                certificate.hash_hex()
            );
        }
    }

    #[test]
    fn raw_signatures_pass_both_ways() {
        for (name, _) in SETS {
            let folder = Folder::new();
            let (key, certificate) = folder.pair_of_openssl(name);
            folder.public_key();

            let theirs = folder.openssl("dgst -md_gost12_256 -sign k m");
            let theirs = Signature::from_slice(&theirs).unwrap();
            certificate
                .verifying_key()
                .verify(MESSAGE, &theirs)
                .unwrap();

            let ours = key.sign(MESSAGE, &[1; 32]);
            folder.write("s", ours.as_bytes());
            folder.openssl("dgst -md_gost12_256 -verify pub -signature s m");
            let mut changed = *ours.as_bytes();
            changed[40] ^= 1;
            folder.write("s", changed);
            folder.openssl_refuses("dgst -md_gost12_256 -verify pub -signature s m");
        }
    }

    #[test]
    fn own_keys_and_certificates_are_taken_by_openssl() {
        for (name, set) in SETS {
            let folder = Folder::new();
            let (key, certificate) = folder.own_pair(set);
            let spki = folder.openssl("pkey -in k -pubout -outform DER");
            assert_eq!(key.verifying_key().to_spki_der().unwrap(), spki, "{name}");
            folder.openssl("verify -CAfile c -check_ss_sig c");
            let text = folder.openssl("x509 -in c -noout -text -nameopt utf8");
            let text = String::from_utf8(text).unwrap();
            assert!(text.contains("Version: 3"), "{text}");
            assert!(text.contains("Проверка"), "{text}");
            assert!(
                text.contains("Digital Signature, Non Repudiation"),
                "{text}"
            );

            let theirs = folder.openssl("dgst -md_gost12_256 -sign k m");
            let theirs = Signature::from_slice(&theirs).unwrap();
            certificate
                .verifying_key()
                .verify(MESSAGE, &theirs)
                .unwrap();
        }
    }

    /// `openssl verify -check_ss_sig` does look at the signature of a self-signed certificate.
    #[test]
    fn a_changed_self_signed_certificate_is_refused_by_openssl() {
        let folder = Folder::new();
        let (_, certificate) = folder.own_pair(ParamSet::CryptoProXchA);
        folder.openssl("verify -CAfile c -check_ss_sig c");
        let mut changed = certificate.der().to_vec();
        *changed.last_mut().unwrap() ^= 1;
        let changed = Certificate::from_der(&changed).unwrap();
        folder.write("c", changed.to_pem().unwrap());
        folder.openssl_refuses("verify -CAfile c -check_ss_sig c");
    }

    #[test]
    fn the_wrapped_key_form_of_openssl_is_read() {
        let folder = Folder::new();
        let (key, _) = folder.pair_of_openssl("XA");
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/openssl-gost.cnf");
        let status = Command::new("openssl")
            .args(["pkey", "-in", "k", "-out", "w"])
            .current_dir(folder.0.path())
            .envs([
                ("OPENSSL_CONF", config.as_os_str()),
                ("GOST_PK_FORMAT", "LEGACY_PK_WRAP".as_ref()),
            ])
            .status()
            .unwrap();
        assert!(status.success());
        assert_ne!(folder.read("w"), folder.read("k"));
        let wrapped = SigningKey::from_pkcs8_pem(&folder.text("w")).unwrap();
        assert_eq!(wrapped.verifying_key(), key.verifying_key());
    }

    #[test]
    fn cms_of_openssl_is_accepted() {
        let forms = [
            "cms",
            "cms -noattr",
            "cms -cades",
            "cms -keyid",
            "smime",
            "smime -noattr",
        ];
        for (name, _) in SETS {
            let folder = Folder::new();
            let (_, certificate) = folder.pair_of_openssl(name);
            for form in forms {
                let (tool, options) = form.split_once(' ').unwrap_or((form, "-binary"));
                let der = folder.openssl(&format!(
                    "{tool} -sign -binary {options} -in m -signer c -inkey k -md md_gost12_256 \
                     -outform DER"
                ));
                let found = verify_detached(&der, MESSAGE).unwrap();
                assert_eq!(found, certificate, "{name} {form}");
                verify_detached_by(&der, MESSAGE, &certificate).unwrap();
                verify_detached(&der, b"another content").unwrap_err();
            }
        }
    }

    #[test]
    fn own_cms_is_accepted_by_openssl() {
        for (name, set) in SETS {
            let folder = Folder::new();
            // Once with a key and a certificate of theirs, once with ours.
            for (key, certificate) in [folder.pair_of_openssl(name), folder.own_pair(set)] {
                folder.write("c", certificate.to_pem().unwrap());
                folder.write("other", b"another content");
                for form in FORMS {
                    let der = sign_detached(MESSAGE, &key, &certificate, form, &[2; 32]).unwrap();
                    folder.write("p7s", der);
                    for tool in ["cms", "smime"] {
                        let verify = |content: &str| {
                            format!(
                                "{tool} -verify -binary -inform DER -in p7s -content {content} \
                                 -CAfile c -purpose any -out out"
                            )
                        };
                        folder.openssl(&verify("m"));
                        assert_eq!(folder.read("out"), MESSAGE);
                        folder.openssl_refuses(&verify("other"));
                    }
                }
            }
        }
    }

    #[test]
    fn tokens_pass_both_ways() {
        const HEADER: &str = r#"{"typ":"JWT","alg":"GOST3410_2012_256"}"#;
        let folder = Folder::new();
        let (key, certificate) = folder.own_pair(ParamSet::CryptoProXchA);
        folder.public_key();
        let token = sign_gost(HEADER, r#"{"sub":1}"#, &key, &[3; 32]);
        let jws = UnverifiedJws::parse(&token).unwrap();
        folder.write("input", jws.signing_input());
        folder.write("s", jws.signature());
        folder.openssl("dgst -md_gost12_256 -verify pub -signature s input");

        let theirs = folder.openssl("dgst -md_gost12_256 -sign k input");
        let theirs = Signature::from_slice(&theirs).unwrap().to_base64url();
        let (input, ours) = token.rsplit_once('.').unwrap();
        assert_ne!(theirs, ours, "the engine's nonce is random");
        let token = format!("{input}.{theirs}");
        verify_gost(UnverifiedJws::parse(&token).unwrap(), &[certificate], NOW).unwrap();
    }

    #[test]
    fn unsupported_curves_of_openssl_are_refused() {
        for (name, error) in [
            ("TCA", PublicKeyError::Tc26A),
            ("0", PublicKeyError::ExampleCurve),
        ] {
            let folder = Folder::new();
            folder.openssl(&format!(
                "genpkey -algorithm gost2012_256 -pkeyopt paramset:{name} -out k"
            ));
            let result = SigningKey::from_pkcs8_pem(&folder.text("k"));
            assert_eq!(result.unwrap_err(), PrivateKeyError::Algorithm(error));
        }
        let folder = Folder::new();
        folder.openssl("genpkey -algorithm gost2012_512 -pkeyopt paramset:A -out k");
        let result = SigningKey::from_pkcs8_pem(&folder.text("k"));
        assert_eq!(
            result.unwrap_err(),
            PrivateKeyError::Algorithm(PublicKeyError::Bits512)
        );
        folder.openssl("genpkey -algorithm gost2001 -pkeyopt paramset:A -out k");
        let result = SigningKey::from_pkcs8_pem(&folder.text("k"));
        assert_eq!(
            result.unwrap_err(),
            PrivateKeyError::Algorithm(PublicKeyError::Gost2001)
        );
    }

    /// Where the engine is lax and this crate isn't.
    #[test]
    fn a_signature_of_65_octets_passes_the_engine_and_is_refused_here() {
        let folder = Folder::new();
        let (key, _) = folder.own_pair(ParamSet::CryptoProXchA);
        folder.public_key();
        let longer = [key.sign(MESSAGE, &[1; 32]).as_bytes().as_slice(), &[0]].concat();
        folder.write("s", &longer);
        folder.openssl("dgst -md_gost12_256 -verify pub -signature s m");
        Signature::from_slice(&longer).unwrap_err();
    }
}
