//! What both ways of linking share: the facts, the change, and what a refusal leaves.

use crate::{
    account::{AccountSheet, Version, Versioned},
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, FlowScope, Guard, SessionScope, Write},
    consent::{Consent, ConsentStatus, GrantedConsent},
    event::{Event, EventBody},
    ids::{AccountId, ConsentKind, LinkKind},
    link::{
        ConsentFact, Link, LinkDecision, LinkEnd, LinkFacts, LinkFlow, LinkOrigin, LocalProof,
        compare_identity, decide_link,
    },
    policy::Policy,
    ports::IdentitySheet,
    provider::{ContactClaim, ProviderIdentity},
    refusal::{Refusal, RefusalCode},
    session::Visitor,
    usecase::{Fault, Linking, NewSession, links::Ending, start::existing_link},
};

/// The facts of one decision on a link, loaded together.
pub(crate) struct LinkQuestion<'a> {
    pub(crate) visitor: &'a Visitor,
    pub(crate) flow: &'a Versioned<LinkFlow>,
    pub(crate) identity: &'a ProviderIdentity,
    pub(crate) sheet: &'a AccountSheet,
    pub(crate) origin: LinkOrigin,
    pub(crate) consent: ConsentFact,
    pub(crate) proof: LocalProof,
}

/// A link that may be made.
pub(crate) struct NewLink<'a> {
    pub(crate) consent: &'a GrantedConsent,
    pub(crate) offered: Vec<ContactClaim>,
    /// The identity's anchor, as the write will meet it.
    pub(crate) anchor: Version,
    /// The account's link that ends for it.
    pub(crate) instead: Option<&'a Link>,
}

/// The decision, with what the write must name.
pub(crate) struct LinkAnswer {
    pub(crate) decision: Result<LinkDecision, Refusal>,
    pub(crate) known: IdentitySheet,
    /// The account's link of this provider, if it has one.
    pub(crate) own_link: Option<Link>,
    /// Whether a known attribute of the identity differs from the account's.
    differs: bool,
}

impl LinkAnswer {
    /// Whether a proved account met another person's identity, whatever was refused first: it
    /// counts as a mismatch (`threats.md` F5).
    pub(crate) fn is_misfit(&self, refusal: &Refusal) -> bool {
        self.differs || is_mismatch(refusal.code())
    }
}

impl Linking {
    /// Loads the facts of today and decides on a new link.
    pub(crate) async fn ask_link(&self, question: &LinkQuestion<'_>) -> Result<LinkAnswer, Fault> {
        self.ask(question, decide_link).await
    }

