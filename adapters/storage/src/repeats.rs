//! The port `Repeats`.

use async_trait::async_trait;
use linking_core::{
    ports::{Repeats, Sealed, StoreError, Tag},
    repeat::{FIRST_HOLDER, KnownRequest},
    time::{REPLY_LIFE, Timestamp},
};

use crate::{
    connection::query,
    open::Storage,
    record::{Columns, micros, stored},
    sql::repeats as sql,
};

/// What the records are called in conflicts.
const RECORD: &str = "request";

#[async_trait]
impl Repeats for Storage {
    async fn begin_request(
        &self,
        key: &Tag,
        digest: &Tag,
        now: Timestamp,
    ) -> Result<Option<KnownRequest>, StoreError> {
        let mut unit = self.begin().await?;
        let begin = query(sql::BEGIN)
            .bind(key.to_octets())
            .bind(digest.to_octets())
            .bind(micros(now))
            .bind(stored(FIRST_HOLDER))
            .bind(micros(now + REPLY_LIFE));
        if unit.write(RECORD, begin).await? > 0 {
            unit.commit().await?;
            return Ok(None);
        }
        let known = query(sql::KNOWN).bind(key.to_octets());
        let row = unit.row(known).await?;
        let row = row.ok_or(StoreError::Conflict(RECORD))?;
        Ok(Some(KnownRequest {
            digest: row.tag("digest")?,
            begun_at: row.time("begun_at")?,
            holder: row.natural("holder")?,
            reply: row.read::<Option<Vec<u8>>>("reply")?.map(Sealed::new),
        }))
    }

    async fn take_request_over(
        &self,
        key: &Tag,
        read: &KnownRequest,
        digest: &Tag,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut unit = self.begin().await?;
        let take_over = query(sql::TAKE_OVER)
            .bind(key.to_octets())
            .bind(stored(read.holder))
            .bind(digest.to_octets())
            .bind(micros(now))
            .bind(micros(now + REPLY_LIFE));
        unit.write_one(RECORD, take_over).await?;
        unit.commit().await?;
        Ok(read.holder.saturating_add(1))
    }

    async fn keep_reply(
        &self,
        key: &Tag,
        holder: u64,
        reply: &Sealed,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut unit = self.begin().await?;
        let keep = query(sql::KEEP)
            .bind(key.to_octets())
            .bind(stored(holder))
            .bind(reply.octets().to_vec())
            .bind(micros(now + REPLY_LIFE));
        unit.write(RECORD, keep).await?;
        unit.commit().await
    }

    async fn forget_request(&self, key: &Tag, holder: u64) -> Result<(), StoreError> {
        let mut unit = self.begin().await?;
        let forget = query(sql::FORGET)
            .bind(key.to_octets())
            .bind(stored(holder));
        unit.write(RECORD, forget).await?;
        unit.commit().await
    }
}
