//! The register of people: makes accounts, or brings their register data up to date.

use std::collections::{HashMap, HashSet};

use linking_core::{
    account::{Account, AccountSheet, AccountStatus, Epoch, Membership},
    change::{FlowScope, SessionScope},
    event::{Event, EventBody},
    ids::{AccountId, AccountKind, EventKind, MembershipId, MembershipKind, OrganizationId},
    ports::{ImportCounts, NewMembership, NewPerson, StoreError},
    region::{ExternalId, RegionCode},
    time::Timestamp,
};

use super::{RowEffect, merge::merged};
use crate::{
    commit::identity_data_differs,
    connection::{Unit, query},
    open::Storage,
    people::AccountRow,
    record::{self, Columns, micros, stored},
    sql,
};

/// A place of a person, its organisation found.
struct Place {
    organization: OrganizationId,
    membership: NewMembership,
}

struct MembershipRow {
    id: MembershipId,
    account: AccountId,
    place: Place,
    position: i64,
}

/// One batch on its way in.
struct Import<'a, 'b> {
    storage: &'a Storage,
    unit: &'a mut Unit<'b>,
    at: Timestamp,
    organizations: HashMap<(RegionCode, ExternalId), OrganizationId>,
    /// Whose rows are gathered and not written yet, by folded login.
    pending: HashSet<String>,
    accounts: Vec<AccountRow>,
    memberships: Vec<MembershipRow>,
}

pub(super) async fn put(
    storage: &Storage,
    unit: &mut Unit<'_>,
    batch: Vec<NewPerson>,
    at: Timestamp,
) -> Result<ImportCounts, StoreError> {
    let mut import = Import {
        storage,
        unit,
        at,
        organizations: HashMap::new(),
        pending: HashSet::new(),
        accounts: Vec::new(),
        memberships: Vec::new(),
    };
    let mut counts = ImportCounts::default();
    for (row, person) in batch.into_iter().enumerate() {
        import.put_one(row, person).await?.count(&mut counts);
    }
    import.flush().await?;
    Ok(counts)
}

impl Import<'_, '_> {
    async fn put_one(&mut self, row: usize, person: NewPerson) -> Result<RowEffect, StoreError> {
        let mut places = Vec::with_capacity(person.memberships.len());
        for membership in person.memberships.iter().cloned() {
            let organization = self.organization(row, &membership).await?;
            places.push(Place {
                organization,
                membership,
            });
        }
        if self.pending.contains(person.login.key().as_str()) {
            // The same person once more: the first row has to be there to be compared.
            self.flush().await?;
        }
        let statement = query(sql::account::BY_LOGIN)
            .bind(person.login.key().as_str())
            .for_update();
        let rows = self.unit.rows(statement).await?;
        let found = record::sheets(&rows, "a_id", self.storage.vault.as_ref())?.pop();
        match found {
            Some(sheet) => self.update(sheet, person, places).await,
            None => self.add(person, places),
        }
    }

    async fn organization(
        &mut self,
        row: usize,
        place: &NewMembership,
    ) -> Result<OrganizationId, StoreError> {
        let key = (place.region.clone(), place.organization.clone());
        if let Some(id) = self.organizations.get(&key) {
            return Ok(*id);
        }
        let statement = query(sql::register::ORGANIZATION)
            .bind(place.region.as_str())
            .bind(place.organization.as_str());
        let found = self.unit.row(statement).await?;
        let found = found.ok_or(StoreError::UnknownReference {
            row,
            what: "organization",
        })?;
        let id = found.id("id")?;
        self.organizations.insert(key, id);
        Ok(id)
    }

    fn add(&mut self, person: NewPerson, places: Vec<Place>) -> Result<RowEffect, StoreError> {
        let account = Account {
            id: self.storage.new_id::<AccountKind>(),
            login: person.login,
            password: None,
            status: person.status,
            epoch: Epoch::default(),
            profile: person.profile,
        };
        let row = AccountRow::of(&account, self.storage.vault.as_ref())?;
        self.pending.insert(row.login_key.clone());
        self.accounts.push(row);
        self.belong(account.id, places);
        Ok(RowEffect::Added)
    }

    fn belong(&mut self, account: AccountId, places: Vec<Place>) {
        let storage = self.storage;
        self.memberships.extend(
            (0_i64..)
                .zip(places)
                .map(|(position, place)| MembershipRow {
                    id: storage.new_id::<MembershipKind>(),
                    account,
                    place,
                    position,
                }),
        );
    }

