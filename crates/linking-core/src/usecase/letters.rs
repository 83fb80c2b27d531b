//! What the sender of letters does with something due: whose letters, to which address, with
//! which tickets. The words are the host's.

use crate::{
    account::{AccountSheet, AccountStatus},
    audit::{Act, AuditRecord, By, Concern, Notice},
    change::{ChangeSet, Write},
    event::{Event, EventBody},
    ids::{AuditKind, LinkId},
    letter::{LetterKind, RestoreRequest, Ticket, TicketPurpose},
    link::Link,
    person::EmailAddress,
    ports::Due,
    region::ZoneOffset,
    secret::Secret256,
    session::{AgentLabel, SignInWay},
    sign_in::effective_ways,
    time::{LETTER_LIFE, NOT_ME_LIFE, RESTORE_LIFE, Timestamp},
    usecase::{Fault, Linking},
};

/// A letter that is to be written and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Names it for the receiver: the same however often it is sent.
    pub key: String,
    /// To whom.
    pub to: EmailAddress,
    /// What about.
    pub kind: LetterKind,
    /// The profile, masked.
    pub profile: String,
    /// When it happened.
    pub at: Timestamp,
    /// The clock of the account's region; none where the account belongs nowhere yet.
    pub offset: Option<ZoneOffset>,
    /// From which browser it was done.
    pub agent: Option<AgentLabel>,
    /// The ticket in its link: of the new password, or of «Это не я».
    pub secret: Secret256,
}

impl Linking {
    /// The letters of something due. Their tickets are written down first: a letter whose ticket
    /// is unknown would open nothing. Nobody to write to is no letter.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn letters_of(&self, due: &Due) -> Result<Vec<Letter>, Fault> {
        if self.now().signed_duration_since(due.at()) >= LETTER_LIFE {
            return Ok(Vec::new());
        }
        match due {
            Due::Event(event) => self.notice_of(due, event).await,
            Due::Restore(request) => self.restores_of(due, request).await,
        }
    }

    async fn notice_of(&self, due: &Due, event: &Event) -> Result<Vec<Letter>, Fault> {
        let Some(sheet) = self.ports.store.account(event.account).await? else {
            return Ok(Vec::new());
        };
        if sheet.account().status == AccountStatus::Archived {
            return Ok(Vec::new());
        }
        let (kind, link): (LetterKind, Option<LinkId>) = match event.body.clone() {
            EventBody::Linked { link, provider } => (LetterKind::Linked { provider }, Some(link)),
            EventBody::Unlinked { provider, .. } => {
                let ways = self.ways_left(&sheet).await?;
                (LetterKind::Unlinked { provider, ways }, None)
            }
            EventBody::MovedAway { provider, .. } => {
                let ways = self.ways_left(&sheet).await?;
                (LetterKind::MovedAway { provider, ways }, None)
            }
            EventBody::Replaced { link, provider, .. } => {
                (LetterKind::Replaced { provider }, Some(link))
            }
            EventBody::MismatchTried { provider } => (LetterKind::MismatchTried { provider }, None),
            EventBody::IdentityTriedElsewhere { provider } => {
                (LetterKind::IdentityTriedElsewhere { provider }, None)
            }
            EventBody::PasswordPaused { until } => (LetterKind::PasswordPaused { until }, None),
            EventBody::PasswordChanged => (LetterKind::PasswordChanged, None),
        };
        let purpose = TicketPurpose::NotMe { link };
        let letter = self.letter(&sheet, due.key(), kind, event.at, event.agent.clone());
        self.with_tickets(letter.map(|letter| (letter, sheet, purpose)), Vec::new())
            .await
    }

    /// By what the person can sign in now.
    async fn ways_left(&self, sheet: &AccountSheet) -> Result<Vec<SignInWay>, Fault> {
        let links = self.ports.store.links_of(sheet.account().id).await?;
        let standing: Vec<&Link> = links.iter().collect();
        Ok(effective_ways(sheet, &standing, self.policy_of(sheet)))
    }

    /// A login names one account; an address may be that of several, and each gets a letter.
    async fn restores_of(&self, due: &Due, request: &RestoreRequest) -> Result<Vec<Letter>, Fault> {
        if self.now().signed_duration_since(request.at) >= RESTORE_LIFE {
            return Ok(Vec::new());
        }
        let typed = request.typed.expose();
        let mut sheets = match typed.parse::<EmailAddress>() {
            Ok(address) => self.ports.store.accounts_by_email(&address).await?,
            Err(_) => Vec::new(),
        };
        if let Ok(login) = typed.parse()
            && let Some(sheet) = self.ports.store.account_by_login(&login).await?
            && !sheets
                .iter()
                .any(|found| found.account().id == sheet.account().id)
        {
            sheets.push(sheet);
        }
        let mut concerns = Vec::new();
        let mut letters = Vec::new();
        for sheet in sheets {
            let account = sheet.account();
            if account.status != AccountStatus::Active {
                continue;
            }
            let key = format!("{}.{}", due.key(), account.id);
            let agent = Some(request.agent.clone());
            let purpose = TicketPurpose::Restore {
                epoch: account.epoch,
                flow: request.flow,
            };
            if let Some(letter) = self.letter(&sheet, key, LetterKind::Restore, request.at, agent) {
                concerns.push(Concern {
                    account: account.id,
                    notice: Notice::RestoreSent,
                });
                letters.push((letter, sheet, purpose));
            }
        }
        self.with_tickets(letters, concerns).await
    }

    fn letter(
        &self,
        sheet: &AccountSheet,
        key: String,
        kind: LetterKind,
        at: Timestamp,
        agent: Option<AgentLabel>,
    ) -> Option<Letter> {
        let profile = &sheet.account().profile;
        Some(Letter {
            key,
            to: profile.letter_address()?.clone(),
            kind,
            profile: profile.name.value.masked(),
            at,
            offset: sheet
                .first_membership()
                .map(|first| first.organization.region.offset),
            agent,
            secret: Secret256::draw(self.random()),
        })
    }

    async fn with_tickets(
        &self,
        letters: impl IntoIterator<Item = (Letter, AccountSheet, TicketPurpose)> + Send,
        concerns: Vec<Concern>,
    ) -> Result<Vec<Letter>, Fault> {
        let now = self.now();
        let mut made = Vec::new();
        let mut tickets = Vec::new();
        for (letter, sheet, purpose) in letters {
            let Some(address) = self.address_tag(&sheet) else {
                continue;
            };
            let life = match purpose {
                TicketPurpose::Restore { .. } => RESTORE_LIFE,
                TicketPurpose::NotMe { .. } => NOT_ME_LIFE,
            };
            tickets.push(Ticket {
                secret: self.letter_tag(&letter.secret),
                account: sheet.account().id,
                address,
                purpose,
                made_at: now,
                ends_at: now + life,
                used_at: None,
            });
            made.push(letter);
        }
        if made.is_empty() {
            return Ok(made);
        }
        let audit = AuditRecord {
            id: self.id::<AuditKind>(),
            at: now,
            by: By::Program,
            act: Act::LettersMade,
            flow: None,
            agent: None,
            concerns,
        };
        let change = tickets
            .into_iter()
            .fold(ChangeSet::new(audit), |change, ticket| {
                change.write(Write::InsertTicket(ticket))
            });
        self.ports.store.commit(change).await?;
        Ok(made)
    }
}
