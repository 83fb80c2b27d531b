//! One time limit for all that taking an answer up may need (`domain.md`, Numbers).

use std::sync::Arc;

use async_trait::async_trait;
use http::{Request, Response};
use linking_http::{HttpTransport, TransportError, TransportErrorKind};
use tokio::time::{Instant, timeout_at};

/// A transport whose calls end at an instant, whatever each alone may take.
#[derive(Debug)]
pub(super) struct Until {
    pub(super) transport: Arc<dyn HttpTransport>,
    pub(super) end: Instant,
}

#[async_trait]
impl HttpTransport for Until {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError> {
        timeout_at(self.end, self.transport.send(request))
            .await
            .unwrap_or(Err(TransportError::new(TransportErrorKind::Timeout)))
    }
}
