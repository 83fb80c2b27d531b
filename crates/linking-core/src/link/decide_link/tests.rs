use proptest::prelude::*;

use super::*;
use crate::{
    account::{Relative, Role},
    person::{NameMismatch, NamePart},
    provider::{AssuranceLevel, Claims, Switch},
    refusal::{DifferingField, RefusalCode},
    samples::*,
};

type Mending = Box<dyn Fn(&mut Case)>;

struct Case {
    sheet: AccountSheet,
    identity: ProviderIdentity,
    family: Family,
    origin: LinkOrigin,
    consent: ConsentFact,
    proof: LocalProof,
    existing: ExistingLink,
    holders: Vec<AccountId>,
    policy: Policy,
}

impl Case {
    fn matching() -> Self {
        let sheet = teacher();
        Self {
            identity: identity_of(&sheet.account().profile),
            sheet,
            family: Family::default(),
            origin: LinkOrigin::FromProvider,
            consent: ConsentFact::Granted(consent()),
            proof: LocalProof::Password,
            existing: ExistingLink::None,
            holders: Vec::new(),
            policy: policy(),
        }
    }

    fn decide(&self) -> Result<LinkDecision, Refusal> {
        let provider = gosuslugi();
        let facts = LinkFacts {
            provider: &provider,
            identity: &self.identity,
            sheet: &self.sheet,
            family: &self.family,
            origin: self.origin,
            consent: self.consent.clone(),
            proof: self.proof,
            existing: self.existing,
            holders: &self.holders,
            today: today(),
        };
        decide_link(&facts, &self.policy)
    }

    fn code(&self) -> Option<RefusalCode> {
        self.decide().err().map(|refusal| refusal.code())
    }
}

fn pupil() -> AccountSheet {
    let profile = profile(
        name("Соколов", "Артём", "Денисович"),
        None,
        Some(date("01.09.2016")),
    );
    sheet(2, Role::Pupil, profile)
}

fn mother() -> Relative {
    let profile = profile(
        name("Соколова", "Марина", "Игоревна"),
        Some(snils(SNILS_B)),
        Some(date("05.05.1985")),
    );
    Relative {
        account: id(3),
        profile,
    }
}

#[test]
fn an_identity_that_agrees_is_linked() {
    assert!(matches!(
        Case::matching().decide(),
        Ok(LinkDecision::Make { .. })
    ));
}

#[test]
fn the_first_failing_check_is_the_reason() {
    // Everything is wrong at once; one by one it is mended, in the order of domain.md.
    let mut case = Case::matching();
    case.policy.providers.clear();
    case.consent = ConsentFact::Missing;
    case.proof = LocalProof::StaleSession;
    case.sheet.account.value.status = AccountStatus::Blocked;
    case.existing = ExistingLink::Other { since: now() };
    case.holders = vec![id(77)];
    case.family.guardians = vec![mother()];
    case.identity = identity_of(&mother().profile);
    case.identity.claims.birth_date = Some(date("06.05.1985"));
    let mut codes = Vec::new();
    let mut mend: Vec<Mending> = vec![
        Box::new(|c| c.policy = policy()),
        Box::new(|c| c.consent = ConsentFact::Granted(consent())),
        Box::new(|c| c.proof = LocalProof::RecentSession),
        Box::new(|c| c.sheet.account.value.status = AccountStatus::Active),
        Box::new(|c| c.existing = ExistingLink::None),
        Box::new(|c| {
            c.holders.clear();
            c.identity.claims.birth_date = Some(date("05.05.1985"));
        }),
        Box::new(|c| c.family = Family::default()),
        Box::new(|c| c.identity.claims.name = Some(teacher_name())),
        Box::new(|c| c.identity.claims.snils = Some(snils(SNILS_A))),
        Box::new(|c| c.identity.claims.birth_date = Some(date("23.04.1990"))),
    ];
    for step in mend.drain(..) {
        codes.extend(case.code().map(RefusalCode::as_str));
        step(&mut case);
    }
    assert_eq!(
        codes,
        [
            "provider-off",
            "consent-refused",
            "step-up-needed",
            "account-blocked",
            "account-linked-already",
            "identity-linked-elsewhere",
            "guardian-child-mix-up",
            "name-mismatch",
            "snils-mismatch",
            "birth-date-mismatch",
        ]
    );
    assert!(case.decide().is_ok());
}

