//! Tickets of letters, and what letters are due for, under leases.

use async_trait::async_trait;
use linking_core::{
    event::Event,
    letter::{RestoreRequest, Ticket, TicketPurpose},
    ports::{Due, LeasedDue, Outbox, Settled, StoreError},
    session::AgentLabel,
    time::Timestamp,
};

use crate::{
    connection::{Unit, query},
    fault::damaged_column,
    open::Storage,
    record::{Columns, json_text, micros},
    row::Row,
    sealing::{open_restore, seal_restore},
    sql::letter as sql,
    statement::Query,
};

pub(crate) fn ticket(row: &Row) -> Result<Ticket, StoreError> {
    Ok(Ticket {
        secret: row.tag("secret")?,
        account: row.id("account")?,
        address: row.tag("address")?,
        purpose: row.json("purpose")?,
        made_at: row.time("made_at")?,
        ends_at: row.time("ends_at")?,
        used_at: row.optional_time("used_at")?,
    })
}

pub(crate) fn insert_ticket(ticket: &Ticket) -> Result<Query, StoreError> {
    Ok(query(sql::INSERT_TICKET)
        .bind(ticket.secret.to_octets())
        .bind(ticket.account.uuid())
        .bind(ticket.address.to_octets())
        .bind(json_text(&ticket.purpose)?)
        .bind(matches!(ticket.purpose, TicketPurpose::Restore { .. }))
        .bind(micros(ticket.made_at))
        .bind(micros(ticket.ends_at))
        .bind(ticket.used_at.map(micros)))
}

impl Unit<'_> {
    pub(crate) async fn insert_restore(
        &mut self,
        request: &RestoreRequest,
        vault: &dyn linking_core::ports::Vault,
    ) -> Result<(), StoreError> {
        let statement = query(sql::INSERT_RESTORE)
            .bind(request.id.uuid())
            .bind(micros(request.at))
            .bind(seal_restore(vault, request)?);
        self.write_one("restore request", statement).await
    }
}

fn tries(row: &Row) -> Result<u16, StoreError> {
    u16::try_from(row.number("tries")?).map_err(|_| damaged_column("tries"))
}

fn event(row: &Row) -> Result<Event, StoreError> {
    let agent: Option<String> = row.read("agent")?;
    Ok(Event {
        id: row.id("id")?,
        account: row.id("account")?,
        at: row.time("at")?,
        agent: agent.as_deref().map(AgentLabel::new),
        body: row.json("body")?,
    })
}

impl Storage {
    async fn take(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u16,
    ) -> Result<Vec<LeasedDue>, StoreError> {
        let take = |text| {
            query(text)
                .bind(micros(now))
                .bind(micros(until))
                .bind(i64::from(limit))
        };
        let mut unit = self.begin().await?;
        let events = unit
            .write_returning("outbox", take(sql::TAKE_EVENTS))
            .await?;
        let mut taken = Vec::new();
        for row in &events {
            taken.push(LeasedDue {
                due: Due::Event(event(row)?),
                until,
                tries: tries(row)?,
            });
        }
        let left = limit.saturating_sub(u16::try_from(taken.len()).unwrap_or(limit));
        let requests = query(sql::TAKE_RESTORES)
            .bind(micros(now))
            .bind(micros(until))
            .bind(i64::from(left));
        let requests = unit.write_returning("restore request", requests).await?;
        for row in &requests {
            let request = open_restore(
                self.vault.as_ref(),
                row.id("id")?,
                row.time("at")?,
                row.read("sealed")?,
            )?;
            taken.push(LeasedDue {
                due: Due::Restore(request),
                until,
                tries: tries(row)?,
            });
        }
        unit.commit().await?;
        // What an update returns has no order of its own.
        taken.sort_by_key(|taken| (taken.due.at(), taken.due.key()));
        Ok(taken)
    }
}

#[async_trait]
impl Outbox for Storage {
    async fn take_due(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u16,
    ) -> Result<Vec<LeasedDue>, StoreError> {
        // Most of the time nothing is due: then nobody who writes is held up.
        let any = query(sql::ANY_DUE).bind(micros(now));
        if self.row(any).await?.is_none() {
            return Ok(Vec::new());
        }
        self.take(now, until, limit).await
    }

    async fn settle(&self, taken: &LeasedDue, settled: Settled) -> Result<(), StoreError> {
        let until = micros(taken.until);
        let next = match settled {
            Settled::Again(at) => Some(micros(at)),
            Settled::Done | Settled::GivenUp => None,
        };
        let (record, statement) = match (&taken.due, next) {
            (Due::Event(event), next) => {
                let statement = query(sql::SETTLE_EVENT).bind(event.id.uuid());
                ("outbox", statement.bind(until).bind(next))
            }
            (Due::Restore(request), Some(next)) => {
                let statement = query(sql::PUT_RESTORE_OFF).bind(request.id.uuid());
                ("restore request", statement.bind(until).bind(next))
            }
            (Due::Restore(request), None) => {
                let statement = query(sql::END_RESTORE).bind(request.id.uuid());
                ("restore request", statement.bind(until))
            }
        };
        self.write_alone(record, statement).await.map(drop)
    }
}
