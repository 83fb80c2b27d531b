//! `decide_sign_in` and `effective_ways` against `domain.md` ("Refusals", invariant 6): what
//! tells nothing before the local proof, and what lets in today.

use linking_core::{
    account::{AccountSheet, AccountStatus, Role},
    policy::Policy,
    refusal::Refusal,
    session::SignInWay,
    sign_in::{LocalProofResult, SignInProof, decide_sign_in, effective_ways},
};

use crate::facts::{
    Born, Card, Dice, Throws, id, link, on_generated_cases, policy, provider, sheet,
};

/// By what the person comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comes {
    ByPassword {
        right: bool,
        school: u8,
    },
    /// Over the link of a provider.
    ByLink(u8),
}

/// All facts of one case.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    there_is_one: bool,
    pub(crate) status: AccountStatus,
    pub(crate) schools: Vec<u8>,
    pub(crate) has_password: bool,
    pub(crate) links: Vec<u8>,
    pub(crate) on: Vec<u8>,
    comes: Comes,
}

pub(crate) const DICE: usize = 24;

impl Case {
    pub(crate) fn of(throws: &mut Throws<'_>) -> Self {
        let schools: &[u8] = throws.one(&[(6, &[1]), (2, &[1, 2]), (1, &[])]);
        let links: &[u8] = throws.one(&[(2, &[1]), (2, &[1, 2]), (1, &[2]), (1, &[])]);
        let on: &[u8] = throws.one(&[(3, &[1, 2]), (2, &[1]), (1, &[2]), (1, &[])]);
        let school = throws.one(&[(4, 1), (1, 2), (1, 3)]);
        Self {
            there_is_one: !throws.odd(8),
            status: throws.one(&[
                (8, AccountStatus::Active),
                (1, AccountStatus::Blocked),
                (1, AccountStatus::Archived),
            ]),
            schools: schools.to_vec(),
            has_password: throws.one(&[(2, true), (1, false)]),
            links: links.to_vec(),
            on: on.to_vec(),
            comes: throws.one(&[
                (
                    3,
                    Comes::ByPassword {
                        right: true,
                        school,
                    },
                ),
                (
                    1,
                    Comes::ByPassword {
                        right: false,
                        school,
                    },
                ),
                (3, Comes::ByLink(1)),
                (1, Comes::ByLink(2)),
            ]),
        }
    }

    /// The account is there.
    pub(crate) const fn exists(&mut self) {
        self.there_is_one = true;
    }

    pub(crate) fn sheet(&self) -> AccountSheet {
        let card = Card::person(0, 200_300_402, Born::Parent);
        sheet(
            card,
            self.status,
            Role::Parent,
            &self.schools,
            self.has_password,
        )
    }

    pub(crate) fn policy(&self) -> Policy {
        policy(&self.on)
    }

    /// Whether this would let in, and why not.
    fn verdict(&self, comes: Comes) -> Result<SignInWay, Refusal> {
        // Whoever is not there, has left, comes to another school or has another password: one
        // answer.
        if !self.there_is_one {
            return Err(Refusal::WrongCredentials);
        }
        if let (Comes::ByPassword { .. }, AccountStatus::Archived) = (comes, self.status) {
            return Err(Refusal::WrongCredentials);
        }
        if let Comes::ByPassword { right, school } = comes
            && (!right || !self.schools.contains(&school))
        {
            return Err(Refusal::WrongCredentials);
        }
        // In the order of linking: the provider first. A blocked account shows as blocked only
        // after a proof.
        if let Comes::ByLink(number) = comes
            && !self.on.contains(&number)
        {
            return Err(Refusal::ProviderOff);
        }
        match self.status {
            AccountStatus::Active => {}
            AccountStatus::Blocked => return Err(Refusal::AccountBlocked),
            AccountStatus::Archived => return Err(Refusal::WrongCredentials),
        }
        Ok(match comes {
            Comes::ByPassword { .. } => SignInWay::Password,
            Comes::ByLink(number) => SignInWay::Link {
                provider: provider(number),
                link: id(u128::from(number)),
            },
        })
    }

    /// The ways by which this account is let in today, with these links.
    pub(crate) fn ways(&self, links: &[u8]) -> Vec<SignInWay> {
        let mut ways = Vec::new();
        if let (true, Some(school)) = (self.has_password, self.schools.first()) {
            let right = true;
            let school = *school;
            ways.extend(self.verdict(Comes::ByPassword { right, school }));
        }
        for number in links {
            ways.extend(self.verdict(Comes::ByLink(*number)));
        }
        ways
    }
}

#[test]
fn f3_signing_in_is_decided_as_the_table_says() {
    let answers = [
        "by password",
        "over a link",
        "wrong-credentials",
        "account-blocked",
        "provider-off",
    ];
    on_generated_cases(DICE, &answers, |dice: &Dice| {
        let case = Case::of(&mut Throws::of(dice));
        let sheet = case.there_is_one.then(|| case.sheet());
        let over;
        let proof = match case.comes {
            Comes::ByPassword { right, school } => SignInProof::Password {
                result: if right {
                    LocalProofResult::Right
                } else {
                    LocalProofResult::Wrong
                },
                organization: id(u128::from(school)),
            },
            Comes::ByLink(number) => {
                over = link(number);
                SignInProof::Link(&over)
            }
        };
        let decided = decide_sign_in(sheet.as_ref(), proof, &case.policy());
        assert_eq!(decided, case.verdict(case.comes), "{case:?}");
        match decided {
            Ok(SignInWay::Password) => "by password",
            Ok(SignInWay::Link { .. }) => "over a link",
            Err(refusal) => refusal.code().as_str(),
        }
    });
}

#[test]
fn e9_the_ways_in_are_those_that_the_table_lets_in_by() {
    let answers = ["none", "password", "links", "both"];
    on_generated_cases(DICE, &answers, |dice: &Dice| {
        let mut case = Case::of(&mut Throws::of(dice));
        case.exists();
        let links: Vec<_> = case.links.iter().copied().map(link).collect();
        let links: Vec<_> = links.iter().collect();
        let ways = effective_ways(&case.sheet(), &links, &case.policy());
        assert_eq!(ways, case.ways(&case.links), "{case:?}");
        let by_password = ways.contains(&SignInWay::Password);
        let over_links = ways.len() > usize::from(by_password);
        match (by_password, over_links) {
            (false, false) => "none",
            (true, false) => "password",
            (false, true) => "links",
            (true, true) => "both",
        }
    });
}
