//! The maps, and how they fit together.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use linking_core::{
    account::{
        Account, AccountSheet, AccountStatus, Epoch, Family, Membership, Relative, Role, Version,
        Versioned,
    },
    audit::{AuditRecord, HistoryLine},
    consent::Consent,
    event::Event,
    ids::{AccountId, AuditId, FlowId, LinkId, MembershipId, OrganizationId, SessionId},
    letter::Ticket,
    link::{Link, LinkEnd, LinkFlow},
    person::{Login, Snils},
    ports::{IdentitySheet, LinkedAccount, StoreError, Tag},
    provider::IdentityKey,
    region::{ClassName, Organization, Region, RegionCode},
    session::{Actor, Session},
    time::Timestamp,
};

use super::{EndedLink, attempts::Counter, outbox::StoredDue};

/// An account with its memberships.
#[derive(Debug, Clone)]
pub(super) struct StoredAccount {
    pub(super) version: Version,
    pub(super) account: Account,
    pub(super) memberships: Vec<StoredMembership>,
}

/// A membership that names its organisation.
#[derive(Debug, Clone)]
pub(super) struct StoredMembership {
    pub(super) id: MembershipId,
    pub(super) organization: OrganizationId,
    pub(super) role: Role,
    pub(super) class: Option<ClassName>,
}

/// A link, and its end.
#[derive(Debug, Clone)]
pub(super) struct StoredLink {
    pub(super) link: Link,
    pub(super) ended: Option<(LinkEnd, Timestamp)>,
}

impl StoredLink {
    pub(super) fn ended(&self) -> Option<EndedLink> {
        let (end, at) = self.ended?;
        let link = self.link.clone();
        Some(EndedLink { link, end, at })
    }
}

/// Everything. A transaction works on a copy; the organisations, which are many, are copied only
/// when they change.
#[derive(Debug, Clone, Default)]
pub(super) struct Records {
    pub(super) regions: BTreeMap<RegionCode, Region>,
    pub(super) organizations: Arc<BTreeMap<OrganizationId, Organization>>,
    pub(super) accounts: BTreeMap<AccountId, StoredAccount>,
    pub(super) guardianships: BTreeSet<(AccountId, AccountId)>,
    pub(super) anchors: BTreeMap<IdentityKey, Version>,
    pub(super) links: BTreeMap<LinkId, StoredLink>,
    pub(super) consents: Vec<Consent>,
    pub(super) flows: BTreeMap<FlowId, Versioned<LinkFlow>>,
    pub(super) sessions: BTreeMap<SessionId, Versioned<Session>>,
    pub(super) attempts: HashMap<Tag, Counter>,
    pub(super) known_browsers: HashMap<(AccountId, Tag), (Epoch, Timestamp)>,
    pub(super) audits: Vec<AuditRecord>,
    pub(super) events: Vec<Event>,
    pub(super) tickets: BTreeMap<Tag, Ticket>,
    pub(super) due: Vec<StoredDue>,
}

impl Records {
    /// All or nothing.
    pub(super) fn transact<T>(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut copy = self.clone();
        let done = act(&mut copy)?;
        *self = copy;
        Ok(done)
    }

    pub(super) fn id_of(&self, login: &Login) -> Option<AccountId> {
        let mut accounts = self.accounts.values();
        let found = accounts.find(|stored| stored.account.login == *login)?;
        Some(found.account.id)
    }

    pub(super) fn sheet(&self, id: AccountId) -> Option<AccountSheet> {
        let stored = self.accounts.get(&id)?;
        let membership = |stored: &StoredMembership| {
            let organization = self.organizations.get(&stored.organization)?.clone();
            Some(Membership {
                id: stored.id,
                organization,
                role: stored.role,
                class: stored.class.clone(),
            })
        };
        Some(AccountSheet {
            account: Versioned {
                version: stored.version,
                value: stored.account.clone(),
            },
            memberships: stored.memberships.iter().filter_map(membership).collect(),
        })
    }

    pub(super) fn by_snils(&self, region: &RegionCode, snils: &Snils) -> Vec<AccountSheet> {
        self.accounts
            .values()
            .filter(|stored| {
                let known = stored.account.profile.snils.as_ref();
                stored.account.status == AccountStatus::Active
                    && known.is_some_and(|known| known.value == *snils)
            })
            .filter_map(|stored| self.sheet(stored.account.id))
            .filter(|sheet| {
                let mut memberships = sheet.memberships.iter();
                memberships.any(|membership| membership.organization.region.code == *region)
            })
            .collect()
    }

