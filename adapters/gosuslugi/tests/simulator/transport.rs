//! ESIA is away, slow, or something else answers in its place.

use linking_core::provider::{ProviderErrorKind as Kind, Switch};
use linking_simulator::{Fault, Place, TokenAlgorithm, Transport};
use tokio::net::TcpListener;

use crate::{browser::Visitor, site::Site};

#[tokio::test]
async fn i1_i2_whatever_happens_on_the_way_is_a_passing_fault() {
    let mut site = Site::start(TokenAlgorithm::Rs256).await;
    let patient = site.settings.network.total_timeout_ms;
    for place in [Place::Token, Place::Rest] {
        for (what, cause) in [
            (Transport::Html(500), "status 500"),
            (Transport::Html(502), "status 502"),
            (Transport::Html(503), "status 503"),
            (Transport::Html(200), "status 200"),
            (Transport::Reset, "answer is broken"),
            (Transport::Delay(60_000), "time limit passed"),
            (Transport::NoAnswer, "time limit passed"),
            (Transport::Half, "answer is broken"),
            (Transport::Endless, "answer is too long"),
            (
                Transport::Redirect("http://127.0.0.1:9/".to_owned()),
                "status 30",
            ),
            (Transport::Garbage, "status 200"),
        ] {
            site.control.clear_requests();
            site.control
                .set_fault(Fault::Transport(place, what.clone()));
            let begun = site.begin(Switch::Off).await;
            let landing = site
                .browser()
                .walk(&begun.to, &Visitor::granting("sokolova"))
                .await;
            // Only what must not come in time has a short one.
            site.settings.network.total_timeout_ms = match what {
                Transport::Delay(_) | Transport::NoAnswer => Some(300),
                _ => patient,
            };
            let error = site.advance(&begun, landing).await.unwrap_err();
            site.settings.network.total_timeout_ms = patient;
            site.control.clear_faults();
            assert_eq!(error.kind, Kind::Unavailable, "{place:?} {what:?}: {error}");
            assert!(error.cause.contains(cause), "{place:?} {what:?}: {error}");
            assert!(site.token_calls() <= 1, "a code is spent once");
            assert!(site.calls("/rs/") <= 1, "nobody is asked twice");
            // ESIA is back: the person begins again and gets in.
            site.identity("sokolova").await;
        }
    }
}

#[tokio::test]
async fn g12_a_redirect_of_esia_leads_our_server_nowhere() {
    // Who called stands in the queue at once, whether or not anybody takes it from there.
    let inner = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    inner.set_nonblocking(true).unwrap();
    let inside = format!("http://{}/latest/meta-data", inner.local_addr().unwrap());
    let site = Site::start(TokenAlgorithm::Rs256).await;
    for place in [Place::Token, Place::Rest] {
        site.control.set_fault_times(
            Fault::Transport(place, Transport::Redirect(inside.clone())),
            1,
        );
        site.sign_in("sokolova").await.unwrap_err();
    }
    let call = inner.accept().unwrap_err();
    assert_eq!(
        call.kind(),
        std::io::ErrorKind::WouldBlock,
        "somebody called"
    );
}

#[tokio::test]
async fn i1_an_esia_that_is_not_there_is_unavailable_and_said_without_the_query() {
    let mut site = Site::start(TokenAlgorithm::Rs256).await;
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
