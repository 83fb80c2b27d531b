//! `decide_link` against the order of checks in `domain.md` ("Decisions") and the rows of
//! `identity-data.md` ("The same person").

use linking_core::{
    account::{AccountStatus, Family, Role},
    consent::{ConsentText, DataScope, GrantedConsent},
    ids::AccountId,
    link::{
        ConsentFact, ExistingLink, LinkDecision, LinkFacts, LinkOrigin, LocalProof, decide_link,
    },
    person::{NameMismatch, NamePart, PatronymicRule},
    policy::{LinkWays, Policy},
    provider::{ProviderIdentity, Switch},
    refusal::{DifferingField, MixUp, Refusal},
    time::Timestamp,
};
use linking_testkit::people::{self, START};

use crate::facts::{
    Born, Card, Dice, Throws, Writing, id, now, on_generated_cases, policy, provider, sheet, today,
};

/// What the person agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Consented {
    ToAll,
    /// To all but the contacts.
    WithoutContacts,
    WithoutName,
    WithoutSnils,
    WithoutBirthDate,
    No,
}

/// Which link of this provider the account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Linked {
    Not,
    ToThisIdentity,
    ToAnother,
}

/// All facts of one case.
#[derive(Debug, Clone)]
struct Case {
    provider_is_on: bool,
    ways: LinkWays,
    origin: LinkOrigin,
    consented: Consented,
    proof: LocalProof,
    status: AccountStatus,
    linked: Linked,
    held_by_another: bool,
    role: Role,
    own: Card,
    named: bool,
    came: Card,
    gives_contact: bool,
    guardians: Vec<Card>,
    children: Vec<Card>,
    patronymic: PatronymicRule,
    contact_choice: Switch,
}

const DICE: usize = 96;

impl Case {
    fn of(dice: &Dice) -> Self {
        let mut throws = Throws::of(dice);
        let t = &mut throws;
        let on_childs_account = t.one(&[(1, true), (1, false)]);
        let child = Card::person(0, 200_300_402, Born::Child);
        let parent = Card::person(1, 200_300_401, Born::Parent);
        // A namesake of the other generation: told apart by numbers and dates alone, or not.
        let namesakes = t.odd(25);
        let (me, other) = if on_childs_account {
            (child, parent)
        } else {
            (parent, child)
        };
        let other = if namesakes {
            Card {
                snils: t.one(&[(1, other.snils), (1, None)]),
                born: t.one(&[(1, other.born), (1, None)]),
                ..me
            }
        } else {
            other
        };
        let own = me.changed(t, 8);
        let relative = other.changed(t, 8);
        let known_relative = t.one(&[(4, true), (1, false)]);
        let came = t.one(&[
            (12, me),
            (4, relative),
            (3, other),
            (1, Card::person(2, 200_300_405, Born::Teacher)),
        ]);
        let came = came.changed(t, 6);
        let mut guardians = Vec::new();
        let mut children = Vec::new();
        if known_relative && on_childs_account {
            guardians.push(relative);
        } else if known_relative {
            children.push(relative);
        }
        // Somebody has both, or one more.
        if t.odd(6) {
            guardians.push(Card::person(3, 200_300_407, Born::Parent).changed(t, 10));
        }
        if t.odd(6) {
            children.push(Card::person(0, 200_300_402, Born::Child).changed(t, 10));
        }
        Self {
            provider_is_on: !t.odd(5),
            ways: t.one(&[(3, LinkWays::Both), (1, LinkWays::Settings)]),
            origin: t.one(&[(4, LinkOrigin::FromSettings), (3, LinkOrigin::FromProvider)]),
            consented: t.one(&[
                (70, Consented::ToAll),
                (16, Consented::WithoutContacts),
                (3, Consented::WithoutName),
                (3, Consented::WithoutSnils),
                (3, Consented::WithoutBirthDate),
                (5, Consented::No),
            ]),
            proof: t.one(&[
                (8, LocalProof::Password),
                (8, LocalProof::RecentSession),
                (1, LocalProof::StaleSession),
            ]),
            status: t.one(&[
                (20, AccountStatus::Active),
                (1, AccountStatus::Blocked),
                (1, AccountStatus::Archived),
            ]),
            linked: t.one(&[
                (20, Linked::Not),
                (1, Linked::ToThisIdentity),
                (1, Linked::ToAnother),
            ]),
            held_by_another: t.odd(5),
            role: if on_childs_account {
                t.one(&[(9, Role::Pupil), (1, Role::Staff)])
            } else {
                t.one(&[(8, Role::Parent), (3, Role::Teacher), (1, Role::Pupil)])
            },
            own,
            named: !t.odd(5),
            came,
            gives_contact: t.one(&[(1, true), (1, false)]),
            guardians,
            children,
            patronymic: t.one(&[
                (3, PatronymicRule::MustAgree),
                (1, PatronymicRule::MayBeMissingOnOneSide),
            ]),
            contact_choice: t.one(&[(1, Switch::On), (1, Switch::Off)]),
        }
    }
}