#[test]
fn e1_an_identity_of_another_account_is_never_moved() {
    let mut case = Case::matching();
    case.holders = vec![id(99)];
    assert_eq!(case.decide(), Err(Refusal::IdentityLinkedElsewhere));
}

#[test]
fn e2_a_second_identity_beside_the_first_is_refused_and_the_same_one_stands() {
    let mut case = Case::matching();
    case.existing = ExistingLink::Other { since: now() };
    assert_eq!(
        case.decide(),
        Err(Refusal::AccountLinkedAlready { since: now() })
    );
    case.existing = ExistingLink::Same(id(5));
    case.holders = vec![case.sheet.account().id];
    assert_eq!(case.decide(), Ok(LinkDecision::Stands(id(5))));
}

#[test]
fn e2_a_link_that_stands_is_not_compared_again() {
    let mut case = Case::matching();
    case.existing = ExistingLink::Same(id(5));
    case.identity.claims.name = Some(name("Дмитриева", "Светлана", "Олеговна"));
    assert_eq!(case.decide(), Ok(LinkDecision::Stands(id(5))));
    // Whoever may not link at all is told so all the same.
    case.proof = LocalProof::StaleSession;
    assert_eq!(case.decide(), Err(Refusal::StepUpNeeded));
}

#[test]
fn f5_a_wrong_name_and_a_wrong_snils_name_the_name_alone() {
    let mut case = Case::matching();
    case.identity.claims.name = Some(name("Дмитриева", "Светлана", "Олеговна"));
    case.identity.claims.snils = Some(snils(SNILS_B));
    assert_eq!(
        case.decide(),
        Err(Refusal::NameMismatch {
            fields: vec![DifferingField::Name {
                part: NamePart::Patronymic,
                mismatch: NameMismatch::Plain,
            }]
        })
    );
}

#[test]
fn latin_letters_are_named_as_the_reason() {
    let mut case = Case::matching();
    case.identity.claims.name = Some(name("Дмитриeва", "Светлана", "Вадимовна"));
    let Err(Refusal::NameMismatch { fields }) = case.decide() else {
        panic!("linked")
    };
    assert_eq!(
        fields,
        [DifferingField::Name {
            part: NamePart::Surname,
            mismatch: NameMismatch::LatinLetters
        }]
    );
}

#[test]
fn c11_unknown_is_no_hindrance_to_a_link_by_hand() {
    let mut case = Case::matching();
    case.identity.claims.snils = None;
    case.sheet.account.value.profile.birth_date = None;
    assert!(case.decide().is_ok());
    case.identity.claims.birth_date = None;
    assert!(case.decide().is_ok());
}

#[test]
fn e11_an_identity_without_a_name_links_nothing() {
    for sheet in [Case::matching().sheet, pupil()] {
        let mut case = Case::matching();
        case.sheet = sheet;
        case.identity.claims.name = None;
        assert_eq!(case.decide(), Err(Refusal::ProviderAnswerInvalid));
        case.identity.claims = Claims::default();
        assert_eq!(case.decide(), Err(Refusal::ProviderAnswerInvalid));
    }
}

#[test]
fn e11_a_parents_identity_on_the_childs_account_is_a_mix_up() {
    let mut case = Case::matching();
    case.sheet = pupil();
    case.family.guardians = vec![mother()];
    case.identity = identity_of(&mother().profile);
    assert_eq!(
        case.decide(),
        Err(Refusal::GuardianChildMixUp {
            mix_up: MixUp::AdultOnChild
        })
    );
}

#[test]
fn e11_a_childs_identity_on_the_parents_account_is_a_mix_up() {
    let mut case = Case::matching();
    let child = pupil().account().profile.clone();
    case.identity = identity_of(&child);
    case.identity.assurance = AssuranceLevel::Child;
    case.family.children = vec![Relative {
        account: id(2),
        profile: child,
    }];
    assert_eq!(
        case.decide(),
        Err(Refusal::GuardianChildMixUp {
            mix_up: MixUp::ChildOnAdult
        })
    );
}

