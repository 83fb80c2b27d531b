//! `decide_link`: may this account be linked to this identity?

#[cfg(test)]
mod tests;

use chrono::NaiveDate;

use crate::{
    account::{AccountSheet, AccountStatus, Family, Relative},
    consent::{DataScope, GrantedConsent},
    ids::{AccountId, LinkId},
    link::{IdentityComparison, LinkOrigin, compare_identity},
    person::{Agreement, BirthDate},
    policy::{LinkWays, Policy},
    provider::{ContactClaim, ProviderId, ProviderIdentity},
    refusal::{MixUp, Refusal},
    time::Timestamp,
};

/// What is known of the person's consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentFact {
    /// Given in this flow.
    Granted(GrantedConsent),
    /// Not given.
    Missing,
}

/// What is known of the local side's proof, in this same flow (invariant 3; `threats.md` E4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalProof {
    /// The right local password, just now.
    Password,
    /// A session of the account in this browser, proved recently.
    RecentSession,
    /// A session of the account in this browser whose proof is too old.
    StaleSession,
}

/// The account's active link of this provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExistingLink {
    /// There is none.
    None,
    /// It is linked to this very identity.
    Same(LinkId),
    /// It is linked to another one since then.
    Other {
        /// Since when.
        since: Timestamp,
    },
}

/// All that the decision rests on.
#[derive(Debug, Clone)]
pub struct LinkFacts<'a> {
    /// The provider.
    pub provider: &'a ProviderId,
    /// Who came back from it.
    pub identity: &'a ProviderIdentity,
    /// The account that is to be linked.
    pub sheet: &'a AccountSheet,
    /// Its guardians and children by the records of today.
    pub family: &'a Family,
    /// From which side the person came.
    pub origin: LinkOrigin,
    /// The person's consent.
    pub consent: ConsentFact,
    /// The local side's proof.
    pub proof: LocalProof,
    /// The account's link of this provider.
    pub existing: ExistingLink,
    /// The accounts to which the identity is linked.
    pub holders: &'a [AccountId],
    /// The organisation's day.
    pub today: NaiveDate,
}

/// The link may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkDecision {
    /// Make it, with this consent.
    Make {
        /// The consent that it rests on.
        consent: GrantedConsent,
        /// The contacts among which the person may choose; none where the policy has no choice, or
        /// the provider could not tell them.
        offered: Vec<ContactClaim>,
    },
    /// It stands already: nothing to write.
    Stands(LinkId),
}

