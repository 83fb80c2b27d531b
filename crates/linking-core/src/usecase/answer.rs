//! Takes up what the provider sent back: claim, call, commit.

use crate::{
    account::Versioned,
    ids::FlowId,
    link::LinkFlow,
    ports::{Purpose, StoreError, Tag},
    provider::{
        Answer, Decline, ProviderError, ProviderErrorKind, ProviderId, ProviderState, Resume, Step,
        Wanted,
    },
    refusal::{AccountLack, Refusal},
    session::{Actor, Visitor},
    usecase::{
        Advance, ConnectedProvider, Fault, Linking, Outcome, flow_access::admits, start::wanted,
        verdict::Verdict,
    },
};

/// What became of taking an answer up.
enum Claim<'a> {
    /// This server judges it, with what the adapter remembered.
    Ours(
        Box<Versioned<LinkFlow>>,
        ProviderState,
        &'a ConnectedProvider,
    ),
    /// There is nothing to judge.
    Answered(Box<Outcome<Advance>>),
}

impl Linking {
    /// Takes up the provider's answer. `state` is the ticket as it came back; `provider` is the
    /// one at whose callback address it came. The adapter is called at most once for a ticket,
    /// with no transaction open (`threats.md` A8, I2). A ticket that belongs to no flow leaves
    /// nothing behind: whoever makes one up cannot fill the trail.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn answer(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        provider: &ProviderId,
        state: &str,
        answer: Answer,
    ) -> Result<Outcome<Advance>, Fault> {
        let ticket = self.ticket(state).await?;
        let claim = self
            .settled(|| self.claim(visitor, actor, provider, &ticket))
            .await?;
        let (claimed, provider_state, connected) = match claim {
            Claim::Ours(claimed, state, connected) => (claimed, state, connected),
            Claim::Answered(outcome) => return Ok(*outcome),
        };
        let flow = &claimed.value;
        let asked = wanted(flow.purpose(), self.flow_policy(flow, actor), connected);
        let resume = Resume {
            flow: flow.id(),
            state: provider_state,
            answer,
            begun_at: flow.begun_at(),
            now: self.now(),
        };
        let step = if connected.adapter.manifest().sent(&resume.answer) {
            let step = connected.adapter.advance(resume).await;
            step.and_then(|step| checked(step, connected, asked))
        } else {
            let cause = "the answer's iss is not this provider's";
            Err(ProviderError::new(ProviderErrorKind::AnswerInvalid, cause))
        };
        let (verdict, fault) = verdict_on(step);
        let judged = self.judge(visitor, actor, *claimed, verdict).await?;
        Ok(match judged {
            Outcome::Done(advance) => Outcome::Done(Advance { fault, ..advance }),
            Outcome::Refused(refusal) => Outcome::Refused(refusal),
        })
    }

    /// The tag under which a ticket is kept. With one key there is nothing to look for.
    async fn ticket(&self, state: &str) -> Result<Tag, Fault> {
        let vault = &self.ports.vault;
        for other in vault.other_tags(Purpose::Ticket, state.as_bytes()) {
            if self.ports.store.flow_by_ticket(&other).await?.is_some() {
                return Ok(other);
            }
        }
        Ok(vault.tag(Purpose::Ticket, state.as_bytes()))
    }

    /// Takes the answer up for this server, or says what the browser is told instead. A conflict
    /// is for the caller: whoever was quicker may have done something else to the flow.
    async fn claim(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        provider: &ProviderId,
        ticket: &Tag,
    ) -> Result<Claim<'_>, Fault> {
        let told = |outcome| Ok(Claim::Answered(Box::new(outcome)));
        let Some(flow) = self.ports.store.flow_by_ticket(ticket).await? else {
            return told(Outcome::Refused(Refusal::FlowNotYours));
        };
        let admitted = if flow.value.provider() == provider {
            admits(&flow.value, visitor, actor, self.now())
        } else {
            Err(Refusal::FlowNotYours)
        };
        if let Err(refusal) = admitted {
            self.record_refusal(visitor, actor, Some(&flow.value), None, &refusal)
                .await?;
            return told(Outcome::Refused(refusal));
        }
        let Ok((claimed, state)) = flow.value.clone().claim(self.now()) else {
            return told(Outcome::Done(self.standing(&flow.value)));
        };
        let claimed = claimed.brought_by(visitor.request.clone());
        let Some(connected) = self.open_provider(&flow.value, actor) else {
            return told(
                self.over(visitor, actor, &flow, Refusal::ProviderOff)
                    .await?,
            );
        };
        let version = self.ports.store.put_flow(&claimed, flow.version).await?;
        let claimed = Box::new(Versioned {
            version,
            value: claimed,
        });
        Ok(Claim::Ours(claimed, state, connected))
    }

    /// The page of a flow's present state, for whoever lost a race.
    pub(crate) async fn present(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
    ) -> Result<Outcome<Advance>, Fault> {
        Ok(match self.open_flow(visitor, actor, id).await? {
            Ok(present) => Outcome::Done(self.standing(&present.value)),
            Err(refusal) => Outcome::Refused(refusal),
        })
    }

    /// What was done, or the page of the present state where somebody else was quicker.
    pub(crate) async fn or_present(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
        done: Result<Outcome<Advance>, Fault>,
    ) -> Result<Outcome<Advance>, Fault> {
        match done {
            Err(Fault::Store(StoreError::Conflict(_))) => self.present(visitor, actor, id).await,
            done => done,
        }
    }
}

