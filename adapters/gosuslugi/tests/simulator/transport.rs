//! ESIA is away, slow, or something else answers in its place.

use std::time::{Duration, Instant};

use linking_core::provider::{ProviderErrorKind as Kind, Switch};
use linking_simulator::{Fault, Place, TokenAlgorithm, Transport};
use tokio::net::TcpListener;

use crate::{browser::Visitor, site::Site};

async fn impatient() -> Site {
    let mut site = Site::start(TokenAlgorithm::Rs256).await;
    site.settings.network.total_timeout_ms = Some(700);
    site
}

#[tokio::test]
async fn i1_i2_whatever_happens_on_the_way_is_a_passing_fault() {
    let site = impatient().await;
    for place in [Place::Token, Place::Rest] {
        for what in [
            Transport::Html(500),
            Transport::Html(502),
            Transport::Html(503),
            Transport::Html(200),
            Transport::Reset,
            Transport::Delay(60_000),
            Transport::NoAnswer,
            Transport::Half,
            Transport::Endless,
            Transport::Redirect("http://127.0.0.1:9/".to_owned()),
            Transport::Garbage,
        ] {
            site.control.clear_requests();
            site.control
                .set_fault(Fault::Transport(place, what.clone()));
            let begun = site.begin(Switch::Off).await;
            let landing = site
                .browser()
                .walk(&begun.to, &Visitor::granting("sokolova"))
                .await;
            let start = Instant::now();
            let error = site.advance(&begun, landing).await.unwrap_err();
            assert!(
                start.elapsed() < Duration::from_secs(6),
                "{place:?} {what:?}"
            );
            site.control.clear_faults();
            assert_eq!(error.kind, Kind::Unavailable, "{place:?} {what:?}: {error}");
            assert!(site.token_calls() <= 1, "a code is spent once");
            // ESIA is back: the person begins again and gets in.
            site.identity("sokolova").await;
        }
    }
}

#[tokio::test]
async fn g12_a_redirect_of_esia_leads_our_server_nowhere() {
    let inner = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let inside = format!("http://{}/latest/meta-data", inner.local_addr().unwrap());
    let site = impatient().await;
    for place in [Place::Token, Place::Rest] {
        site.control.set_fault_times(
            Fault::Transport(place, Transport::Redirect(inside.clone())),
            1,
        );
        site.sign_in("sokolova").await.unwrap_err();
    }
    let call = tokio::time::timeout(Duration::from_millis(50), inner.accept()).await;
    assert!(call.is_err(), "somebody called");
}

#[tokio::test]
async fn i1_an_esia_that_is_not_there_is_unavailable_and_said_without_the_query() {
    let mut site = impatient().await;
    let begun = site.begin(Switch::Off).await;
    let landing = site
        .browser()
        .walk(&begun.to, &Visitor::granting("sokolova"))
        .await;
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    site.settings.back_base = Some(format!("http://{closed}"));
    let error = site.advance(&begun, landing).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unavailable);
    assert!(error.cause.contains("127.0.0.1"), "{error}");
    assert!(!error.cause.contains("/aas"), "{error}");
}