type Check = fn(&LinkFacts<'_>, &Policy, &IdentityComparison) -> Result<(), Refusal>;

/// The order of checks (`domain.md`, Decisions); the first that fails is the reason.
const CHECKS: [Check; 5] = [
    provider_is_on,
    consent_covers_the_claims,
    local_side_is_proved,
    account_is_open,
    nothing_is_linked,
];

/// The checks that go on, where there is a link to make.
const CHECKS_OF_THE_PERSON: [Check; 5] = [
    nobody_is_mixed_up,
    names_agree,
    snils_agree,
    birth_dates_agree,
    no_adult_on_a_minors_account,
];

/// Decides whether an account may be linked to an identity. Where the very link stands already
/// there is nothing to make, and nobody is compared: a later sign-in tells of data that parted.
///
/// # Errors
/// The first refusal in the order of `domain.md`: provider off → consent → local proof → account
/// blocked → linked already → parent and child mixed up → name → SNILS → birth date → known
/// adult on a minor's account.
pub fn decide_link(facts: &LinkFacts<'_>, policy: &Policy) -> Result<LinkDecision, Refusal> {
    let comparison = compare_identity(
        &facts.sheet.account().profile,
        &facts.identity.claims,
        policy.patronymic,
    );
    for check in CHECKS {
        check(facts, policy, &comparison)?;
    }
    if let ExistingLink::Same(link) = facts.existing {
        return Ok(LinkDecision::Stands(link));
    }
    for check in CHECKS_OF_THE_PERSON {
        check(facts, policy, &comparison)?;
    }
    let ConsentFact::Granted(consent) = &facts.consent else {
        return Err(Refusal::ConsentRefused);
    };
    let covered = consent.text.names(DataScope::Contacts);
    let offered = if policy.contact_choice.is_on() && covered {
        facts.identity.claims.contacts.clone().unwrap_or_default()
    } else {
        Vec::new()
    };
    Ok(LinkDecision::Make {
        consent: consent.clone(),
        offered,
    })
}

fn provider_is_on(
    facts: &LinkFacts<'_>,
    policy: &Policy,
    _: &IdentityComparison,
) -> Result<(), Refusal> {
    let way_is_open = match (policy.link_ways, facts.origin) {
        (LinkWays::Both, LinkOrigin::FromProvider | LinkOrigin::FromSettings)
        | (LinkWays::Settings, LinkOrigin::FromSettings) => true,
        (LinkWays::Settings, LinkOrigin::FromProvider) => false,
    };
    if policy.allows(facts.provider) && way_is_open {
        Ok(())
    } else {
        Err(Refusal::ProviderOff)
    }
}

/// Given, and for all that is compared (invariant 3). What the text does not name was not asked
/// for, and is dropped where the answer comes in; contacts that it does not name are not offered.
fn consent_covers_the_claims(
    facts: &LinkFacts<'_>,
    _: &Policy,
    _: &IdentityComparison,
) -> Result<(), Refusal> {
    match &facts.consent {
        ConsentFact::Granted(consent) if consent.text.covers(&facts.identity.claims) => Ok(()),
        ConsentFact::Granted(_) | ConsentFact::Missing => Err(Refusal::ConsentRefused),
    }
}

fn local_side_is_proved(
    facts: &LinkFacts<'_>,
    _: &Policy,
    _: &IdentityComparison,
) -> Result<(), Refusal> {
    match facts.proof {
        LocalProof::Password | LocalProof::RecentSession => Ok(()),
        LocalProof::StaleSession => Err(Refusal::StepUpNeeded),
    }
}

fn account_is_open(
    facts: &LinkFacts<'_>,
    _: &Policy,
    _: &IdentityComparison,
) -> Result<(), Refusal> {
    match facts.sheet.account().status {
        AccountStatus::Active => Ok(()),
        AccountStatus::Blocked => Err(Refusal::AccountBlocked),
        // identity-data.md: archived account, right password, while linking.
        AccountStatus::Archived => Err(Refusal::WrongCredentials),
    }
}

fn nothing_is_linked(
    facts: &LinkFacts<'_>,
    _: &Policy,
    _: &IdentityComparison,
) -> Result<(), Refusal> {
    match facts.existing {
        ExistingLink::Same(_) => return Ok(()),
        ExistingLink::Other { since } => return Err(Refusal::AccountLinkedAlready { since }),
        ExistingLink::None => {}
    }
    let own = facts.sheet.account().id;
    if facts.holders.iter().any(|holder| *holder != own) {
        return Err(Refusal::IdentityLinkedElsewhere);
    }
    Ok(())
}

/// `identity-data.md`: the identity differs in no known attribute from the record of the
/// account's guardian (or child), and in at least one from the account's own; fits both
/// (namesakes) → mix-up unless the age shows which.
fn nobody_is_mixed_up(
    facts: &LinkFacts<'_>,
    policy: &Policy,
    own: &IdentityComparison,
) -> Result<(), Refusal> {
    let claims = &facts.identity.claims;
    // Where a relative's birth date is not known, the age may still show that it is not they:
    // nobody answers for a child before 18, and a child of unknown age counts as under 18.
    let fits = |relative: &Relative, grown_up: bool| {
        let age_fits = match (&relative.profile.birth_date, &claims.birth_date) {
            (None, Some(claimed)) => claimed.is_at_least(18, facts.today) == grown_up,
            (Some(_), _) | (None, None) => true,
        };
        age_fits && compare_identity(&relative.profile, claims, policy.patronymic).fits()
    };
    // A namesake's own record fits too; then only a known and equal birth date or SNILS tells
    // that it is really the owner.
    let is_surely_own =
        own.fits() && (own.birth_date == Agreement::Equal || own.snils == Agreement::Equal);
    if is_surely_own {
        return Ok(());
    }
    if facts.family.guardians.iter().any(|of| fits(of, true)) {
        return Err(Refusal::GuardianChildMixUp {
            mix_up: MixUp::AdultOnChild,
        });
    }
    if facts.family.children.iter().any(|of| fits(of, false)) {
        return Err(Refusal::GuardianChildMixUp {
            mix_up: MixUp::ChildOnAdult,
        });
    }
    Ok(())
}

/// `identity-data.md`: name and local proof are enough for a link by hand, so the name itself is
/// needed: an identity that says nothing of the person fits nobody (`threats.md` E11).
fn names_agree(_: &LinkFacts<'_>, _: &Policy, own: &IdentityComparison) -> Result<(), Refusal> {
    match own.name_agreement() {
        Agreement::Equal => Ok(()),
        Agreement::Unknown => Err(Refusal::ProviderAnswerInvalid),
        Agreement::Differs => Err(Refusal::NameMismatch {
            fields: own.differing_name_fields(),
        }),
    }
}

fn snils_agree(_: &LinkFacts<'_>, _: &Policy, own: &IdentityComparison) -> Result<(), Refusal> {
    match own.snils {
        Agreement::Equal | Agreement::Unknown => Ok(()),
        Agreement::Differs => Err(Refusal::SnilsMismatch),
    }
}

fn birth_dates_agree(
    _: &LinkFacts<'_>,
    _: &Policy,
    own: &IdentityComparison,
) -> Result<(), Refusal> {
    match own.birth_date {
        Agreement::Equal | Agreement::Unknown => Ok(()),
        Agreement::Differs => Err(Refusal::BirthDateMismatch),
    }
}

/// `identity-data.md`: a known adult on the account of a pupil under 18 that would otherwise
/// pass is a mix-up, checked last. A pupil whose birth date the school does not know counts as
/// under 18 here: an adult pupil's own date would show it.
fn no_adult_on_a_minors_account(
    facts: &LinkFacts<'_>,
    _: &Policy,
    _: &IdentityComparison,
) -> Result<(), Refusal> {
    let is_adult = |date: &BirthDate| date.is_at_least(18, facts.today);
    let claimed_adult = facts
        .identity
        .claims
        .birth_date
        .as_ref()
        .is_some_and(is_adult);
    let known_adult = facts
        .sheet
        .account()
        .profile
        .birth_date
        .as_ref()
        .is_some_and(|d| is_adult(&d.value));
    if facts.sheet.is_pupil() && claimed_adult && !known_adult {
        return Err(Refusal::GuardianChildMixUp {
            mix_up: MixUp::AdultOnChild,
        });
    }
    Ok(())
}