/// What the table says.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Links { offers_contact: bool },
    Stands,
    No(Refusal),
}

/// One attribute on two cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    Same,
    Other,
    Unknown,
}

fn compared<T: PartialEq>(one: Option<T>, other: Option<T>) -> Compared {
    match (one, other) {
        (Some(one), Some(other)) if one == other => Compared::Same,
        (Some(_), Some(_)) => Compared::Other,
        _ => Compared::Unknown,
    }
}

/// The parts of two names that differ. A bad name equals nothing.
fn differing_parts(one: Card, other: Card, rule: PatronymicRule) -> Vec<DifferingField> {
    let is_bad = |card: Card| card.writing == Writing::LatinLetter;
    let mut fields = Vec::new();
    if is_bad(one) || is_bad(other) {
        fields.push((NamePart::Surname, NameMismatch::LatinLetters));
    } else if one.surname != other.surname {
        fields.push((NamePart::Surname, NameMismatch::Plain));
    }
    if one.given != other.given {
        fields.push((NamePart::GivenName, NameMismatch::Plain));
    }
    let one_sided = one.patronymic.is_none() != other.patronymic.is_none();
    let forgiven = one_sided && rule == PatronymicRule::MayBeMissingOnOneSide;
    if one.patronymic != other.patronymic && !forgiven {
        fields.push((NamePart::Patronymic, NameMismatch::Plain));
    }
    fields
        .into_iter()
        .map(|(part, mismatch)| DifferingField::Name { part, mismatch })
        .collect()
}

impl Case {
    fn compare(&self, record: Card) -> [Compared; 3] {
        let name = match (
            self.named,
            differing_parts(record, self.came, self.patronymic).is_empty(),
        ) {
            (false, _) => Compared::Unknown,
            (true, true) => Compared::Same,
            (true, false) => Compared::Other,
        };
        [
            name,
            compared(record.snils, self.came.snils),
            compared(record.born, self.came.born),
        ]
    }

    fn differs(&self, record: Card) -> bool {
        self.compare(record).contains(&Compared::Other)
    }

    /// Differs in no known attribute, and something is known.
    fn fits(&self, record: Card) -> bool {
        self.compare(record).contains(&Compared::Same) && !self.differs(record)
    }

    /// "The identity differs in no known attribute from the record of the account's guardian (or
    /// child), and in at least one from the account's own; fits both (namesakes) → mix-up unless
    /// the age shows which." Whose SNILS or birth date is the record's own is its owner.
    fn is_mixed_up_with(&self, relative: Card, relative_is_adult: bool) -> bool {
        if !self.fits(relative) {
            return false;
        }
        if let (Some(born), None) = (self.came.born, relative.born)
            && born.is_adult() != relative_is_adult
        {
            // The age shows that it is not they.
            return false;
        }
        if self.differs(self.own) {
            return true;
        }
        let [_, snils, born] = self.compare(self.own);
        snils != Compared::Same && born != Compared::Same
    }

