//! Ends and removes what is over, in small batches by the indexes on their ends.

use linking_core::{
    ports::StoreError,
    time::{FLOW_REMAINS, Timestamp},
};

use crate::{connection::query, open::Storage, record::micros, sql};

impl Storage {
    /// One batch: at most `limit` flows end, and as many each of what nothing is left of go.
    pub(crate) async fn sweep_batch(&self, now: Timestamp, limit: u16) -> Result<u64, StoreError> {
        let mut unit = self.begin().await?;
        let mut over = 0;
        for (record, text, until) in [
            ("flow", sql::flow::SWEEP, now - FLOW_REMAINS),
            ("flow", sql::flow::EXPIRE, now),
            ("session", sql::session::SWEEP, now),
            ("attempt", sql::session::SWEEP_ATTEMPTS, now),
            ("request", sql::repeats::SWEEP, now),
            ("known browser", sql::session::SWEEP_KNOWN, now),
            ("ticket", sql::letter::SWEEP_TICKETS, now),
        ] {
            let statement = query(text).bind(micros(until)).bind(i64::from(limit));
            over += unit.write(record, statement).await?;
        }
        unit.commit().await?;
        self.fold_journal().await?;
        Ok(over)
    }
}
