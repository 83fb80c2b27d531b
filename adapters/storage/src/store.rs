//! The port `Store`.

use async_trait::async_trait;
use linking_core::{
    account::{AccountSheet, Family, Relative, Version, Versioned},
    audit::HistoryLine,
    change::ChangeSet,
    consent::Consent,
    ids::{AccountId, AuditId, FlowId},
    letter::Ticket,
    link::{Link, LinkFlow},
    person::{EmailAddress, Login, Snils},
    ports::{
        AttemptLimit, AttemptVerdict, IdentitySheet, LinkedAccount, Store, StoreError, Tag, Tried,
    },
    provider::IdentityKey,
    region::RegionCode,
    session::{Actor, AgentLabel, Session},
    time::Timestamp,
};
use uuid::Uuid;

use crate::{
    commit::flow_update,
    connection::query,
    fault::damaged_column,
    letters,
    open::Storage,
    record::{self, Columns, micros},
    row::Row,
    sealing::{email_tag, open_flow, other_snils_tags, seal_flow, snils_tag},
    sql,
};

#[async_trait]
impl Store for Storage {
    async fn account_by_login(&self, login: &Login) -> Result<Option<AccountSheet>, StoreError> {
        let rows = self
            .rows(query(sql::account::BY_LOGIN).bind(login.key().as_str()))
            .await?;
        Ok(record::sheets(&rows, "a_id", self.vault.as_ref())?.pop())
    }

    async fn knows_browser(
        &self,
        login: &Login,
        browser: &Tag,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = query(sql::session::KNOWS)
            .bind(login.key().as_str())
            .bind(browser.to_octets())
            .bind(micros(now));
        Ok(!self.rows(statement).await?.is_empty())
    }

    async fn account(&self, id: AccountId) -> Result<Option<AccountSheet>, StoreError> {
        let rows = self
            .rows(query(sql::account::BY_ID).bind(id.uuid()))
            .await?;
        Ok(record::sheets(&rows, "a_id", self.vault.as_ref())?.pop())
    }

    async fn accounts_by_snils(
        &self,
        region: &RegionCode,
        snils: &Snils,
    ) -> Result<Vec<AccountSheet>, StoreError> {
        let vault = self.vault.as_ref();
        let mut tags = other_snils_tags(vault, snils);
        tags.push(snils_tag(vault, snils));
        let mut sheets = Vec::new();
        for tag in tags {
            let statement = query(sql::account::BY_SNILS)
                .bind(tag.to_octets())
                .bind(region.as_str());
            sheets.extend(record::sheets(&self.rows(statement).await?, "a_id", vault)?);
        }
        // An account that is rewritten between two of the reads is found by both.
        sheets.sort_by_key(|sheet| sheet.account().id);
        sheets.dedup_by_key(|sheet| sheet.account().id);
        Ok(sheets)
    }

    async fn accounts_by_email(
        &self,
        address: &EmailAddress,
    ) -> Result<Vec<AccountSheet>, StoreError> {
        let tag = email_tag(self.vault.as_ref(), address);
        let statement = query(sql::account::BY_EMAIL).bind(tag.to_octets());
        record::sheets(&self.rows(statement).await?, "a_id", self.vault.as_ref())
    }

    async fn ticket(&self, secret: &Tag) -> Result<Option<Ticket>, StoreError> {
        let statement = query(sql::letter::TICKET).bind(secret.to_octets());
        let row = self.row(statement).await?;
        row.as_ref().map(letters::ticket).transpose()
    }

    async fn family(&self, id: AccountId) -> Result<Family, StoreError> {
        let mut family = Family::default();
        for row in self
            .rows(query(sql::account::FAMILY).bind(id.uuid()))
            .await?
        {
            let account = row.id("a_id")?;
            let profile = record::profile(&row, account, self.vault.as_ref())?;
            let side = match row.text("side")?.as_str() {
                "guardian" => &mut family.guardians,
                "child" => &mut family.children,
                _ => return Err(damaged_column("side")),
            };
            side.push(Relative { account, profile });
        }
        Ok(family)
    }

    async fn links_of(&self, id: AccountId) -> Result<Vec<Link>, StoreError> {
        let rows = self
            .rows(query(sql::link::OF_ACCOUNT).bind(id.uuid()))
            .await?;
        rows.iter().map(record::link).collect()
    }

    async fn consents_of(&self, id: AccountId) -> Result<Vec<Consent>, StoreError> {
        let rows = self
            .rows(query(sql::account::CONSENTS).bind(id.uuid()))
            .await?;
        rows.iter().map(record::consent).collect()
    }

    async fn identity(&self, key: &IdentityKey) -> Result<IdentitySheet, StoreError> {
        let statement = query(sql::link::IDENTITY)
            .bind(key.issuer.as_str())
            .bind(key.subject.as_str());
        let rows = self.rows(statement).await?;
        let Some(first) = rows.first() else {
            return Ok(IdentitySheet {
                anchor: Version::NEW,
                links: Vec::new(),
            });
        };
        let anchor = Version::from_number(first.natural("i_version")?);
        let mut links: Vec<Link> = Vec::new();
        for row in &rows {
            let id = row.optional_id("l_id")?;
            if id.is_some_and(|id| links.last().is_none_or(|last| last.id != id)) {
                links.push(record::link(row)?);
            }
        }
        let sheets = record::sheets(&rows, "l_id", self.vault.as_ref())?;
        let links = links
            .into_iter()
            .zip(sheets)
            .map(|(link, sheet)| LinkedAccount { link, sheet })
            .collect();
        Ok(IdentitySheet { anchor, links })
    }

