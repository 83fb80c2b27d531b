//! The port `Register`.

use std::sync::Arc;

use async_trait::async_trait;
use linking_core::{
    account::{Account, AccountStatus, Epoch, PasswordOrigin, Version},
    audit::AuditRecord,
    change::{FlowScope, SessionScope},
    event::{Event, EventBody},
    ids::{Id, OrganizationId},
    person::{Login, RegisteredName},
    ports::{
        IdSource as _, ImportCounts, NewOrganization, NewPassword, NewPerson, PrintScope,
        PrintedFor, Register, StoreError,
    },
    region::{ClassName, ExternalId, Organization, RegionCode},
    time::Timestamp,
};

use super::{
    MemoryStore,
    directory::order,
    merge::merged,
    records::{Records, StoredAccount, StoredMembership},
};
use crate::fakes::CountedIds;

#[async_trait]
impl Register for MemoryStore {
    async fn put_organizations(
        &self,
        batch: Vec<NewOrganization>,
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        self.write(|records, ids| Ok(records.put_organizations(batch, audit, ids)))
            .await
    }

    async fn put_people(
        &self,
        batch: Vec<NewPerson>,
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        self.write(|records, ids| records.put_people(batch, audit, ids))
            .await
    }

    async fn put_guardianships(
        &self,
        batch: Vec<(Login, Login)>,
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        self.write(|records, _| records.put_guardianships(&batch, audit))
            .await
    }

    async fn printed_for(&self, scope: &PrintScope) -> Result<Vec<PrintedFor>, StoreError> {
        self.read(|records| records.printed_for(scope)).await
    }

    async fn put_passwords(
        &self,
        batch: Vec<NewPassword>,
        audit: AuditRecord,
    ) -> Result<(), StoreError> {
        self.write(|records, _| records.put_passwords(batch, audit))
            .await
    }
}

/// What a row did.
enum RowEffect {
    Added,
    Changed,
    Unchanged,
}

fn count(counts: &mut ImportCounts, effect: &RowEffect) {
    match effect {
        RowEffect::Added => counts.added += 1,
        RowEffect::Changed => counts.changed += 1,
        RowEffect::Unchanged => counts.unchanged += 1,
    }
}

impl Records {
    pub(super) fn put_organizations(
        &mut self,
        batch: Vec<NewOrganization>,
        audit: AuditRecord,
        ids: &CountedIds,
    ) -> ImportCounts {
        let mut counts = ImportCounts::default();
        for row in batch {
            let effect = self.put_organization(&row, ids);
            count(&mut counts, &effect);
        }
        self.audits.push(audit);
        counts
    }

    fn put_organization(&mut self, row: &NewOrganization, ids: &CountedIds) -> RowEffect {
        let code = row.region.code.clone();
        let organizations = Arc::make_mut(&mut self.organizations);
        let region = self.regions.insert(code.clone(), row.region.clone());
        if region.is_some_and(|before| before != row.region) {
            for known in organizations.values_mut() {
                if known.region.code == code {
                    known.region = row.region.clone();
                }
            }
        }
        let of_row = |id| Organization {
            id,
            external_id: row.external_id.clone(),
            region: row.region.clone(),
            locality: row.locality.clone(),
            name: row.name.clone(),
            kind: row.kind,
        };
        let found = organizations
            .values_mut()
            .find(|known| known.region.code == code && known.external_id == row.external_id);
        let Some(found) = found else {
            let new = of_row(Id::from_uuid(ids.next()));
            organizations.insert(new.id, new);
            return RowEffect::Added;
        };
        let new = of_row(found.id);
        if *found == new {
            return RowEffect::Unchanged;
        }
        *found = new;
        RowEffect::Changed
    }

    fn organization_id(&self, region: &RegionCode, id: &ExternalId) -> Option<OrganizationId> {
        let mut known = self.organizations.values();
        known
            .find(|known| known.region.code == *region && known.external_id == *id)
            .map(|found| found.id)
    }

    pub(super) fn put_people(
        &mut self,
        batch: Vec<NewPerson>,
        audit: AuditRecord,
        ids: &CountedIds,
    ) -> Result<ImportCounts, StoreError> {
        let mut counts = ImportCounts::default();
        for (row, person) in batch.into_iter().enumerate() {
            let effect = self.put_person(row, person, ids, audit.at)?;
            count(&mut counts, &effect);
        }
        self.audits.push(audit);
        Ok(counts)
    }

    fn put_person(
        &mut self,
        row: usize,
        person: NewPerson,
        ids: &CountedIds,
        at: Timestamp,
    ) -> Result<RowEffect, StoreError> {
        let what = "organization";
        let mut memberships = Vec::with_capacity(person.memberships.len());
        for place in &person.memberships {
            let organization = self
                .organization_id(&place.region, &place.organization)
                .ok_or(StoreError::UnknownReference { row, what })?;
            memberships.push(StoredMembership {
                id: Id::from_uuid(ids.next()),
                organization,
                role: place.role,
                class: place.class.clone(),
            });
        }
        let found = self.id_of(&person.login);
        let Some(before) = found.and_then(|id| self.accounts.get(&id)).cloned() else {
            let account = Account {
                id: Id::from_uuid(ids.next()),
                login: person.login,
                password: None,
                status: person.status,
                epoch: Epoch::default(),
                profile: person.profile,
            };
            let stored = StoredAccount {
                version: Version::NEW.next(),
                account,
                memberships,
            };
            self.accounts.insert(stored.account.id, stored);
            return Ok(RowEffect::Added);
        };
        self.update(&before, person, memberships, ids, at)
    }

