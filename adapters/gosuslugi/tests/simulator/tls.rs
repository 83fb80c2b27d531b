//! ESIA behind a TLS gateway of the operator's own.

use std::sync::Arc;

use linking_core::provider::{ProviderErrorKind as Kind, Step, Switch};
use linking_gosuslugi::Material;
use linking_simulator::TokenAlgorithm;
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    browser::{Landing, Visitor},
    site::{Begun, Site},
};

struct Gateway {
    host: String,
    /// Its certificate, which is its own root.
    root: String,
}

impl Gateway {
    /// A gateway with a certificate of its own, in front of the stand at `base`.
    async fn start(base: &str) -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let behind = base.strip_prefix("http://").unwrap().to_owned();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    // Who does not trust the certificate hangs up.
                    let Ok(mut outside) = acceptor.accept(stream).await else {
                        return;
                    };
                    let mut inside = TcpStream::connect(behind).await.unwrap();
                    copy_bidirectional(&mut outside, &mut inside).await.ok();
                });
            }
        });
        Self {
            host,
            root: made.cert.pem(),
        }
    }
}

/// A person at the callback address, of a site that calls ESIA by a gateway with these roots.
async fn at_the_callback(site: &mut Site, host: &str, roots: Vec<String>) -> (Begun, Landing) {
    site.settings.back_base = Some(format!("https://{host}"));
    site.settings.network.private_hosts = vec![host.to_owned()];
    site.settings.network.roots = roots.into_iter().map(Material::pem).collect();
    let begun = site.begin(Switch::Off).await;
    let landing = site
        .browser()
        .walk(&begun.to, &Visitor::granting("sokolova"))
        .await;
    (begun, landing)
}

#[tokio::test]
async fn i1_a_gateway_is_called_with_its_root_at_hand_and_without_it_the_operator_is_told() {
    let mut site = Site::start(TokenAlgorithm::Rs256).await;
    let gateway = Gateway::start(&site.base).await;
    let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    for roots in [Vec::new(), vec![other.cert.pem()]] {
        let (begun, landing) = at_the_callback(&mut site, &gateway.host, roots).await;
        let error = site.advance(&begun, landing).await.unwrap_err();
        assert_eq!(error.kind, Kind::Configuration, "{error}");
        assert!(error.cause.contains("TLS failed"), "{error}");
        assert_eq!(site.token_calls(), 0, "the code is not spent");
    }
    let roots = vec![other.cert.pem(), gateway.root.clone()];
    let (begun, landing) = at_the_callback(&mut site, &gateway.host, roots).await;
    let step = site.advance(&begun, landing).await;
    assert!(matches!(step, Ok(Step::Verified(_))), "{step:?}");
    assert_eq!(site.token_calls(), 1);
}
