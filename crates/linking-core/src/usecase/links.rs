//! «Способы входа»: what there is, and ending a link.

use crate::{
    account::{AccountSheet, ContactKind, Epoch},
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, FlowScope, SessionScope, Write},
    event::{Event, EventBody},
    link::{Link, LinkEnd, UnlinkFacts, decide_unlink},
    ports::StoreError,
    provider::{ProviderId, Switch},
    refusal::Refusal,
    session::{Actor, SignInWay, Visitor},
    sign_in::effective_ways,
    usecase::{Fault, Linking, NewSession, Outcome, TRIES},
};

/// A row of «Способы входа».
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayView {
    /// The local password.
    Password {
        /// Since when it is this one; none where there is none.
        set_at: Option<crate::time::Timestamp>,
        /// Whether somebody else is held to know it, so that it lets nobody in.
        exposed: bool,
    },
    /// A provider with an active link.
    Linked {
        /// The link.
        link: Link,
        /// Whether the provider is on where the account belongs.
        provider: Switch,
        /// Whether it is the last effective way in.
        last: bool,
    },
    /// A provider that can be linked.
    Connectable {
        /// Which.
        provider: ProviderId,
    },
}

/// What unlinking takes and leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlinkView {
    /// The link.
    pub link: Link,
    /// Contacts of the provider that are erased with it.
    pub contacts: Vec<ContactKind>,
    /// The ways in that stay.
    pub stays: Vec<SignInWay>,
}

/// A link that ends.
#[derive(Clone, Copy)]
pub(crate) struct Ending<'a> {
    /// Whose.
    pub(crate) sheet: &'a AccountSheet,
    /// Which.
    pub(crate) link: &'a Link,
    /// Why.
    pub(crate) end: LinkEnd,
    /// Which of the account's flows end with it.
    pub(crate) flows: FlowScope,
}