    /// The table, top to bottom.
    fn verdict(&self, linked_since: Timestamp) -> Verdict {
        use Verdict::No;
        // Provider on in the region; a way to link that the region closed is no way.
        if !self.provider_is_on {
            return No(Refusal::ProviderOff);
        }
        if self.ways == LinkWays::Settings && self.origin == LinkOrigin::FromProvider {
            return No(Refusal::ProviderOff);
        }
        // Consent, and it covers what is looked at.
        match self.consented {
            Consented::ToAll | Consented::WithoutContacts => {}
            Consented::WithoutSnils if self.came.snils.is_none() => {}
            Consented::WithoutBirthDate if self.came.born.is_none() => {}
            Consented::WithoutName if !self.named => {}
            Consented::WithoutName
            | Consented::WithoutSnils
            | Consented::WithoutBirthDate
            | Consented::No => return No(Refusal::ConsentRefused),
        }
        // Local proof: the password, or a recent session.
        if self.proof == LocalProof::StaleSession {
            return No(Refusal::StepUpNeeded);
        }
        // Account blocked; one that was archived answers like one that is not there.
        match self.status {
            AccountStatus::Active => {}
            AccountStatus::Blocked => return No(Refusal::AccountBlocked),
            AccountStatus::Archived => return No(Refusal::WrongCredentials),
        }
        // Account or identity linked already.
        match self.linked {
            Linked::Not => {}
            Linked::ToThisIdentity => return Verdict::Stands,
            Linked::ToAnother => {
                return No(Refusal::AccountLinkedAlready {
                    since: linked_since,
                });
            }
        }
        if self.held_by_another {
            return No(Refusal::IdentityLinkedElsewhere);
        }
        // Guardian/child mix-up by the records.
        if self
            .guardians
            .iter()
            .any(|g| self.is_mixed_up_with(*g, true))
        {
            return No(Refusal::GuardianChildMixUp {
                mix_up: MixUp::AdultOnChild,
            });
        }
        if self
            .children
            .iter()
            .any(|c| self.is_mixed_up_with(*c, false))
        {
            return No(Refusal::GuardianChildMixUp {
                mix_up: MixUp::ChildOnAdult,
            });
        }
        // Name; somebody without one is nobody.
        if !self.named {
            return No(Refusal::ProviderAnswerInvalid);
        }
        let fields = differing_parts(self.own, self.came, self.patronymic);
        if !fields.is_empty() {
            return No(Refusal::NameMismatch { fields });
        }
        // SNILS, birth date.
        let [_, snils, born] = self.compare(self.own);
        if snils == Compared::Other {
            return No(Refusal::SnilsMismatch);
        }
        if born == Compared::Other {
            return No(Refusal::BirthDateMismatch);
        }
        // A known adult on a minor's account: a pupil who is not known to be of age.
        let minor = self.role == Role::Pupil && !self.own.born.is_some_and(Born::is_adult);
        if minor && self.came.born.is_some_and(Born::is_adult) {
            return No(Refusal::GuardianChildMixUp {
                mix_up: MixUp::AdultOnChild,
            });
        }
        Verdict::Links {
            offers_contact: self.gives_contact
                && self.contact_choice.is_on()
                && self.consented != Consented::WithoutContacts,
        }
    }

    fn policy(&self) -> Policy {
        Policy {
            link_ways: self.ways,
            contact_choice: self.contact_choice,
            patronymic: self.patronymic,
            ..policy(if self.provider_is_on { &[1] } else { &[2] })
        }
    }

