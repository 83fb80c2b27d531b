//! One time limit for the whole of taking an answer up (`domain.md`, Numbers: 8 s).

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use linking_core::{
    ports::{IdentityProvider, Randomness},
    provider::{Answer, ProviderErrorKind as Kind, Step, Switch},
};
use linking_http::{HttpTransport, TransportError};
use serde_json::json;
use tokio::time::Instant;

use super::stand::{self, Counting, Esia, Play, STATE_TEXT};
use crate::{Gosuslugi, TokenAlgorithm};

/// Answers as a canned ESIA does, each call after its time.
#[derive(Debug)]
struct Slow {
    esia: Arc<dyn HttpTransport>,
    token: u64,
    person: u64,
    contacts: u64,
}

#[async_trait]
impl HttpTransport for Slow {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        let path = request.uri().path();
        let seconds = if path.ends_with("/ctts") {
            self.contacts
        } else if path.ends_with("/te") {
            self.token
        } else {
            self.person
        };
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        self.esia.send(request).await
    }
}

async fn sign_in(
    times: (u64, u64, u64),
) -> (
    Result<Step, linking_core::provider::ProviderError>,
    Duration,
) {
    let esia = Esia::new(Play {
        embeds: false,
        ..Play::default()
    });
    let state = esia.begun(Switch::On).await;
    let code = esia.code(&json!({}));
    let answer = Answer::Callback(stand::params(&[("state", STATE_TEXT), ("code", &code)]));
    let (token, person, contacts) = times;
    let slow = Slow {
        esia: esia.transport(),
        token,
        person,
        contacts,
    };
    let random: Arc<dyn Randomness> = Arc::new(Counting::default());
    let settings = stand::settings(TokenAlgorithm::Gost);
    let adapter =
        Gosuslugi::with_transport(&stand::provider(), &settings, Arc::new(slow), random).unwrap();
    let begun = Instant::now();
    let step = adapter.advance(stand::resume(state, answer)).await;
    (step, begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn i2_many_slow_answers_take_no_longer_than_one() {
    for times in [(5, 5, 0), (9, 0, 0), (0, 9, 0), (7, 7, 7)] {
        let (step, took) = sign_in(times).await;
        assert_eq!(step.unwrap_err().kind, Kind::Unavailable, "{times:?}");
        assert_eq!(took, Duration::from_secs(8), "{times:?}");
    }
    let (step, took) = sign_in((3, 3, 1)).await;
    assert!(matches!(step, Ok(Step::Verified(_))), "{step:?}");
    assert_eq!(took, Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn i2_contacts_that_are_slow_cost_no_sign_in() {
    let (step, took) = sign_in((1, 1, 60)).await;
    let Ok(Step::Verified(identity)) = step else {
        panic!("{step:?}")
    };
    assert_eq!(identity.claims.contacts, None);
    assert_eq!(took, Duration::from_secs(8));
}