    fn update(
        &mut self,
        before: &StoredAccount,
        person: NewPerson,
        memberships: Vec<StoredMembership>,
        ids: &CountedIds,
        at: Timestamp,
    ) -> Result<RowEffect, StoreError> {
        let old = &before.account;
        let id = old.id;
        let place = |m: &StoredMembership| (m.organization, m.role, m.class.clone());
        let moved = !before
            .memberships
            .iter()
            .map(place)
            .eq(memberships.iter().map(place));
        let archived = old.status != person.status && person.status == AccountStatus::Archived;
        let mut profile = merged(&old.profile, &person.profile);
        if archived {
            profile.forget_providers();
        }
        if !moved
            && profile == old.profile
            && person.status == old.status
            && person.login.as_str() == old.login.as_str()
        {
            return Ok(RowEffect::Unchanged);
        }
        let closed = old.status == AccountStatus::Active && person.status != AccountStatus::Active;
        let account = Account {
            login: person.login,
            status: person.status,
            epoch: if closed { old.epoch.next() } else { old.epoch },
            profile,
            ..old.clone()
        };
        self.put_account(account, before.version)?;
        if let (true, Some(stored)) = (moved, self.accounts.get_mut(&id)) {
            stored.memberships = memberships;
        }
        if closed {
            self.end_sessions(id, SessionScope::All);
            self.end_flows(id, FlowScope::All);
        }
        if archived {
            self.withdraw_consents(id, None, at);
            for link in self.end_links_of(id, at) {
                self.send(Event {
                    id: Id::from_uuid(ids.next()),
                    account: id,
                    at,
                    agent: None,
                    body: EventBody::Unlinked {
                        link: link.id,
                        provider: link.provider,
                    },
                });
            }
        }
        Ok(RowEffect::Changed)
    }

    pub(super) fn put_guardianships(
        &mut self,
        batch: &[(Login, Login)],
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        let mut counts = ImportCounts::default();
        for (row, (guardian, pupil)) in batch.iter().enumerate() {
            let find = |login, what| {
                let unknown = StoreError::UnknownReference { row, what };
                self.id_of(login).ok_or(unknown)
            };
            let (guardian, pupil) = (find(guardian, "guardian")?, find(pupil, "pupil")?);
            if guardian == pupil {
                let what = "guardian other than the pupil";
                return Err(StoreError::UnknownReference { row, what });
            }
            let effect = if self.add_guardianship(guardian, pupil) {
                RowEffect::Added
            } else {
                RowEffect::Unchanged
            };
            count(&mut counts, &effect);
        }
        self.audits.push(audit);
        Ok(counts)
    }

    fn put_passwords(
        &mut self,
        batch: Vec<NewPassword>,
        audit: AuditRecord,
    ) -> Result<(), StoreError> {
        let what = "account";
        for (row, new) in batch.into_iter().enumerate() {
            let stored = self
                .accounts
                .get_mut(&new.account)
                .ok_or(StoreError::UnknownReference { row, what })?;
            stored.version = stored.version.next();
            stored.account.epoch = stored.account.epoch.next();
            stored.account.password = Some(new.password);
            self.end_sessions(new.account, SessionScope::All);
            self.end_flows(new.account, FlowScope::All);
        }
        self.audits.push(audit);
        Ok(())
    }

    /// The person to print, if the scope takes it in: with the class of the first place there.
    fn printed(&self, stored: &StoredAccount, scope: &PrintScope) -> Option<PrintedFor> {
        let first_at = |region: &RegionCode, external: &ExternalId, class: Option<&ClassName>| {
            let organization = self.organization_id(region, external)?;
            let mut memberships = stored.memberships.iter();
            memberships.find(|membership| {
                membership.organization == organization
                    && class.is_none_or(|class| membership.class.as_ref() == Some(class))
            })
        };
        let place = match scope {
            PrintScope::Person(login) if stored.account.login == *login => {
                stored.memberships.first()
            }
            PrintScope::Person(_) => return None,
            PrintScope::Class(region, id, class) => Some(first_at(region, id, Some(class))?),
            PrintScope::Organization(region, id) => Some(first_at(region, id, None)?),
        };
        let account = &stored.account;
        let password = account.password.as_ref();
        Some(PrintedFor {
            account: account.id,
            login: account.login.clone(),
            display_name: one_line(&account.profile.name.value),
            class: place.and_then(|place| place.class.clone()),
            has_own_password: password.is_some_and(|own| own.origin == PasswordOrigin::Owner),
        })
    }

    fn printed_for(&self, scope: &PrintScope) -> Vec<PrintedFor> {
        let mut printed: Vec<PrintedFor> = self
            .accounts
            .values()
            .filter(|stored| stored.account.status == AccountStatus::Active)
            .filter_map(|stored| self.printed(stored, scope))
            .collect();
        printed.sort_by_cached_key(|person| {
            let class = person.class.as_ref().map(|class| order(class.as_str()));
            (class, order(&person.display_name), person.account)
        });
        printed
    }
}

fn one_line(name: &RegisteredName) -> String {
    let full = match name {
        RegisteredName::Sound(name) => name.full(),
        RegisteredName::Unsound(name) => name.expose_raw().join(" "),
    };
    full.split_whitespace().collect::<Vec<_>>().join(" ")
}
