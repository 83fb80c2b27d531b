//! The port of requests that their senders may repeat.

use std::fmt;

use async_trait::async_trait;

use crate::{
    ports::{Sealed, StoreError, Tag},
    repeat::KnownRequest,
    time::Timestamp,
};

/// Remembers requests that their senders may repeat, and their answers. What is over is removed
/// by [`Store::sweep`](crate::ports::Store::sweep).
#[async_trait]
pub trait Repeats: fmt::Debug + Send + Sync {
    /// Notes a request as being at work, where nothing is known under its key; else gives what
    /// is known and changes nothing. Of two at once one alone is noted.
    async fn begin_request(
        &self,
        key: &Tag,
        digest: &Tag,
        now: Timestamp,
    ) -> Result<Option<KnownRequest>, StoreError>;

    /// Notes a request in the place of one that is lost or over; [`StoreError::Conflict`] if
    /// somebody else did. Gives the number by which it is held from now on.
    async fn take_request_over(
        &self,
        key: &Tag,
        read: &KnownRequest,
        digest: &Tag,
        now: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Keeps the answer, if the request is still held by that number.
    async fn keep_reply(
        &self,
        key: &Tag,
        holder: u64,
        reply: &Sealed,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Forgets a request that came to no answer worth keeping, if it is still held by that
    /// number.
    async fn forget_request(&self, key: &Tag, holder: u64) -> Result<(), StoreError>;
}
