//! «Это не я»: the page that a letter's ticket opens, and what its button does.

use crate::{
    account::AccountSheet,
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, FlowScope, SessionScope, Write},
    event::{Event, EventBody},
    letter::{NotMeDecision, NotMeFacts, Ticket, TicketPurpose, decide_not_me},
    link::{Link, LinkEnd},
    ports::{StoreError, Tag},
    refusal::Refusal,
    secret::Secret256,
    session::Visitor,
    time::RESTORE_LIFE,
    usecase::{Fault, Linking, Outcome, TRIES},
};

/// What the page of a ticket says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotMeView {
    /// It can be pressed.
    Open,
    /// It was pressed.
    DoneAlready,
}

/// What pressing it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotMeDone {
    /// The profile is safe. Where the address is still the account's, the secret of a ticket for
    /// the new password; else a letter or the school gives one.
    Protected {
        /// Goes into the page and nowhere else.
        restore: Option<Secret256>,
    },
    /// It was pressed before.
    DoneAlready,
}

/// What there is of a ticket, for the decision.
struct Found {
    ticket: Option<Ticket>,
    sheet: Option<AccountSheet>,
    links: Vec<Link>,
    address: Option<Tag>,
}

impl Linking {
    async fn look_up(&self, secret: &Tag) -> Result<Found, Fault> {
        let ticket = self.ports.store.ticket(secret).await?;
        let (sheet, links) = match &ticket {
            Some(ticket) => (
                self.ports.store.account(ticket.account).await?,
                self.ports.store.links_of(ticket.account).await?,
            ),
            None => (None, Vec::new()),
        };
        let address = sheet.as_ref().and_then(|sheet| self.address_tag(sheet));
        Ok(Found {
            ticket,
            sheet,
            links,
            address,
        })
    }

    fn decided<'a>(&self, found: &'a Found) -> Result<NotMeDecision<'a>, Refusal> {
        decide_not_me(&NotMeFacts {
            ticket: found.ticket.as_ref(),
            sheet: found.sheet.as_ref(),
            links: &found.links,
            address: found.address,
            now: self.now(),
        })
    }

    /// Whether a letter's «Это не я» still works; looking changes nothing.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn not_me_view(&self, secret: &Secret256) -> Result<Outcome<NotMeView>, Fault> {
        let found = self.look_up(&self.letter_tag(secret)).await?;
        Ok(match self.decided(&found) {
            Ok(NotMeDecision::Protect { .. }) => Outcome::Done(NotMeView::Open),
            Ok(NotMeDecision::DoneAlready) => Outcome::Done(NotMeView::DoneAlready),
            Err(refusal) => Outcome::Refused(refusal),
        })
    }

    /// Ends the link of which the letter told, all sessions, flows and letters of before, and
    /// asks for a new password (`threats.md` E3). The trail keeps who did what.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn not_me(
        &self,
        visitor: &Visitor,
        secret: &Secret256,
    ) -> Result<Outcome<NotMeDone>, Fault> {
        let tag = self.letter_tag(secret);
        for _ in 1..TRIES {
            match self.protect(visitor, &tag).await {
                Err(Fault::Store(StoreError::Conflict(_))) => {}
                settled => return settled,
            }
        }
        self.protect(visitor, &tag).await
    }

    async fn protect(&self, visitor: &Visitor, secret: &Tag) -> Result<Outcome<NotMeDone>, Fault> {
        let found = self.look_up(secret).await?;
        let (sheet, link, restores) = match self.decided(&found) {
            Ok(NotMeDecision::Protect {
                sheet,
                link,
                restores,
            }) => (sheet, link, restores),
            Ok(NotMeDecision::DoneAlready) => return Ok(Outcome::Done(NotMeDone::DoneAlready)),
            Err(refusal) => {
                self.record_refusal(visitor, None, None, None, &refusal)
                    .await?;
                return Ok(Outcome::Refused(refusal));
            }
        };
        let now = self.now();
        let mut account = sheet.account().clone();
        account.epoch = account.epoch.next();
        if let Some(password) = &mut account.password {
            password.exposed_at = Some(now);
        }
        if let Some(link) = link {
            account.profile.keep_contacts(&link.provider, [], now);
        }
        let (id, epoch) = (account.id, account.epoch);
        let concern = Concern {
            account: id,
            notice: Notice::NotMe,
        };
        let act = Act::NotMe {
            provider: link.map(|link| link.provider.clone()),
        };
        let audit = self.audit(By::Account(id), act, None, &visitor.agent, vec![concern]);
        let mut change = ChangeSet::new(audit)
            .write(Write::UseTicket {
                secret: *secret,
                at: now,
            })
            .write(Write::PutAccount {
                account: Box::new(account),
                read: sheet.account.version,
            })
            .write(Write::EndRestores(id))
            .write(Write::EndFlows {
                account: id,
                scope: FlowScope::All,
            })
            .write(Write::EndSessions {
                account: id,
                scope: SessionScope::All,
            });
        if let Some(link) = link {
            let provider = link.provider.clone();
            change = change
                .write(Write::EndLink {
                    id: link.id,
                    identity: link.identity.clone(),
                    end: LinkEnd::NotMe,
                    at: now,
                })
                .write(Write::WithdrawConsent {
                    account: id,
                    provider: provider.clone(),
                    at: now,
                })
                .event(Event {
                    id: self.event_id(),
                    account: id,
                    at: now,
                    agent: Some(visitor.agent.clone()),
                    body: EventBody::Unlinked {
                        link: link.id,
                        provider,
                    },
                });
        }
        let restore = found.address.filter(|_| restores).map(|address| {
            let secret = Secret256::draw(self.random());
            let ticket = Ticket {
                secret: self.letter_tag(&secret),
                account: id,
                address,
                purpose: TicketPurpose::Restore { epoch, flow: None },
                made_at: now,
                ends_at: now + RESTORE_LIFE,
                used_at: None,
            };
            (secret, ticket)
        });
        let (secret, ticket) = restore.unzip();
        if let Some(ticket) = ticket {
            change = change.write(Write::InsertTicket(ticket));
        }
        self.ports.store.commit(change).await?;
        Ok(Outcome::Done(NotMeDone::Protected { restore: secret }))
    }
}