    async fn flow(&self, id: FlowId) -> Result<Option<Versioned<LinkFlow>>, StoreError> {
        let row = self.row(query(sql::flow::BY_ID).bind(id.uuid())).await?;
        row.map(|row| self.read_flow(&row)).transpose()
    }

    async fn flow_by_ticket(
        &self,
        ticket: &Tag,
    ) -> Result<Option<Versioned<LinkFlow>>, StoreError> {
        let row = self
            .row(query(sql::flow::BY_TICKET).bind(ticket.to_octets()))
            .await?;
        let Some(flow) = row.map(|row| self.read_flow(&row)).transpose()? else {
            return Ok(None);
        };
        // The columns only find a flow; what it holds sealed is the truth.
        let tickets = flow.value.tickets();
        if !tickets.token.is_same(ticket) && !tickets.uuid.is_same(ticket) {
            return Err(StoreError::Damaged(format!(
                "the tickets of {}",
                flow.value.id()
            )));
        }
        Ok(Some(flow))
    }

    async fn insert_flow(&self, flow: &LinkFlow, keep: u8) -> Result<(), StoreError> {
        let sealed = seal_flow(self.vault.as_ref(), flow)?;
        let statement = query(sql::flow::INSERT)
            .bind(flow.id().uuid())
            .bind(flow.browser().to_octets())
            .bind(flow.tickets().token.to_octets())
            .bind(flow.tickets().uuid.to_octets())
            .bind(flow.bound_account().map(AccountId::uuid))
            .bind(flow.is_open())
            .bind(micros(flow.begun_at()))
            .bind(micros(flow.expires_at()))
            .bind(sealed.flow)
            .bind(sealed.remains);
        let mut unit = self.begin().await?;
        let rows = unit.write_returning("flow", statement).await?;
        let open = rows
            .first()
            .map_or(Ok(0), |row| row.natural("open_flows"))?;
        if open >= u64::from(keep) {
            let statement = query(sql::flow::PRUNE)
                .bind(flow.browser().to_octets())
                .bind(flow.id().uuid())
                .bind(i64::from(keep.saturating_sub(1)));
            unit.write("flow", statement).await?;
        }
        unit.commit().await
    }

    async fn put_flow(&self, flow: &LinkFlow, read: Version) -> Result<Version, StoreError> {
        let statement = flow_update(flow, read, self.vault.as_ref())?;
        if self.write_alone("flow", statement).await? == 0 {
            return Err(StoreError::Conflict("flow"));
        }
        Ok(read.next())
    }

    async fn session(&self, secret: &Tag) -> Result<Option<Actor>, StoreError> {
        let rows = self
            .rows(query(sql::session::BY_SECRET).bind(secret.to_octets()))
            .await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let session = record::session(first)?;
        let sheet = record::sheets(&rows, "a_id", self.vault.as_ref())?.pop();
        let sheet = sheet.ok_or_else(|| damaged_column("s_account"))?;
        Ok(Some(Actor { session, sheet }))
    }

    async fn touch_session(&self, session: &Session, at: Timestamp) -> Result<(), StoreError> {
        let statement = query(sql::session::TOUCH)
            .bind(session.id.uuid())
            .bind(micros(at))
            .bind(micros(session.computer.session_end(session.started_at, at)));
        self.write_alone("session", statement).await.map(drop)
    }

    async fn sessions_of(&self, id: AccountId) -> Result<Vec<Session>, StoreError> {
        let rows = self
            .rows(query(sql::session::OF_ACCOUNT).bind(id.uuid()))
            .await?;
        rows.iter()
            .map(|row| Ok(record::session(row)?.value))
            .collect()
    }

    async fn history(
        &self,
        id: AccountId,
        before: Option<AuditId>,
        limit: u16,
    ) -> Result<Vec<HistoryLine>, StoreError> {
        let statement = query(sql::trail::HISTORY)
            .bind(id.uuid())
            .bind(before.map_or(Uuid::max(), AuditId::uuid))
            .bind(i64::from(limit));
        let line = |row: &Row| {
            Ok(HistoryLine {
                id: row.id("id")?,
                at: row.time("at")?,
                notice: row.json("notice")?,
                agent: row
                    .read::<Option<String>>("agent")?
                    .as_deref()
                    .map(AgentLabel::new),
            })
        };
        self.rows(statement).await?.iter().map(line).collect()
    }

    async fn count_attempt(
        &self,
        limits: &[AttemptLimit],
        tried: Tried,
        now: Timestamp,
    ) -> Result<AttemptVerdict, StoreError> {
        self.count_password_attempt(limits, tried, now).await
    }

    async fn commit(&self, changes: ChangeSet) -> Result<(), StoreError> {
        self.apply(&changes).await
    }

    async fn sweep(&self, now: Timestamp, limit: u16) -> Result<u64, StoreError> {
        self.sweep_batch(now, limit).await
    }
}

impl Storage {
    fn read_flow(&self, row: &Row) -> Result<Versioned<LinkFlow>, StoreError> {
        let version = Version::from_number(row.natural("version")?);
        let value = open_flow(self.vault.as_ref(), row.id("id")?, row.read("sealed")?)?;
        Ok(Versioned { version, value })
    }
}