    pub(super) fn family(&self, id: AccountId) -> Family {
        let relative = |id: &AccountId| {
            let account = &self.accounts.get(id)?.account;
            Some(Relative {
                account: account.id,
                profile: account.profile.clone(),
            })
        };
        let guardianships = self.guardianships.iter();
        let (guardians, children) = guardianships.fold(
            (Vec::new(), Vec::new()),
            |(mut guardians, mut children), (guardian, pupil)| {
                if *pupil == id {
                    guardians.extend(relative(guardian));
                }
                if *guardian == id {
                    children.extend(relative(pupil));
                }
                (guardians, children)
            },
        );
        Family {
            guardians,
            children,
        }
    }

    /// Active links that a rule chooses, the oldest first.
    pub(super) fn active_links(&self, chosen: impl Fn(&Link) -> bool) -> Vec<Link> {
        let mut links: Vec<Link> = self
            .links
            .values()
            .filter(|stored| stored.ended.is_none() && chosen(&stored.link))
            .map(|stored| stored.link.clone())
            .collect();
        links.sort_by_key(|link| (link.linked_at, link.id));
        links
    }

    pub(super) fn anchor(&self, key: &IdentityKey) -> Version {
        self.anchors.get(key).copied().unwrap_or(Version::NEW)
    }

    pub(super) fn identity(&self, key: &IdentityKey) -> IdentitySheet {
        let linked = |link: Link| {
            let sheet = self.sheet(link.account)?;
            Some(LinkedAccount { link, sheet })
        };
        IdentitySheet {
            anchor: self.anchor(key),
            links: self
                .active_links(|link| link.identity == *key)
                .into_iter()
                .filter_map(linked)
                .collect(),
        }
    }

    pub(super) fn by_ticket(&self, ticket: &Tag) -> Option<Versioned<LinkFlow>> {
        let mut flows = self.flows.values();
        flows
            .find(|flow| {
                let tickets = flow.value.tickets();
                tickets.token.is_same(ticket) || tickets.uuid.is_same(ticket)
            })
            .cloned()
    }

    /// A browser's flows that can go on, the newest first.
    pub(super) fn open_flows(&self, browser: &Tag) -> Vec<FlowId> {
        let mut open: Vec<&LinkFlow> = self
            .flows
            .values()
            .map(|flow| &flow.value)
            .filter(|flow| flow.browser().is_same(browser) && flow.is_open())
            .collect();
        open.sort_by_key(|flow| std::cmp::Reverse((flow.begun_at(), flow.id())));
        open.into_iter().map(LinkFlow::id).collect()
    }

    pub(super) fn actor(&self, secret: &Tag) -> Option<Actor> {
        let mut sessions = self.sessions.values();
        let session = sessions.find(|session| session.value.secret.is_same(secret))?;
        Some(Actor {
            sheet: self.sheet(session.value.account)?,
            session: session.clone(),
        })
    }

    pub(super) fn sessions_of(&self, id: AccountId) -> Vec<Session> {
        let mut sessions: Vec<Session> = self
            .sessions
            .values()
            .map(|session| session.value.clone())
            .filter(|session| session.account == id)
            .collect();
        sessions.sort_by_key(|session| std::cmp::Reverse((session.seen_at, session.id)));
        sessions
    }

    pub(super) fn history(
        &self,
        id: AccountId,
        before: Option<AuditId>,
        limit: u16,
    ) -> Vec<HistoryLine> {
        let mut audits: Vec<&AuditRecord> = self
            .audits
            .iter()
            .filter(|audit| before.is_none_or(|before| audit.id < before))
            .collect();
        audits.sort_by_key(|audit| std::cmp::Reverse(audit.id));
        let lines = audits.into_iter().flat_map(|audit| {
            let own = audit
                .concerns
                .iter()
                .filter(|concern| concern.account == id);
            own.rev().map(|concern| HistoryLine {
                id: audit.id,
                at: audit.at,
                notice: concern.notice.clone(),
                agent: audit.agent.clone(),
            })
        });
        lines.take(limit.into()).collect()
    }
}
