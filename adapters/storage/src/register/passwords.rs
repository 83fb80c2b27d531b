//! First passwords: for whom they are printed, and their hashes.

use std::collections::HashSet;

use linking_core::{
    account::PasswordOrigin,
    change::{FlowScope, SessionScope},
    ids::AccountId,
    person::RegisteredName,
    ports::{NewPassword, PrintScope, PrintedFor, StoreError},
};

use crate::{
    codes::Code,
    connection::{Unit, query},
    fault::damaged_column,
    open::Storage,
    record::{Columns, micros},
    row::Row,
    sealing::{SealedProfile, open_profile},
    sql::register as sql,
    words::sort_key,
};

pub(super) async fn printed_for(
    storage: &Storage,
    scope: &PrintScope,
) -> Result<Vec<PrintedFor>, StoreError> {
    let statement = match scope {
        PrintScope::Person(login) => query(sql::PRINT_PERSON).bind(login.key().as_str()),
        PrintScope::Class(region, organization, class) => query(sql::PRINT_CLASS)
            .bind(region.as_str())
            .bind(organization.as_str())
            .bind(class.as_str()),
        PrintScope::Organization(region, organization) => query(sql::PRINT_ORGANIZATION)
            .bind(region.as_str())
            .bind(organization.as_str()),
    };
    let mut seen = HashSet::new();
    let mut people = Vec::new();
    for row in storage.rows(statement).await? {
        let person = printed(storage, &row)?;
        // Who has two places in the scope is printed once, at the first.
        if seen.insert(person.account) {
            people.push(person);
        }
    }
    people.sort_by_cached_key(|person| {
        let class = person.class.as_ref().map(|class| sort_key(class.as_str()));
        (class, sort_key(&person.display_name))
    });
    Ok(people)
}

fn printed(storage: &Storage, row: &Row) -> Result<PrintedFor, StoreError> {
    let account = row.id("a_id")?;
    let sealed = SealedProfile {
        profile: row.read("a_profile")?,
        snils: None,
    };
    let profile = open_profile(storage.vault.as_ref(), account, sealed)?;
    let class = row
        .read::<Option<String>>("m_class")?
        .map(|class| class.parse().map_err(|_| damaged_column("m_class")))
        .transpose()?;
    let own = PasswordOrigin::Owner.code();
    Ok(PrintedFor {
        account,
        login: row.parsed("a_login")?,
        display_name: one_line(&profile.name.value),
        class,
        has_own_password: row.read::<Option<String>>("a_password_origin")?.as_deref() == Some(own),
    })
}

/// The name as one line of a list; one that does not parse as the register has it.
fn one_line(name: &RegisteredName) -> String {
    let full = match name {
        RegisteredName::Sound(name) => name.full(),
        RegisteredName::Unsound(name) => name.expose_raw().join(" "),
    };
    full.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) async fn put(unit: &mut Unit<'_>, batch: &[NewPassword]) -> Result<(), StoreError> {
    for (row, new) in batch.iter().enumerate() {
        let statement = query(sql::PUT_PASSWORD)
            .bind(AccountId::uuid(new.account))
            .bind(new.password.hash.expose())
            .bind(new.password.origin.code())
            .bind(micros(new.password.set_at));
        if unit.write("account", statement).await? == 0 {
            return Err(StoreError::UnknownReference {
                row,
                what: "account",
            });
        }
        unit.end_sessions(new.account, SessionScope::All).await?;
        unit.end_flows(new.account, FlowScope::All).await?;
    }
    Ok(())
}
