//! What must hold of each step: the invariants of `domain.md`, and T1–T7 of `threats.md`.
//!
//! Each is looked at over the store before and after one call, so that a rule that is broken for
//! a moment is seen too.

use std::collections::BTreeSet;

use linking_core::{
    account::{AccountSheet, AccountStatus, Source, Version},
    audit::{Act, AuditRecord, Notice},
    consent::ConsentStatus,
    ids::AccountId,
    link::{FlowEnd, FlowState, Link, LinkFlow, LinkOrigin, WayOut, compare_identity},
    person::PatronymicRule,
    provider::Switch,
    refusal::Refusal,
    session::{Session, SignInWay},
    sign_in::effective_ways,
    time::Timestamp,
    usecase::{FlowStep, Outcome},
};
use linking_testkit::Contents;

use crate::{
    people,
    request::{Answered, Request, Wish, visitor},
    scenario::End,
};

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident = $text:literal;)*) => {
        /// What must hold at every moment.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Rule {
            $($(#[$doc])* $rule,)*
        }

        /// Each rule as a property.
        pub(crate) fn always() -> Vec<stateright::Property<crate::Site>> {
            vec![$(
                stateright::Property::always($text, |_: &crate::Site, world: &crate::world::World| {
                    world.broken != Some(Rule::$rule)
                }),
            )*]
        }
    };
}

rules! {
    /// Invariant 1.
    OneLinkOfAProvider = "invariant 1: one active link of an account per provider";
    /// Invariant 2, T1.
    OneLinkOfAnIdentity = "invariant 2: one active link of an identity";
    /// Invariant 3, T3.
    ConsentOfALink = "invariant 3: a link has its consent, and a standing consent its link";
    /// Invariant 3, T3.
    ProvedOnBothSides = "invariant 3: a link is made after both proofs in this flow";
    /// Invariant 6, T2.
    LastWayIn = "invariant 6: no act takes the last way in";
    /// Invariant 7, T5.
    RefusalChangesNothing = "invariant 7: a refusal leaves all as it was";
    /// Invariant 8, T7.
    OneAuditRecord = "invariant 8: one audit record for a change, and one notice";
    /// Invariant 9.
    ClaimsDieWithTheFlow = "invariant 9: claims live in open flows, contacts with a link";
    /// T4, A1.
    FlowOfItsBrowser = "T4: a flow goes on in its own browser alone";
    /// T4.
    FlowEndsOnce = "T4: a flow that is over stays over";
    /// T4, A8.
    RedeemedOnce = "A8: a ticket is redeemed once";
    /// D2, E6.
    SessionOfItsTime = "E6: a session begins for an open account at its present epoch";
    /// E5, E10.
    UnlinkLeavesNothing = "E10: an unlink leaves no session, flow, consent or contact behind";
    /// E7.
    NobodyMeetsAnError = "E7: nobody meets an error";
}

/// The first rule that a step broke. `request` is none for the school.
pub(crate) fn judge(
    before: &Contents,
    after: &Contents,
    request: Option<&Request>,
    now: Timestamp,
) -> Option<Rule> {
    let step = Step {
        before,
        after,
        request,
        now,
    };
    let held = [
        (Rule::OneLinkOfAProvider, step.one_link_of_a_provider()),
        (Rule::OneLinkOfAnIdentity, step.one_link_of_an_identity()),
        (Rule::ConsentOfALink, step.consents_and_links()),
        (Rule::ProvedOnBothSides, step.both_sides_were_proved()),
        (Rule::LastWayIn, step.ways_in_stay()),
        (Rule::RefusalChangesNothing, step.refusals_change_nothing()),
        (Rule::OneAuditRecord, step.one_audit_record()),
        (Rule::ClaimsDieWithTheFlow, step.claims_die()),
        (Rule::FlowOfItsBrowser, step.flows_stay_in_their_browser()),
        (Rule::FlowEndsOnce, step.what_is_over_stays_over()),
        (Rule::SessionOfItsTime, step.sessions_are_of_their_time()),
        (Rule::UnlinkLeavesNothing, step.unlinks_leave_nothing()),
    ];
    held.into_iter()
        .find_map(|(rule, holds)| (!holds).then_some(rule))
}