/// What follows from an adapter's answer, and the fault behind it for the operator.
fn verdict_on(step: Result<Step, ProviderError>) -> (Verdict, Option<ProviderError>) {
    match step {
        Ok(Step::Verified(identity)) => (Verdict::Verified(identity), None),
        Ok(Step::Declined(decline)) => (Verdict::TryAgain(refusal_of(decline)), None),
        Ok(Step::Ask { .. }) => (
            Verdict::TryAgain(Refusal::ProviderUnavailable),
            Some(ProviderError::new(
                ProviderErrorKind::Configuration,
                "the adapter asked for a second step, which this program does not take",
            )),
        ),
        Err(error) => {
            let refusal = match error.kind {
                ProviderErrorKind::Unavailable
                | ProviderErrorKind::Restart
                | ProviderErrorKind::Configuration => Refusal::ProviderUnavailable,
                ProviderErrorKind::AnswerInvalid => Refusal::ProviderAnswerInvalid,
            };
            (Verdict::TryAgain(refusal), Some(error))
        }
    }
}

/// What the core itself checks of a step, whatever the adapter says: the issuer is the
/// manifest's (`threats.md` C3), contacts are of different kinds; what was not asked for is
/// dropped at the door (H6).
fn checked(
    step: Step,
    connected: &ConnectedProvider,
    asked: Wanted,
) -> Result<Step, ProviderError> {
    let Step::Verified(mut identity) = step else {
        return Ok(step);
    };
    let wrong = |what| Err(ProviderError::new(ProviderErrorKind::AnswerInvalid, what));
    if identity.key.issuer != connected.adapter.manifest().issuer {
        return wrong("the identity's issuer is not the one of the manifest");
    }
    // No rule of this program looks at the gender.
    identity.claims.gender = None;
    connected.consent.main().limit(&mut identity.claims);
    if !asked.contacts.is_on() {
        identity.claims.contacts = None;
    }
    let mut kinds: Vec<_> = identity
        .claims
        .contacts
        .iter()
        .flatten()
        .map(|contact| contact.value.kind())
        .collect();
    kinds.sort_unstable();
    if kinds
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if a == b))
    {
        return wrong("two contacts of one kind");
    }
    Ok(Step::Verified(identity))
}

fn refusal_of(decline: Decline) -> Refusal {
    match decline {
        Decline::ByPerson => Refusal::ConsentRefused,
        Decline::AssuranceTooLow => Refusal::AssuranceTooLow {
            lacks: AccountLack::Level,
        },
        Decline::AccountUnfit => Refusal::AssuranceTooLow {
            lacks: AccountLack::Else,
        },
    }
}