#[test]
fn e11_father_and_son_of_one_name_are_told_apart_by_the_birth_date() {
    let same = name("Соколов", "Иван", "Иванович");
    let son = profile(same.clone(), None, Some(date("01.09.2012")));
    let father = profile(same, None, Some(date("01.09.1982")));
    let mut case = Case::matching();
    case.sheet = sheet(2, Role::Pupil, son.clone());
    case.family.guardians = vec![Relative {
        account: id(3),
        profile: father.clone(),
    }];
    case.identity = identity_of(&father);
    assert_eq!(case.code(), Some(RefusalCode::GuardianChildMixUp));
    case.identity = identity_of(&son);
    assert!(case.decide().is_ok());
    // Neither age is known: it fits both, and nobody may guess.
    case.identity.claims.birth_date = None;
    assert_eq!(case.code(), Some(RefusalCode::GuardianChildMixUp));
}

#[test]
fn e11_where_a_relatives_birth_date_is_unknown_the_age_shows_who_it_is() {
    let same = name("Соколов", "Иван", "Иванович");
    let nobodys_date = profile(same.clone(), None, None);
    let relative = |number| Relative {
        account: id(number),
        profile: nobodys_date.clone(),
    };
    let claims = |born| identity_of(&profile(same.clone(), None, Some(date(born))));
    let (boy, man) = ("01.09.2016", "01.09.1982");

    let mut case = Case::matching();
    case.sheet = sheet(2, Role::Pupil, nobodys_date.clone());
    case.family.guardians = vec![relative(3)];
    case.identity = claims(boy);
    assert!(case.decide().is_ok(), "nobody of nine answers for a child");
    case.identity = claims(man);
    assert_eq!(case.code(), Some(RefusalCode::GuardianChildMixUp));

    let mut case = Case::matching();
    case.sheet = sheet(3, Role::Parent, nobodys_date.clone());
    case.family.children = vec![relative(2)];
    case.identity = claims(man);
    assert!(case.decide().is_ok(), "a child of unknown age is under 18");
    case.identity = claims(boy);
    assert_eq!(case.code(), Some(RefusalCode::GuardianChildMixUp));
}

#[test]
fn e11_a_relatives_snils_without_a_name_is_a_mix_up() {
    let mut case = Case::matching();
    case.sheet = pupil();
    case.family.guardians = vec![mother()];
    case.identity = identity(Claims {
        snils: Some(snils(SNILS_B)),
        ..Claims::default()
    });
    assert_eq!(case.code(), Some(RefusalCode::GuardianChildMixUp));
}

#[test]
fn e11_an_unregistered_adult_never_passes_on_a_minors_account() {
    // The school does not know the birth date, and the adult bears the child's name.
    let same = name("Соколов", "Иван", "Иванович");
    let mut case = Case::matching();
    case.sheet = sheet(2, Role::Pupil, profile(same.clone(), None, None));
    case.identity = identity_of(&profile(same, None, Some(date("01.09.1982"))));
    assert_eq!(
        case.decide(),
        Err(Refusal::GuardianChildMixUp {
            mix_up: MixUp::AdultOnChild
        })
    );
    // From the eighteenth birthday on, and not a day earlier.
    for (born, passes) in [("14.03.2008", false), ("15.03.2008", true)] {
        case.identity.claims.birth_date = Some(date(born));
        assert_eq!(case.decide().is_ok(), passes, "{born}");
    }
    case.identity.claims.birth_date = Some(date("01.09.1982"));
    // A pupil of an evening school who is an adult by the school's own record may.
    case.sheet.account.value.profile.birth_date = Some(sourced(date("01.09.1982")));
    assert!(case.decide().is_ok());
}

#[test]
fn an_archived_account_answers_like_a_wrong_password() {
    let mut case = Case::matching();
    case.sheet.account.value.status = AccountStatus::Archived;
    assert_eq!(case.decide(), Err(Refusal::WrongCredentials));
}

#[test]
fn a_region_that_links_from_settings_alone_refuses_the_other_way() {
    let mut case = Case::matching();
    case.policy.link_ways = LinkWays::Settings;
    assert_eq!(case.decide(), Err(Refusal::ProviderOff));
    case.origin = LinkOrigin::FromSettings;
    case.proof = LocalProof::RecentSession;
    assert!(case.decide().is_ok());
}

