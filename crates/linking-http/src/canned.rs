//! A transport that answers from a script, for tests of adapters.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use crate::{HttpTransport, TransportError};

type Answer = Result<http::Response<Vec<u8>>, TransportError>;
type Script = dyn FnMut(&http::Request<Vec<u8>>) -> Answer + Send;

/// Answers each request by a function and keeps what was asked. It opens no connection.
pub struct CannedTransport {
    script: Mutex<Box<Script>>,
    requests: Mutex<Vec<http::Request<Vec<u8>>>>,
}

impl CannedTransport {
    /// A transport that asks `script` for each answer.
    #[must_use]
    pub fn new(script: impl FnMut(&http::Request<Vec<u8>>) -> Answer + Send + 'static) -> Self {
        Self {
            script: Mutex::new(Box::new(script)),
            requests: Mutex::default(),
        }
    }

    /// What was asked until now, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<http::Request<Vec<u8>>> {
        open(&self.requests).clone()
    }
}

#[async_trait]
impl HttpTransport for CannedTransport {
    async fn send(&self, request: http::Request<Vec<u8>>) -> Answer {
        let answer = open(&self.script)(&request);
        open(&self.requests).push(request);
        answer
    }
}

impl fmt::Debug for CannedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CannedTransport").finish_non_exhaustive()
    }
}

fn open<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