impl Linking {
    /// The ways in of the acting account: connected first, then those that can be connected.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn ways(&self, actor: &Actor) -> Result<Vec<WayView>, Fault> {
        let links = self.ports.store.links_of(actor.account()).await?;
        let policy = self.policy_of(&actor.sheet);
        let mut ways: Vec<WayView> = links
            .iter()
            .map(|link| {
                let rest: Vec<&Link> = links.iter().filter(|other| other.id != link.id).collect();
                WayView::Linked {
                    link: link.clone(),
                    provider: if policy.allows(&link.provider) {
                        Switch::On
                    } else {
                        Switch::Off
                    },
                    last: effective_ways(&actor.sheet, &rest, policy).is_empty(),
                }
            })
            .collect();
        let password = actor.sheet.account().password.as_ref();
        ways.push(WayView::Password {
            set_at: password.map(|password| password.set_at),
            exposed: password.is_some_and(|password| password.exposed_at.is_some()),
        });
        ways.extend(
            self.providers
                .keys()
                .filter(|id| policy.allows(id) && !links.iter().any(|link| link.provider == **id))
                .map(|id| WayView::Connectable {
                    provider: id.clone(),
                }),
        );
        Ok(ways)
    }

    /// By what the acting account can sign in today, and so prove itself once more: what has a
    /// password where it belongs, and each link whose provider is on and connected.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn ways_that_work(&self, actor: &Actor) -> Result<Vec<SignInWay>, Fault> {
        let links = self.ports.store.links_of(actor.account()).await?;
        let connected: Vec<&Link> = links
            .iter()
            .filter(|link| self.provider(&link.provider).is_some())
            .collect();
        Ok(effective_ways(
            &actor.sheet,
            &connected,
            self.policy_of(&actor.sheet),
        ))
    }

    /// What unlinking would take and leave, or why it may not be.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn unlink_view(
        &self,
        actor: &Actor,
        provider: &ProviderId,
    ) -> Result<Outcome<UnlinkView>, Fault> {
        let links = self.ports.store.links_of(actor.account()).await?;
        Ok(self
            .asked_to_unlink(actor, &links, provider)
            .map_or_else(Outcome::Refused, |link| {
                let rest: Vec<&Link> = links.iter().filter(|other| other.id != link.id).collect();
                Outcome::Done(UnlinkView {
                    link: link.clone(),
                    contacts: actor
                        .sheet
                        .account()
                        .profile
                        .contacts_from(provider)
                        .map(|contact| contact.value.kind())
                        .collect(),
                    stays: effective_ways(&actor.sheet, &rest, self.policy_of(&actor.sheet)),
                })
            }))
    }

    fn asked_to_unlink<'a>(
        &self,
        actor: &'a Actor,
        links: &'a [Link],
        provider: &ProviderId,
    ) -> Result<&'a Link, Refusal> {
        let link = links
            .iter()
            .find(|link| link.provider == *provider)
            .ok_or(Refusal::FlowFinished)?;
        let facts = UnlinkFacts {
            sheet: &actor.sheet,
            links,
            link: link.id,
            session: &actor.session.value,
            now: self.now(),
        };
        decide_unlink(&facts, self.policy_of(&actor.sheet))
    }

    /// Ends the link: with it go its contacts and the consent; older sessions, flows and proofs
    /// die by the new epoch, the acting session is re-issued (`threats.md` E5, E10). Flows that
    /// hold the identity without an account die by the identity's anchor.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn unlink(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        provider: &ProviderId,
    ) -> Result<Outcome<NewSession>, Fault> {
        let mut acting = actor.clone();
        for _ in 0..TRIES {
            match self.unlink_once(visitor, &acting, provider).await {
                Err(Fault::Store(StoreError::Conflict(_))) => {
                    match self.refreshed(&acting).await? {
                        Some(fresh) => acting = fresh,
                        None => break,
                    }
                }
                settled => return settled,
            }
        }
        // Somebody else was quicker: with the same wish, or by ending this session.
        let links = self.ports.store.links_of(actor.account()).await?;
        let stands = links.iter().any(|link| link.provider == *provider);
        Ok(Outcome::Refused(if stands {
            Refusal::FlowExpired
        } else {
            Refusal::FlowFinished
        }))
    }

    /// What the end of a link takes with it: the contacts and the consent that it gave, and by
    /// the account's new epoch, which it gives back, older sessions, flows and proofs. Which
    /// sessions stay is the caller's to write.
    pub(crate) fn ending_writes(
        &self,
        change: ChangeSet,
        ending: Ending<'_>,
    ) -> (ChangeSet, Epoch) {
        let now = self.now();
        let Ending {
            sheet,
            link,
            end,
            flows,
        } = ending;
        let mut account = sheet.account().clone();
        account.epoch = account.epoch.next();
        account.profile.keep_contacts(&link.provider, [], now);
        let (id, raised) = (account.id, account.epoch);
        let change = change
            .write(Write::PutAccount {
                account: Box::new(account),
                read: sheet.account.version,
            })
            .write(Write::EndLink {
                id: link.id,
                identity: link.identity.clone(),
                end,
                at: now,
            })
            .write(Write::WithdrawConsent {
                account: id,
                provider: link.provider.clone(),
                at: now,
            })
            .write(Write::EndRestores(id))
            .write(Write::EndFlows {
                account: id,
                scope: flows,
            });
        (change, raised)
    }

    async fn unlink_once(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        provider: &ProviderId,
    ) -> Result<Outcome<NewSession>, Fault> {
        let links = self.ports.store.links_of(actor.account()).await?;
        let link = match self.asked_to_unlink(actor, &links, provider) {
            Ok(link) => link,
            Err(refusal) => {
                self.record_refusal(visitor, Some(actor), None, Some(provider), &refusal)
                    .await?;
                return Ok(Outcome::Refused(refusal));
            }
        };
        let id = actor.account();
        let audit = self.audit(
            By::Account(id),
            Act::Unlinked {
                provider: provider.clone(),
            },
            None,
            &visitor.agent,
            vec![Concern {
                account: id,
                notice: Notice::Unlinked {
                    provider: provider.clone(),
                },
            }],
        );
        let event = Event {
            id: self.event_id(),
            account: id,
            at: self.now(),
            agent: Some(visitor.agent.clone()),
            body: EventBody::Unlinked {
                link: link.id,
                provider: provider.clone(),
            },
        };
        let ending = Ending {
            sheet: &actor.sheet,
            link,
            end: LinkEnd::Unlinked,
            flows: FlowScope::All,
        };
        let (change, raised) = self.ending_writes(ChangeSet::new(audit), ending);
        let mut renewed = self.reissued(&actor.session.value);
        renewed.session.epoch = raised;
        let change = change
            .write(Write::EndSessions {
                account: id,
                scope: SessionScope::AllBut(renewed.session.id),
            })
            .write(Write::PutSession {
                session: renewed.session.clone(),
                read: actor.session.version,
            })
            .event(event);
        self.ports.store.commit(change).await?;
        Ok(Outcome::Done(renewed))
    }
}
