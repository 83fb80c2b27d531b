//! Removes what is over, in small batches by the indexes on their ends.

use linking_core::{ports::StoreError, time::Timestamp};

use crate::{connection::query, open::Storage, record::micros, sql};

impl Storage {
    /// One batch: at most `limit` each of flows, sessions and counters.
    pub(crate) async fn sweep_batch(&self, now: Timestamp, limit: u16) -> Result<u64, StoreError> {
        let mut unit = self.begin().await?;
        let mut gone = 0;
        for (record, text) in [
            ("flow", sql::flow::SWEEP),
            ("session", sql::session::SWEEP),
            ("attempt", sql::session::SWEEP_ATTEMPTS),
        ] {
            let statement = query(text).bind(micros(now)).bind(i64::from(limit));
            gone += unit.write(record, statement).await?;
        }
        unit.commit().await?;
        Ok(gone)
    }
}