    /// Loads the facts of today and asks a decision.
    pub(crate) async fn ask(
        &self,
        question: &LinkQuestion<'_>,
        decide: impl FnOnce(&LinkFacts<'_>, &Policy) -> Result<LinkDecision, Refusal> + Send,
    ) -> Result<LinkAnswer, Fault> {
        let account = question.sheet.account().id;
        let family = self.ports.store.family(account).await?;
        let links = self.ports.store.links_of(account).await?;
        let known = self.ports.store.identity(&question.identity.key).await?;
        let holders: Vec<AccountId> = known
            .links
            .iter()
            .map(|linked| linked.link.account)
            .collect();
        let facts = LinkFacts {
            provider: question.flow.value.provider(),
            identity: question.identity,
            sheet: question.sheet,
            family: &family,
            origin: question.origin,
            consent: question.consent.clone(),
            proof: question.proof,
            existing: existing_link(
                &links,
                question.flow.value.provider(),
                &question.identity.key,
            ),
            holders: &holders,
            today: self.day_of(question.sheet),
        };
        let policy = self.policy_of(question.sheet);
        let connected = self.provider(facts.provider).is_some();
        let decision = match decide(&facts, policy) {
            _ if !connected => Err(Refusal::ProviderOff),
            // A left-over answer does not bring back what its owner ended (`threats.md` E5).
            Ok(LinkDecision::Make { .. }) if question.flow.value.is_outrun(known.anchor) => {
                Err(Refusal::FlowExpired)
            }
            decision => decision,
        };
        let differs = compare_identity(
            &question.sheet.account().profile,
            &question.identity.claims,
            policy.patronymic,
        )
        .differs();
        let own_link = links
            .into_iter()
            .find(|link| link.provider == *question.flow.value.provider());
        Ok(LinkAnswer {
            decision,
            known,
            own_link,
            differs,
        })
    }

    /// The change that makes a link: link, consent, flow, session, one audit record, all or
    /// nothing. A new link ends the account's other sessions (`domain.md`, Epoch).
    pub(crate) fn link_change(
        &self,
        question: &LinkQuestion<'_>,
        new: NewLink<'_>,
        session: &mut NewSession,
    ) -> Result<(ChangeSet, LinkFlow), Fault> {
        let now = self.now();
        let account = question.sheet.account();
        let provider = question.flow.value.provider();
        let NewLink {
            consent,
            offered,
            anchor,
            instead,
        } = new;
        let link = Link {
            id: self.id::<LinkKind>(),
            account: account.id,
            provider: provider.clone(),
            identity: question.identity.key.clone(),
            assurance: question.identity.assurance,
            origin: question.origin,
            linked_at: now,
            used_at: None,
        };
        let flow = question
            .flow
            .value
            .clone()
            .linked(account.id, link.id, offered, now)
            .map_err(|_| Fault::Contradiction("no link was being made"))?;
        let (act, notice, body) = told_of(&link, instead);
        let audit = self.audit(
            By::Account(account.id),
            act,
            Some(flow.id()),
            &question.visitor.agent,
            vec![Concern {
                account: account.id,
                notice,
            }],
        );
        let event = Event {
            id: self.event_id(),
            account: account.id,
            at: now,
            agent: Some(question.visitor.agent.clone()),
            body,
        };
        let consent = Consent {
            id: self.id::<ConsentKind>(),
            account: account.id,
            provider: provider.clone(),
            text: consent.text.clone(),
            given_at: consent.at,
            status: ConsentStatus::Granted,
        };
        let sharing = self.policy_of(question.sheet).identity_sharing;
        let change = ChangeSet::new(audit);
        let (change, flow) = match instead {
            None => (
                change
                    .guard(Guard::Account {
                        id: account.id,
                        read: question.sheet.account.version,
                    })
                    .write(Write::EndRestores(account.id)),
                flow,
            ),
            Some(old) => {
                let (change, raised) = self.ending_writes(
                    change,
                    Ending {
                        sheet: question.sheet,
                        link: old,
                        end: LinkEnd::Replaced,
                        flows: FlowScope::AllBut(flow.id()),
                    },
                );
                session.session.epoch = raised;
                (change, flow.with_epoch(raised))
            }
        };
        let change = change
            .write(Write::PutFlow {
                flow: Box::new(flow.clone()),
                read: question.flow.version,
            })
            .write(Write::InsertLink {
                link,
                anchor,
                sharing,
            })
            .write(Write::InsertConsent(consent))
            .write(Write::EndSessions {
                account: account.id,
                scope: SessionScope::AllBut(session.session.id),
            })
            .event(event);
        Ok((change, flow))
    }

    /// What a refused link leaves: one audit record, and word to those whom it concerns
    /// (`threats.md` E1, F5). Nothing else changes.
    pub(crate) fn refused_link_change(
        &self,
        question: &LinkQuestion<'_>,
        answer: &LinkAnswer,
        refusal: &Refusal,
    ) -> ChangeSet {
        let now = self.now();
        let account = question.sheet.account().id;
        let provider = question.flow.value.provider();
        let code = refusal.code();
        let mismatch = is_mismatch(code);
        let own = if mismatch {
            Notice::MismatchTried {
                provider: provider.clone(),
            }
        } else {
            Notice::LinkRefused {
                provider: provider.clone(),
                code: code.as_str().to_owned(),
            }
        };
        let mut concerns = vec![Concern {
            account,
            notice: own,
        }];
        let mut events = Vec::new();
        if mismatch {
            events.push((
                account,
                EventBody::MismatchTried {
                    provider: provider.clone(),
                },
            ));
        }
        if code == RefusalCode::IdentityLinkedElsewhere {
            for holder in answer.known.links.iter().map(|linked| linked.link.account) {
                concerns.push(Concern {
                    account: holder,
                    notice: Notice::IdentityTriedElsewhere {
                        provider: provider.clone(),
                    },
                });
                let body = EventBody::IdentityTriedElsewhere {
                    provider: provider.clone(),
                };
                events.push((holder, body));
            }
        }
        let act = Act::Refused {
            code: code.as_str().to_owned(),
            provider: Some(provider.clone()),
        };
        let audit = self.audit(
            By::Account(account),
            act,
            Some(question.flow.value.id()),
            &question.visitor.agent,
            concerns,
        );
        events
            .into_iter()
            .fold(ChangeSet::new(audit), |change, (account, body)| {
                change.event(Event {
                    id: self.event_id(),
                    account,
                    at: now,
                    agent: Some(question.visitor.agent.clone()),
                    body,
                })
            })
    }
}

/// What is told of a new link, and of one that took another's place.
fn told_of(link: &Link, instead: Option<&Link>) -> (Act, Notice, EventBody) {
    let provider = || link.provider.clone();
    match instead {
        None => (
            Act::Linked {
                provider: provider(),
            },
            Notice::Linked {
                provider: provider(),
            },
            EventBody::Linked {
                link: link.id,
                provider: provider(),
            },
        ),
        Some(old) => (
            Act::Replaced {
                provider: provider(),
            },
            Notice::Replaced {
                provider: provider(),
            },
            EventBody::Replaced {
                ended: old.id,
                link: link.id,
                provider: provider(),
            },
        ),
    }
}

/// Whether a refusal says that the password was right and the identity another person's.
const fn is_mismatch(code: RefusalCode) -> bool {
    matches!(
        code,
        // An identity without a name is nobody's: it may not be used to try passwords either.
        RefusalCode::ProviderAnswerInvalid
            | RefusalCode::GuardianChildMixUp
            | RefusalCode::NameMismatch
            | RefusalCode::SnilsMismatch
            | RefusalCode::BirthDateMismatch
    )
}