    async fn update(
        &mut self,
        sheet: AccountSheet,
        person: NewPerson,
        places: Vec<Place>,
    ) -> Result<RowEffect, StoreError> {
        let before = &sheet.account.value;
        let mut profile = merged(&before.profile, &person.profile);
        let moved = !stays(&sheet.memberships, &places);
        let closed =
            before.status == AccountStatus::Active && person.status != AccountStatus::Active;
        let archived = person.status == AccountStatus::Archived && before.status != person.status;
        if archived {
            profile.forget_providers();
        }
        let same = profile == before.profile
            && person.status == before.status
            && person.login.as_str() == before.login.as_str()
            && !moved;
        if same {
            return Ok(RowEffect::Unchanged);
        }
        let other_person = identity_data_differs(&before.profile, &profile);
        let account = Account {
            login: person.login,
            status: person.status,
            // A blocked account's sessions, flows and proofs are dead, also after it is opened
            // again (`domain.md`, Epoch).
            epoch: if closed {
                before.epoch.next()
            } else {
                before.epoch
            },
            profile,
            ..before.clone()
        };
        let statement = AccountRow::of(&account, self.storage.vault.as_ref())?
            .bind(query(sql::account::UPDATE))
            .bind(stored(sheet.account.version.number()));
        self.unit.write_one("account", statement).await?;
        if other_person || archived {
            self.unit.bump_anchors_of(account.id).await?;
        }
        if closed {
            self.unit
                .end_sessions(account.id, SessionScope::All)
                .await?;
            self.unit.end_flows(account.id, FlowScope::All).await?;
        }
        if archived {
            self.end_links(account.id).await?;
        }
        if moved {
            let statement = query(sql::register::DELETE_MEMBERSHIPS).bind(account.id.uuid());
            self.unit.write("membership", statement).await?;
            self.pending.insert(account.login.key().as_str().to_owned());
            self.belong(account.id, places);
        }
        Ok(RowEffect::Changed)
    }

    /// An archived account's links end with the consents that they rest on, so that the person's
    /// identity is free for another one.
    async fn end_links(&mut self, account: AccountId) -> Result<(), StoreError> {
        let statement = query(sql::link::OF_ACCOUNT).bind(account.uuid());
        let rows = self.unit.rows(statement).await?;
        for row in &rows {
            let link = record::link(row)?;
            let event = Event {
                id: self.storage.new_id::<EventKind>(),
                account,
                at: self.at,
                agent: None,
                body: EventBody::Unlinked {
                    link: link.id,
                    provider: link.provider,
                },
            };
            self.unit.send(&event).await?;
        }
        let statement = query(sql::register::ARCHIVE_LINKS)
            .bind(account.uuid())
            .bind(micros(self.at));
        self.unit.write("link", statement).await?;
        let statement = query(sql::register::WITHDRAW_CONSENTS)
            .bind(account.uuid())
            .bind(micros(self.at));
        self.unit.write("consent", statement).await.map(drop)
    }

    /// Writes what was gathered.
    async fn flush(&mut self) -> Result<(), StoreError> {
        self.pending.clear();
        let accounts = std::mem::take(&mut self.accounts);
        let text = sql::register::ACCOUNT_ROWS;
        self.unit
            .insert_rows("account", text, accounts, |values, row| {
                values
                    .push_bind(row.id)
                    .push_bind(row.login)
                    .push_bind(row.login_key)
                    .push_bind(row.status)
                    .push_bind(row.epoch)
                    .push_bind(1_i64)
                    .push_bind(row.profile)
                    .push_bind(row.snils)
                    .push_bind(row.snils_tag)
                    .push_bind(row.email_tag);
            })
            .await?;
        let memberships = std::mem::take(&mut self.memberships);
        let text = sql::register::MEMBERSHIP_ROWS;
        self.unit
            .insert_rows("membership", text, memberships, |values, row| {
                let membership = row.place.membership;
                values
                    .push_bind(row.id.uuid())
                    .push_bind(row.account.uuid())
                    .push_bind(row.place.organization.uuid())
                    .push_bind(membership.role.code())
                    .push_bind(membership.class.map(String::from))
                    .push_bind(row.position);
            })
            .await
    }
}

/// Whether memberships are what the register says, in its order.
fn stays(memberships: &[Membership], places: &[Place]) -> bool {
    memberships.len() == places.len()
        && memberships.iter().zip(places).all(|(membership, place)| {
            membership.organization.id == place.organization
                && membership.role == place.membership.role
                && membership.class == place.membership.class
        })
}