struct Step<'a> {
    before: &'a Contents,
    after: &'a Contents,
    request: Option<&'a Request>,
    now: Timestamp,
}

fn all_different<T: Ord>(values: impl IntoIterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    values.into_iter().all(|value| seen.insert(value))
}

fn account(contents: &Contents, id: AccountId) -> Option<&AccountSheet> {
    contents
        .accounts
        .iter()
        .find(|sheet| sheet.account().id == id)
}

fn flow_of<'a>(contents: &'a Contents, audit: &AuditRecord) -> Option<&'a LinkFlow> {
    let mut flows = contents.flows.iter().map(|flow| &flow.value);
    flows.find(|flow| audit.flow == Some(flow.id()))
}

impl Step<'_> {
    fn one_link_of_a_provider(&self) -> bool {
        all_different(self.after.links.iter().map(|l| (l.account, &l.provider)))
    }

    fn one_link_of_an_identity(&self) -> bool {
        all_different(self.after.links.iter().map(|link| &link.identity))
    }

    fn consents_and_links(&self) -> bool {
        let granted = self
            .after
            .consents
            .iter()
            .filter(|consent| consent.status == ConsentStatus::Granted);
        let of = |link: &Link| (link.account, link.provider.clone());
        let mut consented: Vec<_> = granted
            .map(|consent| (consent.account, consent.provider.clone()))
            .collect();
        let mut linked: Vec<_> = self.after.links.iter().map(of).collect();
        consented.sort();
        linked.sort();
        consented == linked
    }

    fn made(&self) -> impl Iterator<Item = &Link> {
        let old = |link: &&Link| !self.before.links.iter().any(|other| other.id == link.id);
        self.after.links.iter().filter(old)
    }

    /// The audit record of this very step, if it has one.
    fn audit(&self) -> Option<&AuditRecord> {
        self.after.audits.first()
    }

    /// Looks at the store of the moment in which the link was made: the flow stood before that
    /// very answer, in that browser, and the local side was proved for an account that was open.
    fn both_sides_were_proved(&self) -> bool {
        self.made().all(|link| {
            let proved = || {
                let request = self.request?;
                let flow = flow_of(self.before, self.audit()?)?;
                let sheet = account(self.before, link.account)?;
                // Nobody linked or unlinked the identity since the answer came (E5).
                let anchor = self
                    .before
                    .anchors
                    .iter()
                    .find(|(key, _)| *key == link.identity);
                let stale = flow.is_outrun(anchor.map_or(Version::NEW, |(_, version)| *version));
                let same_browser = flow.browser().is_same(&visitor(request.browser).browser);
                let on = people::policy(request.on, Switch::Off).allows(&link.provider);
                let identity = match (flow.state(), link.origin) {
                    (FlowState::Proving { identity, .. }, LinkOrigin::FromProvider) => identity,
                    (FlowState::Confirming { identity }, LinkOrigin::FromSettings) => identity,
                    (FlowState::Taken { identity, way, .. }, origin) => {
                        match (way, origin) {
                            (WayOut::Move, LinkOrigin::FromSettings) => {
                                self.holder_typed_the_password(request, link)?;
                            }
                            (WayOut::Replace { .. }, LinkOrigin::FromProvider) => {}
                            _ => return None,
                        }
                        identity
                    }
                    _ => return None,
                };
                let local = match link.origin {
                    LinkOrigin::FromProvider => self.password_was_typed(request, sheet),
                    LinkOrigin::FromSettings => self.session_was_there(request, flow, sheet),
                };
                let agrees = !compare_identity(
                    &sheet.account().profile,
                    &identity.claims,
                    PatronymicRule::MustAgree,
                )
                .differs();
                Some(
                    same_browser
                        && !stale
                        && on
                        && local
                        && agrees
                        && identity.key == link.identity
                        && *flow.provider() == link.provider
                        && sheet.account().status == AccountStatus::Active,
                )
            };
            proved() == Some(true)
        })
    }

    fn password_was_typed(&self, request: &Request, sheet: &AccountSheet) -> bool {
        let login = &sheet.account().login;
        let named = match request.wish {
            Wish::Prove(_, person) | Wish::Move(_, person) => {
                *login == people::person(person).login
            }
            // The profile whose link gives way is the flow's.
            Wish::Replace(_) => true,
            _ => false,
        };
        let stored = linking_testkit::PlainHasher::stored(people::PASSWORD);
        let password = sheet.account().password.as_ref();
        named && password.is_some_and(|password| password.hash == stored)
    }

    /// E1: the profile that gave the identity away was proved in the very request.
    fn holder_typed_the_password(&self, request: &Request, link: &Link) -> Option<()> {
        let mut ended = self.before.links.iter().filter(|before| {
            before.identity == link.identity && !self.after.links.iter().any(|l| l.id == before.id)
        });
        let holder = account(self.before, ended.next()?.account)?;
        self.password_was_typed(request, holder).then_some(())
    }

    fn session_was_there(&self, request: &Request, flow: &LinkFlow, sheet: &AccountSheet) -> bool {
        let Some((bound, id, epoch)) = flow.purpose().bound_to() else {
            return false;
        };
        let of_flow = self.before.sessions.iter().find(|s| s.value.id == id);
        of_flow.is_some_and(|session| {
            let session = &session.value;
            bound == sheet.account().id
                && session.account == bound
                && session.epoch == epoch
                && session.epoch == sheet.account().epoch
                && session.browser.is_same(&visitor(request.browser).browser)
                && session.proved_at.is_some_and(|at| at <= self.now)
        })
    }

    /// By the policy of the server that acted. The school may close an account: that is no act
    /// on its ways in.
    fn ways_in_stay(&self) -> bool {
        let Some(request) = self.request else {
            return true;
        };
        let policy = people::policy(request.on, Switch::Off);
        let ways = |contents: &Contents, sheet: &AccountSheet| {
            let id = sheet.account().id;
            let links: Vec<&Link> = contents.links.iter().filter(|l| l.account == id).collect();
            effective_ways(sheet, &links, &policy).len()
        };
        self.after.accounts.iter().all(|sheet| {
            let before = account(self.before, sheet.account().id);
            let had = before.map_or(0, |before| ways(self.before, before));
            let ended = self.before.links.len() > self.after.links.len();
            // Who ends a link must keep a way, also where there was none.
            let acted = self.audit().is_some_and(|audit| {
                audit
                    .concerns
                    .iter()
                    .any(|concern| concern.account == sheet.account().id)
            });
            (had == 0 && !(ended && acted)) || ways(self.after, sheet) > 0
        })
    }

    /// Accounts, links, consents, sessions: what a refusal must leave, and what needs a record.
    /// That a session is in use is not looked at.
    fn facts_moved(&self, but_refused_consents: bool) -> bool {
        let (before, after) = (self.before, self.after);
        let accounts = |contents: &Contents| -> Vec<_> {
            let sheets = contents.accounts.iter();
            sheets.map(|sheet| sheet.account().clone()).collect()
        };
        let sessions = |contents: &Contents| -> Vec<Session> {
            let sessions = contents.sessions.iter().map(|session| Session {
                seen_at: session.value.started_at,
                ..session.value.clone()
            });
            sessions.collect()
        };
        let consents = |contents: &Contents| -> Vec<_> {
            let kept = contents.consents.iter().filter(|consent| {
                !(but_refused_consents && consent.status == ConsentStatus::Refused)
            });
            kept.cloned().collect()
        };
        accounts(before) != accounts(after)
            || before.links != after.links
            || before.ended != after.ended
            || consents(before) != consents(after)
            || sessions(before) != sessions(after)
    }

    fn refusals_change_nothing(&self) -> bool {
        let refused = self
            .audit()
            .is_some_and(|audit| matches!(audit.act, Act::Refused { .. }));
        !refused || !self.facts_moved(true)
    }

    fn one_audit_record(&self) -> bool {
        let audits = &self.after.audits;
        let noticed = audits.iter().all(|audit| {
            let owners = audit.concerns.iter().filter(|concern| {
                matches!(
                    concern.notice,
                    Notice::Linked { .. }
                        | Notice::Unlinked { .. }
                        | Notice::MovedAway { .. }
                        | Notice::Replaced { .. }
                )
            });
            let wanted = matches!(
                audit.act,
                Act::Linked { .. }
                    | Act::Unlinked { .. }
                    | Act::MovedAway { .. }
                    | Act::Replaced { .. }
            );
            owners.count() == usize::from(wanted)
        });
        let wanted = usize::from(self.facts_moved(false));
        // A move is two changes that happen together.
        let moved = matches!(
            audits.iter().map(|audit| &audit.act).collect::<Vec<_>>()[..],
            [Act::MovedAway { .. }, Act::Linked { .. }]
        );
        noticed && (audits.len() <= 1 || moved) && audits.len() >= wanted
    }

    fn claims_die(&self) -> bool {
        let flows = self.after.flows.iter().all(|flow| {
            let may_hold = matches!(
                flow.value.state(),
                FlowState::NotLinked { .. }
                    | FlowState::Proving { .. }
                    | FlowState::Confirming { .. }
                    | FlowState::Taken { .. }
            );
            may_hold || {
                let text = serde_json::to_string(&flow.value).unwrap_or_default();
                !text.contains("\"claims\"")
            }
        });
        flows
            && self
                .after
                .accounts
                .iter()
                .all(|sheet| self.contacts_have_a_link(sheet))
    }

    fn contacts_have_a_link(&self, sheet: &AccountSheet) -> bool {
        let account = sheet.account();
        account
            .profile
            .contacts
            .iter()
            .all(|contact| match &contact.source {
                Source::Provider(from) => {
                    let mut links = self.after.links.iter();
                    links.any(|link| link.account == account.id && link.provider == *from)
                }
                Source::Person | Source::School => true,
            })
    }

    /// Anybody's act may end a flow from outside; whatever else becomes of it is its browser's.
    fn flows_stay_in_their_browser(&self) -> bool {
        self.after.flows.iter().all(|flow| {
            let flow = &flow.value;
            let mut before = self.before.flows.iter().map(|before| &before.value);
            let before = before.find(|before| before.id() == flow.id());
            let moved = before.is_none_or(|before| before != flow);
            let ended = before.is_some_and(|before| before.clone().expire() == *flow);
            let own = self
                .request
                .is_some_and(|request| flow.browser().is_same(&visitor(request.browser).browser));
            !moved || ended || own
        })
    }

    fn what_is_over_stays_over(&self) -> bool {
        self.before.flows.iter().all(|flow| {
            let flow = &flow.value;
            let mut later = self.after.flows.iter().map(|later| &later.value);
            let later = later.find(|later| later.id() == flow.id());
            match (flow.state(), later.map(LinkFlow::state)) {
                (_, None) => true,
                (FlowState::Closed(end), Some(state)) => {
                    matches!(state, FlowState::Closed(same) if same == end)
                }
                // The link is made: nothing leads back to another one.
                (FlowState::ChoosingContacts { .. }, Some(state)) => matches!(
                    state,
                    FlowState::ChoosingContacts { .. }
                        | FlowState::Closed(
                            FlowEnd::Linked { .. }
                                | FlowEnd::ContactsChosen { .. }
                                | FlowEnd::Refused(_)
                        )
                ),
                _ => true,
            }
        })
    }

    fn sessions_are_of_their_time(&self) -> bool {
        let new = self.after.sessions.iter().filter(|session| {
            let mut before = self.before.sessions.iter();
            !before.any(|other| other.value.id == session.value.id)
        });
        new.map(|session| &session.value).all(|session| {
            let Some(sheet) = account(self.after, session.account) else {
                return false;
            };
            let over = match &session.way {
                SignInWay::Password => true,
                SignInWay::Link { link, .. } => {
                    let mut links = self.after.links.iter();
                    links.any(|l| l.id == *link && l.account == session.account)
                }
            };
            let browser = self.request.map(|request| visitor(request.browser).browser);
            over && sheet.account().status == AccountStatus::Active
                && sheet.account().epoch == session.epoch
                && browser.is_some_and(|browser| browser.is_same(&session.browser))
        })
    }

    fn unlinks_leave_nothing(&self) -> bool {
        let Some(audit) = self.audit() else {
            return true;
        };
        // Who unlinks stays signed in; who gives an identity away is somewhere else.
        let (provider, stay) = match &audit.act {
            Act::Unlinked { provider } => (provider, 1),
            Act::MovedAway { provider } => (provider, 0),
            _ => return true,
        };
        let Some(owner) = audit.concerns.first().map(|concern| concern.account) else {
            return false;
        };
        let sessions = self
            .after
            .sessions
            .iter()
            .filter(|s| s.value.account == owner);
        let open = self
            .after
            .flows
            .iter()
            .any(|flow| flow.value.bound_account() == Some(owner));
        let epochs =
            [self.before, self.after].map(|c| account(c, owner).map(|s| s.account().epoch));
        let linked = self
            .after
            .links
            .iter()
            .any(|link| link.account == owner && link.provider == *provider);
        !linked
            && !open
            && sessions.count() == stay
            && epochs[0].map(linking_core::account::Epoch::next) == epochs[1]
    }
}

