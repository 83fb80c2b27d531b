//! Stops calling a provider that is away.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::Instant;

use crate::{HttpTransport, TransportError, TransportErrorKind};

/// A transport that, after five calls in a row without an answer, makes none for ten seconds and
/// then tries with one (`threats.md` I1): while a provider is away nobody waits for its time
/// limit, and its return is not met by a crowd. Any answer counts as an answer, whatever its
/// status.
#[derive(Debug)]
pub struct Breaker {
    inner: Arc<dyn HttpTransport>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    faults: u32,
    shut_until: Option<Instant>,
}

const FAULTS: u32 = 5;
const PAUSE: Duration = Duration::from_secs(10);

impl Breaker {
    /// Guards a transport.
    #[must_use]
    pub fn new(inner: Arc<dyn HttpTransport>) -> Self {
        Self {
            inner,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a call may be made. The one that tries after a pause shuts the way behind it, so
    /// that it is alone whether it ends or is cancelled.
    fn is_open(&self, now: Instant) -> bool {
        let mut state = self.state();
        match state.shut_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                state.shut_until = Some(now + PAUSE);
                true
            }
        }
    }

    fn note(&self, answered: bool, now: Instant) {
        let mut state = self.state();
        if answered {
            *state = State::default();
            return;
        }
        state.faults = state.faults.saturating_add(1);
        if state.faults >= FAULTS {
            state.shut_until = Some(now + PAUSE);
        }
    }
}

#[async_trait]
impl HttpTransport for Breaker {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        if !self.is_open(Instant::now()) {
            let host = request.uri().host().unwrap_or_default().to_owned();
            return Err(TransportError::new(TransportErrorKind::Paused).at(&host));
        }
        let answer = self.inner.send(request).await;
        match &answer {
            Ok(_) => self.note(true, Instant::now()),
            Err(error) if error.is_retryable() => self.note(false, Instant::now()),
            // Our own rules stopped it, or the answer was too long: the provider is there.
            Err(_) => {}
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::CannedTransport;

    struct Way {
        peer: Arc<CannedTransport>,
        breaker: Breaker,
        up: Arc<AtomicBool>,
    }

    fn way(kind: TransportErrorKind) -> Way {
        let up = Arc::new(AtomicBool::new(false));
        let is_up = Arc::clone(&up);
        let peer = Arc::new(CannedTransport::new(move |_| {
            if is_up.load(Ordering::SeqCst) {
                Ok(http::Response::builder()
                    .status(502)
                    .body(Vec::new())
                    .unwrap())
            } else {
                Err(TransportError::new(kind))
            }
        }));
        let inner: Arc<dyn HttpTransport> = peer.clone();
        Way {
            peer,
            breaker: Breaker::new(inner),
            up,
        }
    }

    impl Way {
        async fn call(&self) -> Result<(), TransportErrorKind> {
            let request = http::Request::get("https://esia.example/")
                .body(Vec::new())
                .unwrap();
            self.breaker
                .send(request)
                .await
                .map(|_| ())
                .map_err(|error| error.kind())
        }

        fn calls(&self) -> usize {
            self.peer.requests().len()
        }
    }

    const AWAY: Result<(), TransportErrorKind> = Err(TransportErrorKind::Timeout);
    const PAUSED: Result<(), TransportErrorKind> = Err(TransportErrorKind::Paused);

    #[tokio::test(start_paused = true)]
    async fn i1_after_five_faults_nobody_waits_and_one_tries_after_a_pause() {
        let way = way(TransportErrorKind::Timeout);
        for _ in 0..5 {
            assert_eq!(way.call().await, AWAY);
        }
        for _ in 0..100 {
            assert_eq!(way.call().await, PAUSED);
        }
        assert_eq!(way.calls(), 5);
        tokio::time::advance(PAUSE).await;
        assert_eq!(way.call().await, AWAY, "the one that tries");
        assert_eq!(way.call().await, PAUSED);
        tokio::time::advance(PAUSE).await;
        way.up.store(true, Ordering::SeqCst);
        assert_eq!(way.call().await, Ok(()));
        assert_eq!(way.call().await, Ok(()));
        assert_eq!(way.calls(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn i1_an_answer_in_between_starts_the_count_anew() {
        let way = way(TransportErrorKind::Timeout);
        for _ in 0..3 {
            for _ in 0..4 {
                assert_eq!(way.call().await, AWAY);
            }
            way.up.store(true, Ordering::SeqCst);
            assert_eq!(way.call().await, Ok(()));
            way.up.store(false, Ordering::SeqCst);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_our_own_rules_stop_is_no_fault_of_the_provider() {
        let way = way(TransportErrorKind::BodyTooLarge);
        for _ in 0..10 {
            assert_eq!(way.call().await, Err(TransportErrorKind::BodyTooLarge));
        }
    }
}