    fn consent(&self) -> ConsentFact {
        let without = |scope: Option<DataScope>| {
            let scopes = people::consent_text().scopes;
            let scopes = scopes.into_iter().filter(|s| Some(*s) != scope).collect();
            ConsentFact::Granted(GrantedConsent {
                text: ConsentText {
                    scopes,
                    ..people::consent_text()
                },
                at: now(),
            })
        };
        match self.consented {
            Consented::ToAll => without(None),
            Consented::WithoutContacts => without(Some(DataScope::Contacts)),
            Consented::WithoutName => without(Some(DataScope::Name)),
            Consented::WithoutSnils => without(Some(DataScope::Snils)),
            Consented::WithoutBirthDate => without(Some(DataScope::BirthDate)),
            Consented::No => ConsentFact::Missing,
        }
    }

    fn identity(&self) -> ProviderIdentity {
        let mut claims = self.came.claims(self.named);
        if self.gives_contact {
            claims.contacts = Some(vec![people::verified(people::email("a@example.ru"))]);
        }
        people::identity("1", claims)
    }

    /// What the code says.
    fn decided(&self, since: Timestamp) -> Result<LinkDecision, Refusal> {
        let relatives = |cards: &[Card]| {
            let numbered = cards.iter().zip(10..);
            numbered.map(|(card, n)| card.relative(n)).collect()
        };
        let mut holders: Vec<AccountId> = Vec::new();
        if self.linked == Linked::ToThisIdentity {
            holders.push(id(1));
        }
        if self.held_by_another {
            holders.push(id(2));
        }
        let facts = LinkFacts {
            provider: &provider(1),
            identity: &self.identity(),
            sheet: &sheet(self.own, self.status, self.role, &[1], true),
            family: &Family {
                guardians: relatives(&self.guardians),
                children: relatives(&self.children),
            },
            origin: self.origin,
            consent: self.consent(),
            proof: self.proof,
            existing: match self.linked {
                Linked::Not => ExistingLink::None,
                Linked::ToThisIdentity => ExistingLink::Same(id(7)),
                Linked::ToAnother => ExistingLink::Other { since },
            },
            holders: &holders,
            today: today(),
        };
        decide_link(&facts, &self.policy())
    }
}

#[test]
fn t3_linking_is_decided_as_the_table_says() {
    let since = START - chrono::TimeDelta::days(3);
    let answers = [
        "links",
        "links, and offers a contact",
        "stands",
        "provider-off",
        "consent-refused",
        "step-up-needed",
        "account-blocked",
        "wrong-credentials",
        "account-linked-already",
        "identity-linked-elsewhere",
        "adult-on-child",
        "child-on-adult",
        "provider-answer-invalid",
        "name-mismatch",
        "snils-mismatch",
        "birth-date-mismatch",
    ];
    on_generated_cases(DICE, &answers, |dice| {
        let case = Case::of(dice);
        let verdict = case.verdict(since);
        let decided = match case.decided(since) {
            Ok(LinkDecision::Make { consent, offered }) => {
                assert_eq!(case.consent(), ConsentFact::Granted(consent), "{case:?}");
                let all = case.identity().claims.contacts.unwrap_or_default();
                assert!(offered.is_empty() || offered == all, "{case:?}");
                Verdict::Links {
                    offers_contact: !offered.is_empty(),
                }
            }
            Ok(LinkDecision::Stands(link)) => {
                assert_eq!(link, id(7), "{case:?}");
                Verdict::Stands
            }
            Err(refusal) => Verdict::No(refusal),
        };
        assert_eq!(decided, verdict, "{case:?}");
        match &decided {
            Verdict::Links {
                offers_contact: false,
            } => "links",
            Verdict::Links {
                offers_contact: true,
            } => "links, and offers a contact",
            Verdict::Stands => "stands",
            Verdict::No(Refusal::GuardianChildMixUp { mix_up }) => match mix_up {
                MixUp::AdultOnChild => "adult-on-child",
                MixUp::ChildOnAdult => "child-on-adult",
            },
            Verdict::No(refusal) => refusal.code().as_str(),
        }
    });
}
