//! Counters of wrong passwords (`threats.md` F1, F6; `domain.md`, Numbers). A try is counted before
//! the password is looked at: two hundred in parallel compute no more hashes than the limit
//! allows. What a counter says is [`AttemptCount`]'s to decide.

use linking_core::{
    ports::{AttemptCount, AttemptLimit, AttemptSpan, AttemptVerdict, StoreError, Tried},
    time::Timestamp,
};

use crate::{
    connection::query,
    fault::damaged_column,
    open::Storage,
    record::{Columns, micros},
    row::Row,
    sql,
};

fn count_of(row: &Row) -> Result<AttemptCount, StoreError> {
    let small = |column| {
        let number = row.number(column)?;
        u16::try_from(number).map_err(|_| damaged_column(column))
    };
    Ok(AttemptCount {
        stood: small("stood")?,
        stood_at: row.optional_time("stood_at")?,
        window_from: row.time("window_from")?,
        span: AttemptSpan::from_number(row.number("span")?),
        begun: small("begun")?,
        begun_before: small("begun_before")?,
    })
}

impl Storage {
    /// Counts one try on each counter, or on none where one is shut.
    pub(crate) async fn count_password_attempt(
        &self,
        limits: &[AttemptLimit],
        tried: Tried,
        now: Timestamp,
    ) -> Result<AttemptVerdict, StoreError> {
        let mut unit = self.begin().await?;
        let mut counters = Vec::with_capacity(limits.len());
        // In one order, so that two of them never wait for each other.
        let mut limits: Vec<&AttemptLimit> = limits.iter().collect();
        limits.sort_by_key(|limit| limit.key.to_octets());
        for limit in limits {
            let statement = query(sql::session::ATTEMPTS)
                .bind(limit.key.to_octets())
                .bind(micros(now))
                .bind(AttemptSpan::of(now).number());
            let rows = unit.write_returning("attempt", statement).await?;
            let row = rows.first().ok_or(StoreError::Conflict("attempt"))?;
            counters.push((limit, count_of(row)?));
        }
        let shut = |(limit, count): &(&AttemptLimit, AttemptCount)| count.shut(limit, now);
        if let Some(until) = counters.iter().filter_map(shut).max() {
            return Ok(AttemptVerdict::Paused { until });
        }
        let mut last = None;
        for (limit, before) in counters {
            let (after, pause) = before.counted(limit, tried, now);
            last = last.max(pause);
            let statement = query(sql::session::PUT_ATTEMPTS)
                .bind(limit.key.to_octets())
                .bind(i64::from(after.stood))
                .bind(after.stood_at.map(micros))
                .bind(micros(after.window_from))
                .bind(after.span.number())
                .bind(i64::from(after.begun))
                .bind(i64::from(after.begun_before))
                .bind(micros(after.ends_at(limit, now)));
            unit.write("attempt", statement).await?;
        }
        unit.commit().await?;
        Ok(AttemptVerdict::Go { last })
    }
}