/// What a step led to, if it was something that a search must reach.
pub(crate) fn end_of(
    act: Option<&Act>,
    answered: Option<&Answered>,
    wish: &Wish,
    contents: &Contents,
) -> Option<End> {
    let done = match act {
        Some(Act::Linked { .. }) => {
            let newest = contents
                .links
                .iter()
                .max_by_key(|link| (link.linked_at, link.id));
            newest.map(|link| match link.origin {
                LinkOrigin::FromProvider => End::LinkedFromProvider,
                LinkOrigin::FromSettings => End::LinkedFromSettings,
            })
        }
        Some(Act::MovedAway { .. }) => Some(End::Moved),
        Some(Act::Replaced { .. }) => Some(End::Replaced),
        Some(Act::Unlinked { .. }) => Some(End::Unlinked),
        Some(Act::ContactsChosen { .. }) => Some(End::ContactsChosen),
        Some(Act::SteppedUp) => Some(End::SteppedUp),
        Some(Act::SignedIn { way }) => Some(match (way, wish) {
            (SignInWay::Link { .. }, _) => End::SignedInOverLink,
            (SignInWay::Password, Wish::Prove(..)) => End::SignedInBesideLink,
            (SignInWay::Password, _) => End::SignedInByPassword,
        }),
        _ => None,
    };
    done.or_else(|| refusal_of(answered?))
}

fn refusal_of(answered: &Answered) -> Option<End> {
    let code = match answered {
        Answered::Advance(Outcome::Done(advance)) => match &advance.view.step {
            FlowStep::TryAgain(refusal) | FlowStep::Done(FlowEnd::Refused(refusal)) => {
                Some(refusal.code())
            }
            FlowStep::Taken { way, .. } => Some(way.refusal().code()),
            _ => None,
        },
        Answered::Advance(outcome) => outcome.refusal().map(Refusal::code),
        Answered::Session(outcome) => outcome.refusal().map(Refusal::code),
        Answered::Flow(outcome) => outcome.refusal().map(Refusal::code),
        Answered::Done | Answered::NobodyActs => None,
    };
    code.map(End::Refused)
}