#[test]
fn contacts_are_offered_only_where_the_policy_has_the_choice() {
    let mut case = Case::matching();
    case.identity.claims.contacts = Some(vec![ContactClaim {
        value: crate::account::ContactValue::Email(
            crate::person::EmailAddress::parse("someone@example.ru").unwrap(),
        ),
        verification: crate::provider::Verification::Verified,
    }]);
    let offered = |case: &Case| match case.decide() {
        Ok(LinkDecision::Make { offered, .. }) => offered.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(offered(&case), 1);
    case.policy.contact_choice = Switch::Off;
    assert_eq!(offered(&case), 0);
    // H3: the text that the person agreed to does not name them.
    case.policy.contact_choice = Switch::On;
    let mut narrow = consent();
    narrow
        .text
        .scopes
        .retain(|scope| *scope != DataScope::Contacts);
    case.consent = ConsentFact::Granted(narrow);
    assert_eq!(offered(&case), 0);
}

fn some_name() -> impl Strategy<Value = RegisteredNameParts> {
    let part = prop::sample::select(vec![
        "Иванов",
        "Петров",
        "ИВАНОВ",
        "Ива\u{301}нов",
        "Ivanov",
    ]);
    let given = prop::sample::select(vec!["Иван", "Пётр", "Петр"]);
    let patronymic = prop::sample::select(vec!["", "Иванович", "нет"]);
    (part, given, patronymic)
}
type RegisteredNameParts = (&'static str, &'static str, &'static str);

fn some_profile() -> impl Strategy<Value = crate::account::Profile> {
    let snilses = prop::option::of(prop::sample::select(vec![SNILS_A, SNILS_B]));
    let dates = prop::option::of(prop::sample::select(vec!["01.09.2012", "01.09.1982"]));
    (some_name(), snilses, dates).prop_map(|((s, g, p), number, day)| {
        profile(name(s, g, p), number.map(snils), day.map(date))
    })
}

proptest! {
    /// Whatever the facts: a link is made only if the provider is on, consent was given, the
    /// local side proved, nothing is linked, and no known attribute differs (invariants 2, 3).
    #[test]
    fn a_link_implies_every_rule(
        own in some_profile(),
        theirs in some_profile(),
        relative in some_profile(),
        role in prop::sample::select(Role::ALL.to_vec()),
        provider_on: bool,
        consented: bool,
        proof in prop::sample::select(vec![
            LocalProof::Password, LocalProof::RecentSession, LocalProof::StaleSession,
        ]),
        status in prop::sample::select(vec![
            AccountStatus::Active, AccountStatus::Blocked, AccountStatus::Archived,
        ]),
        linked: bool,
        held: bool,
        guardian: bool,
    ) {
        let mut case = Case::matching();
        case.sheet = sheet(1, role, own.clone());
        case.sheet.account.value.status = status;
        case.identity = identity_of(&theirs);
        case.proof = proof;
        if !provider_on { case.policy.providers.clear(); }
        if !consented { case.consent = ConsentFact::Missing; }
        if linked { case.existing = ExistingLink::Other { since: now() }; }
        if held { case.holders = vec![id(50)]; }
        let person = Relative { account: id(60), profile: relative };
        if guardian { case.family.guardians.push(person) } else { case.family.children.push(person) }

        let comparison = compare_identity(&own, &case.identity.claims, case.policy.patronymic);
        match case.decide() {
            Ok(LinkDecision::Make { .. }) => {
                prop_assert!(provider_on && consented && !linked && !held);
                prop_assert!(proof != LocalProof::StaleSession);
                prop_assert!(status == AccountStatus::Active);
                prop_assert!(!comparison.differs());
                let adult = case.identity.claims.birth_date.is_some_and(|d| d.is_at_least(18, today()));
                let own_adult = own.birth_date.is_some_and(|d| d.value.is_at_least(18, today()));
                prop_assert!(!(role == Role::Pupil && adult && !own_adult));
            }
            Ok(LinkDecision::Stands(_)) => prop_assert!(false, "nothing was linked before"),
            Err(refusal) => {
                // The same facts give the same reason.
                prop_assert_eq!(case.decide(), Err(refusal.clone()));
                if let Refusal::SnilsMismatch | Refusal::BirthDateMismatch = refusal {
                    prop_assert!(comparison.name_agreement() != Agreement::Differs);
                }
            }
        }
    }
}
