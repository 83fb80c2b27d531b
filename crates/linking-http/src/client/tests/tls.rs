//! TLS of the outgoing client.

use super::*;

#[tokio::test]
async fn i1_tls_is_checked_against_the_providers_roots() {
    install_crypto_provider();
    let made = rcgen::generate_simple_self_signed(["gateway.example".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let peer = Peer::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let mut octets = [0; 1024];
            let _ = stream.read(&mut octets).await;
            stream
                .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                .await
                .ok();
        }
    })
    .await;
    let host: crate::HostRule = format!("gateway.example:{}", peer.address.port())
        .parse()
        .unwrap();
    let call = async |roots: Vec<Vec<u8>>| {
        let rules = EgressRules::new([host.clone()]).with_private_hosts([host.clone()]);
        let settings = ClientSettings {
            roots: Roots::Only(roots),
            ..ClientSettings::new(rules)
        };
        let resolver = ScriptedResolver::new(&[&["127.0.0.1"]]);
        let client = HttpClient::with_resolver(settings, resolver)?;
        Ok::<_, ClientError>(get(&client, &format!("https://{host}/")).await)
    };
    let other = rcgen::generate_simple_self_signed(["gateway.example".to_owned()]).unwrap();
    let trusted = call(vec![made.cert.pem().into_bytes()]).await.unwrap();
    assert_eq!(trusted.unwrap().status(), 204);
    let error = call(vec![other.cert.pem().into_bytes()])
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Tls, "{error}");
    assert!(matches!(
        call(vec![b"no certificate".to_vec()]).await,
        Err(ClientError::Root(_))
    ));
}

/// The root of a certificate authority, and an identity of its making.
fn issued(host: &str) -> (String, String) {
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let root = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new([host.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let identity = format!("{}{}", certificate.pem(), key.serialize_pem());
    (root, identity)
}

#[tokio::test]
async fn b10_a_peer_that_asks_for_a_certificate_gets_ours_and_nobody_else_gets_in() {
    install_crypto_provider();
    let server = rcgen::generate_simple_self_signed(["sign.example".to_owned()]).unwrap();
    let key =
        rustls::pki_types::PrivateKeyDer::try_from(server.signing_key.serialize_der()).unwrap();
    let (root, ours) = issued("diary.example");
    let (_, strange) = issued("diary.example");
    let mut roots = rustls::RootCertStore::empty();
    let der = CertificateDer::from_pem_slice(root.as_bytes());
    roots.add(der.unwrap()).unwrap();
    let asked = rustls::server::WebPkiClientVerifier::builder(Arc::new(roots)).build();
    let config = rustls::ServerConfig::builder()
        .with_client_cert_verifier(asked.unwrap())
        .with_single_cert(vec![server.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let peer = Peer::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let mut octets = [0; 1024];
            let _ = stream.read(&mut octets).await;
            stream
                .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                .await
                .ok();
        }
    })
    .await;
    let host: crate::HostRule = format!("sign.example:{}", peer.address.port())
        .parse()
        .unwrap();
    for (identity, gets_in) in [(Some(&ours), true), (Some(&strange), false), (None, false)] {
        let rules = EgressRules::new([host.clone()]).with_private_hosts([host.clone()]);
        let identity = identity.map(|pem| ClientIdentity::from_pem(pem.as_bytes()).unwrap());
        let settings = ClientSettings {
            roots: Roots::Only(vec![server.cert.pem().into_bytes()]),
            identity,
            ..ClientSettings::new(rules)
        };
        assert!(!format!("{settings:?}").contains("PRIVATE"));
        let resolver = ScriptedResolver::new(&[&["127.0.0.1"]]);
        let client = HttpClient::with_resolver(settings, resolver).unwrap();
        let found = get(&client, &format!("https://{host}/")).await;
        assert_eq!(found.is_ok(), gets_in, "{found:?}");
    }
    for bad in ["", "no certificate", &root] {
        assert!(ClientIdentity::from_pem(bad.as_bytes()).is_err());
    }
}
