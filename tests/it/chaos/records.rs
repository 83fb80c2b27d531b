//! What must hold in the records whatever was killed.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use linking_storage::Dump;
use uuid::Uuid;

/// A column of a row as it was dumped; none of those asked for holds a blank.
fn field<'a>(row: &'a str, column: &str) -> &'a str {
    let named = format!("{column}=");
    let found = row.split(' ').find_map(|part| part.strip_prefix(&named));
    found.unwrap_or_default()
}

fn rows<'a>(dump: &'a Dump, table: &str) -> Vec<&'a str> {
    let rows = dump.get(table);
    rows.into_iter().flatten().map(String::as_str).collect()
}

fn of_act(dump: &Dump, act: &str) -> usize {
    let act = format!("\"act\":\"{act}\"");
    let all = rows(dump, "audit");
    all.into_iter().filter(|row| row.contains(&act)).count()
}

fn of_event(dump: &Dump, event: &str) -> usize {
    let event = format!("\"event\":\"{event}\"");
    let all = rows(dump, "outbox");
    all.into_iter().filter(|row| row.contains(&event)).count()
}

/// How often an account was told of something.
pub(super) fn told_of(dump: &Dump, account: Uuid, notice: &str) -> usize {
    let notice = format!("\"notice\":\"{notice}\"");
    let account = account.simple().to_string();
    let of = |row: &&str| {
        row.contains(&notice) && field(row, "account").to_lowercase().contains(&account)
    };
    rows(dump, "audit_concern").into_iter().filter(of).count()
}

/// Holds that of some rows no two are alike in these columns.
fn no_two_alike(rows: &[&str], columns: [&str; 2]) -> Result<()> {
    let mut seen = BTreeMap::new();
    for row in rows {
        let key = columns.map(|column| field(row, column));
        let other = seen.insert(key, row);
        ensure!(
            other.is_none(),
            "two rows of one {columns:?}: {other:?}, {row}"
        );
    }
    Ok(())
}

/// Holds the invariants over what was added; says how much that was.
pub(super) fn hold(before: &Dump, after: &Dump) -> Result<String> {
    let links = rows(after, "link");
    let (active, ended): (Vec<&str>, Vec<&str>) = links
        .iter()
        .partition(|row| field(row, "ended_at") == "NULL");
    // Invariants 1 and 2: one active link of an account and provider, one of an identity.
    no_two_alike(&active, ["account", "provider"])?;
    no_two_alike(&active, ["issuer", "subject"])?;
    // Invariant 3: a link stands on a consent, and ends with it.
    let granted: Vec<_> = rows(after, "consent")
        .into_iter()
        .filter(|row| field(row, "status") == "'granted'")
        .collect();
    no_two_alike(&granted, ["account", "provider"])?;
    for link in &active {
        let of_link = |consent: &&&str| field(consent, "account") == field(link, "account");
        ensure!(
            granted.iter().find(of_link).is_some(),
            "a link without consent: {link}"
        );
    }
    ensure!(
        granted.len() == active.len(),
        "a consent outlived its link: {granted:?}"
    );
    // Invariant 8: every change has one audit record, and what is told of it.
    let more = |count: fn(&Dump, &str) -> usize, name: &str| {
        count(after, name).saturating_sub(count(before, name))
    };
    let was = rows(before, "link").len();
    let made = links.len().saturating_sub(was);
    for (name, count) in [("linked", made), ("unlinked", ended.len())] {
        let (acts, events) = (more(of_act, name), more(of_event, name));
        ensure!(
            acts == count && events == count,
            "{count} changes, {acts} records and {events} events of {name}"
        );
    }
    ensure!(active.len() + ended.len() == links.len());
    Ok(format!(
        "{made} links made, {} ended, {} sessions",
        ended.len(),
        rows(after, "session").len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dump(rows: &[(&str, &str)]) -> Dump {
        let mut dump = Dump::new();
        for (table, row) in rows {
            dump.entry((*table).to_owned())
                .or_default()
                .insert((*row).to_owned());
        }
        dump
    }

    const LINK: (&str, &str) = (
        "link",
        "id=1 account=a provider='g' issuer='i' subject='1' ended_at=NULL",
    );
    const CONSENT: (&str, &str) = ("consent", "id=1 account=a provider='g' status='granted'");
    const AUDIT: (&str, &str) = ("audit", "id=1 act='{\"act\":\"linked\"}'");
    const EVENT: (&str, &str) = ("outbox", "id=1 body='{\"event\":\"linked\"}'");

    #[test]
    fn what_is_missing_or_doubled_is_seen() {
        let none = Dump::new();
        let whole = [LINK, CONSENT, AUDIT, EVENT];
        assert!(hold(&none, &dump(&whole)).is_ok());
        for missing in 0..whole.len() {
            let mut rows = whole.to_vec();
            rows.remove(missing);
            assert!(hold(&none, &dump(&rows)).is_err(), "{rows:?}");
        }
        for doubled in [
            "id=2 account=a provider='g' issuer='i' subject='2' ended_at=NULL",
            "id=2 account=b provider='g' issuer='i' subject='1' ended_at=NULL",
        ] {
            let more = [
                ("link", doubled),
                ("consent", "id=2 account=b provider='g' status='granted'"),
                ("audit", "id=2 act='{\"act\":\"linked\"}'"),
                ("outbox", "id=2 body='{\"event\":\"linked\"}'"),
            ];
            let rows = [whole.as_slice(), &more].concat();
            assert!(hold(&none, &dump(&rows)).is_err(), "{doubled}");
        }
    }
}
