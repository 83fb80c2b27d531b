//! The records behind the program: read to hold that a refusal changes nothing, and changed to
//! play what a test cannot wait for or what no page does.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use linking_core::{
    account::{AccountSheet, AccountStatus, Contact, ContactValue, Source},
    audit::{Act, AuditRecord, By},
    change::{ChangeSet, Write},
    ids::{AuditKind, Id},
    link::Link,
    ports::{Clock, IdSource, Store, Vault},
    session::Session,
};
use linking_crypto::{KeyVault, SystemClock, UuidV7Source};
use linking_storage::{Dump, Location, Storage};

/// What every request may write: the trail, the counters, the flows.
const MAY_CHANGE: [&str; 4] = ["audit", "audit_concern", "attempt", "flow"];
/// The events that a refused try leaves for the owner (`threats.md` E1, F5).
const TELLS: [&str; 2] = [
    "\"event\":\"mismatch-tried\"",
    "\"event\":\"identity-tried-elsewhere\"",
];
/// Too large to read each time, and no request writes them.
const REGISTERS: [&str; 3] = ["organization", "locality", "region"];

/// How a table changed: rows that went and rows that came.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    gone: BTreeSet<String>,
    come: BTreeSet<String>,
}

/// The changed tables between two dumps.
fn changes(before: &Dump, after: &Dump) -> BTreeMap<String, Change> {
    let tables: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let none = BTreeSet::new();
    tables
        .into_iter()
        .filter_map(|table| {
            let (old, new) = (
                before.get(table).unwrap_or(&none),
                after.get(table).unwrap_or(&none),
            );
            (old != new).then(|| {
                let change = Change {
                    gone: old.difference(new).cloned().collect(),
                    come: new.difference(old).cloned().collect(),
                };
                (table.clone(), change)
            })
        })
        .collect()
}

/// The names of the tables that differ.
pub(crate) fn changed_tables(before: &Dump, after: &Dump) -> Vec<String> {
    changes(before, after).into_keys().collect()
}

/// A row without when its session was last seen, which every request moves.
fn without_last_seen(row: &str) -> String {
    let fields = row.split(' ');
    let kept =
        fields.filter(|field| !field.starts_with("seen_at=") && !field.starts_with("ends_at="));
    kept.collect::<Vec<_>>().join(" ")
}

/// A row without what the sender of letters notes on it.
fn without_delivery(row: &str) -> String {
    let fields = row.split(' ');
    let kept = fields.filter(|field| !field.starts_with("due_at=") && !field.starts_with("tries="));
    kept.collect::<Vec<_>>().join(" ")
}

impl Change {
    /// Whether it tells an owner of what somebody tried, and does nothing else.
    fn only_tells(&self) -> bool {
        let rows = |rows: &BTreeSet<String>| -> BTreeSet<String> {
            rows.iter().map(|row| without_delivery(row)).collect()
        };
        let (gone, come) = (rows(&self.gone), rows(&self.come));
        let tells = |row: &String| TELLS.iter().any(|event| row.contains(event));
        gone.is_subset(&come) && come.difference(&gone).all(tells)
    }

    /// Whether sessions were looked at, and none began, ended or changed.
    fn only_seen(&self) -> bool {
        let rows = |rows: &BTreeSet<String>| -> BTreeSet<String> {
            rows.iter().map(|row| without_last_seen(row)).collect()
        };
        rows(&self.gone) == rows(&self.come)
    }
}

/// Holds that nothing but trail, counters and flows differs, and what tells an owner of a try
/// (`threats.md`, *Refused*; T5).
pub(crate) fn unchanged(before: &Dump, after: &Dump) -> Result<()> {
    let mut changed = changes(before, after);
    changed.retain(|table, change| match table.as_str() {
        "outbox" => !change.only_tells(),
        "session" => !change.only_seen(),
        table => !MAY_CHANGE.contains(&table),
    });
    if !changed.is_empty() {
        let rows = |change: &Change| (change.gone.clone(), change.come.clone());
        let told: Vec<_> = changed
            .iter()
            .map(|(table, change)| (table, rows(change)))
            .collect();
        bail!("a refusal changed {told:#?}");
    }
    Ok(())
}

/// The records of an installation.
pub(crate) struct Records {
    storage: Storage,
}

impl Records {
    pub(super) async fn open(folder: &Path, location: &Location) -> Result<Self> {
        let vault: Arc<dyn Vault> = Arc::new(KeyVault::load(&folder.join("vault.keys"))?);
        let storage = Storage::open(location, vault, Arc::new(UuidV7Source)).await?;
        Ok(Self { storage })
    }

    /// Every row, but of the registers of places.
    pub(crate) async fn dump(&self) -> Result<Dump> {
        Ok(self.storage.dump(&REGISTERS).await?)
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &str) -> Result<usize> {
        let dump = self.dump().await?;
        let rows = dump.get(table);
        Ok(rows.with_context(|| format!("no table {table}"))?.len())
    }

    /// The acts on the trail that hold a text, in its stored form.
    pub(crate) async fn acts_with(&self, text: &str) -> Result<usize> {
        let dump = self.dump().await?;
        let rows = dump.get("audit").context("no trail")?;
        Ok(rows.iter().filter(|row| row.contains(text)).count())
    }

    /// An account, as it is now.
    pub(crate) async fn account(&self, login: &str) -> Result<AccountSheet> {
        let found = self.storage.account_by_login(&login.parse()?).await?;
        found.with_context(|| format!("no account {login}"))
    }

    /// The active links of an account.
    pub(crate) async fn links(&self, login: &str) -> Result<Vec<Link>> {
        let account = self.account(login).await?;
        Ok(self.storage.links_of(account.account().id).await?)
    }

    /// The sessions of an account.
    pub(crate) async fn sessions(&self, login: &str) -> Result<Vec<Session>> {
        let account = self.account(login).await?;
        Ok(self.storage.sessions_of(account.account().id).await?)
    }

    async fn change(
        &self,
        login: &str,
        change: impl FnOnce(&mut linking_core::account::Account),
    ) -> Result<()> {
        let sheet = self.account(login).await?;
        let mut account = sheet.account().clone();
        change(&mut account);
        let audit = AuditRecord {
            id: Id::<AuditKind>::from_uuid(UuidV7Source.next()),
            at: SystemClock.now(),
            by: By::Operator,
            act: Act::Imported,
            flow: None,
            agent: None,
            concerns: Vec::new(),
        };
        let write = Write::PutAccount {
            account: Box::new(account),
            read: sheet.account.version,
        };
        Ok(self
            .storage
            .commit(ChangeSet::new(audit).write(write))
            .await?)
    }

    /// Makes an account one more of the same person's.
    pub(crate) async fn make_second_of(&self, login: &str, first: &str) -> Result<()> {
        let profile = self.account(first).await?.account().profile.clone();
        self.change(login, |account| account.profile = profile)
            .await
    }

    /// The school writes an address into a profile.
    pub(crate) async fn give_email(&self, login: &str, address: &str) -> Result<()> {
        let value = ContactValue::Email(address.parse()?);
        let contact = Contact {
            value,
            source: Source::School,
            at: SystemClock.now(),
        };
        self.change(login, |account| account.profile.contacts.push(contact))
            .await
    }

    /// Takes an account's password away, as if none had ever been set.
    pub(crate) async fn forget_password(&self, login: &str) -> Result<()> {
        self.change(login, |account| account.password = None).await
    }

    /// The school closes an account.
    pub(crate) async fn block(&self, login: &str) -> Result<()> {
        self.change(login, |account| account.status = AccountStatus::Blocked)
            .await
    }
}
