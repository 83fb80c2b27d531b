//! What both ways of linking share: the facts, the change, and what a refusal leaves.

use crate::{
    account::{AccountSheet, Versioned},
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, Guard, SessionScope, Write},
    consent::{Consent, ConsentStatus, GrantedConsent},
    event::{Event, EventBody},
    ids::{AccountId, ConsentKind, LinkKind},
    link::{
        ConsentFact, Link, LinkDecision, LinkFacts, LinkFlow, LinkOrigin, LocalProof,
        compare_identity, decide_link,
    },
    ports::IdentitySheet,
    provider::ProviderIdentity,
    refusal::{Refusal, RefusalCode},
    session::Visitor,
    usecase::{Fault, Linking, NewSession, start::existing_link},
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
    /// Loads the facts of today and decides.
    pub(crate) async fn ask_link(&self, question: &LinkQuestion<'_>) -> Result<LinkAnswer, Fault> {
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
        let decision = match decide_link(&facts, policy) {
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
        known: &IdentitySheet,
        consent: &GrantedConsent,
        offered: Vec<crate::provider::ContactClaim>,
        session: &NewSession,
    ) -> Result<(ChangeSet, LinkFlow), Fault> {
        let now = self.now();
        let account = question.sheet.account();
        let provider = question.flow.value.provider();
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
        let audit = self.audit(
            By::Account(account.id),
            Act::Linked {
                provider: provider.clone(),
            },
            Some(flow.id()),
            &question.visitor.agent,
            vec![Concern {
                account: account.id,
                notice: Notice::Linked {
                    provider: provider.clone(),
                },
            }],
        );
        let event = Event {
            id: self.event_id(),
            account: account.id,
            at: now,
            agent: Some(question.visitor.agent.clone()),
            body: EventBody::Linked {
                link: link.id,
                provider: provider.clone(),
            },
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
        let change = ChangeSet::new(audit)
            .guard(Guard::Account {
                id: account.id,
                read: question.sheet.account.version,
            })
            .write(Write::PutFlow {
                flow: Box::new(flow.clone()),
                read: question.flow.version,
            })
            .write(Write::InsertLink {
                link,
                anchor: known.anchor,
                sharing,
            })
            .write(Write::InsertConsent(consent))
            .write(Write::EndRestores(account.id))
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
