//! Refusals: a rule says no. One enum, exhaustive; from a code follow the message, the problem
//! type, who can mend it and the next step.

use serde::{Deserialize, Serialize};

use crate::{
    person::{NameMismatch, NamePart},
    secret::PasswordFault,
    time::Timestamp,
};

/// A part of the identity data that differs. Says which, never what (`threats.md` F5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferingField {
    /// A part of the name, and whether the letters themselves are odd.
    Name {
        /// Which part.
        part: NamePart,
        /// In which way it differs.
        mismatch: NameMismatch,
    },
    /// SNILS.
    Snils,
    /// Birth date.
    BirthDate,
}

/// What the person's account at the provider lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountLack {
    /// The provider has not verified the person.
    #[default]
    Level,
    /// Something that the provider tells to the person alone: a second factor, an employment, a
    /// parent's permission to hand a child's data over.
    Else,
}

/// Which way round parent and child were mixed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MixUp {
    /// An adult's identity on a child's account.
    AdultOnChild,
    /// A child's identity on an adult's account.
    ChildOnAdult,
}

/// Who can mend a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mender {
    /// The person.
    Person,
    /// The person, at the provider.
    PersonAtProvider,
    /// The organisation's administrator.
    Administrator,
    /// The region.
    Region,
    /// Time.
    Time,
    /// Nobody needs to.
    Nobody,
}

impl Mender {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Person,
        Self::PersonAtProvider,
        Self::Administrator,
        Self::Region,
        Self::Time,
        Self::Nobody,
    ];

    /// The stable text.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::PersonAtProvider => "person-at-provider",
            Self::Administrator => "administrator",
            Self::Region => "region",
            Self::Time => "time",
            Self::Nobody => "nobody",
        }
    }
}

/// What the page offers first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NextStep {
    /// Choose another way to sign in.
    ChooseAnotherWay,
    /// Try again at the provider.
    TryAgain,
    /// Begin anew.
    StartAgain,
    /// Enter login and password again, on the same page.
    CorrectFields,
    /// Come back at the time named.
    Wait,
    /// Ask at the school.
    AskSchool,
    /// Use another identity at the provider.
    UseOtherIdentity,
    /// Prove again who is there.
    StepUp,
    /// Add another way to sign in.
    AddWay,
    /// Prove the other account too, and move the link.
    ProveOther,
    /// Let the standing link give way to a new one.
    Replace,
    /// Go into the diary.
    GoOn,
    /// Ask for a letter with a new link.
    RestorePassword,
    /// Raise the account's level at the provider.
    RaiseLevel,
}

impl NextStep {
    /// Every one.
    pub const ALL: [Self; 14] = [
        Self::ChooseAnotherWay,
        Self::TryAgain,
        Self::StartAgain,
        Self::CorrectFields,
        Self::Wait,
        Self::AskSchool,
        Self::UseOtherIdentity,
        Self::StepUp,
        Self::AddWay,
        Self::ProveOther,
        Self::Replace,
        Self::GoOn,
        Self::RestorePassword,
        Self::RaiseLevel,
    ];

    /// The stable text.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ChooseAnotherWay => "choose-another-way",
            Self::TryAgain => "try-again",
            Self::StartAgain => "start-again",
            Self::CorrectFields => "correct-fields",
            Self::Wait => "wait",
            Self::AskSchool => "ask-school",
            Self::UseOtherIdentity => "use-other-identity",
            Self::StepUp => "step-up",
            Self::AddWay => "add-way",
            Self::ProveOther => "prove-other",
            Self::Replace => "replace",
            Self::GoOn => "go-on",
            Self::RestorePassword => "restore-password",
            Self::RaiseLevel => "raise-level",
        }
    }
}

/// Why a rule said no, with what the page may tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "code")]
pub enum Refusal {
    /// The provider is off in the region.
    ProviderOff,
    /// The person refused at the provider's consent screen.
    ConsentRefused,
    /// The provider holds the account for too low, or for unfit.
    AssuranceTooLow {
        /// What it lacks.
        #[serde(default)]
        lacks: AccountLack,
    },
    /// The identity is linked to another account. Says nothing of that one (`threats.md` E1).
    IdentityLinkedElsewhere,
    /// The account is linked to another identity of the provider since then (E2).
    AccountLinkedAlready {
        /// Since when.
        since: Timestamp,
    },
    /// Parent and child were mixed up (E11).
    GuardianChildMixUp {
        /// Which way round.
        mix_up: MixUp,
    },
    /// The name differs.
    NameMismatch {
        /// All parts of the name that differ, and no more.
        fields: Vec<DifferingField>,
    },
    /// The SNILS differs.
    SnilsMismatch,
    /// The birth date differs.
    BirthDateMismatch,
    /// Login or password did not fit; one text for every cause (F3).
    WrongCredentials,
    /// Too many wrong passwords (F1).
    TooManyAttempts {
        /// When the password opens again.
        until: Timestamp,
    },
    /// The password is right, and somebody else is held to know it: a new one is needed (F5).
    NewPasswordNeeded,
    /// A new password does not do.
    PasswordUnfit {
        /// Why.
        fault: PasswordFault,
    },
    /// The ticket of a letter does not work any more, or never did.
    TicketOld,
    /// The school has closed the account.
    AccountBlocked,
    /// The act needs a recent proof (E3).
    StepUpNeeded,
    /// The last effective way to sign in (E9).
    LastSignInMethod,
    /// The flow has run out (G16).
    FlowExpired,
    /// The flow belongs to another browser, or there is none (A1).
    FlowNotYours,
    /// The step is done.
    FlowFinished,
    /// The provider is away or slow (I1, I2).
    ProviderUnavailable,
    /// The provider's answer did not pass our checks.
    ProviderAnswerInvalid,
}

macro_rules! codes {
    ($($variant:ident $pattern:tt => $code:literal, $mender:ident, $next:ident;)*) => {
        /// A refusal's stable code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RefusalCode {
            $(
                #[doc = concat!("`", $code, "`")]
                $variant,
            )*
        }

        impl RefusalCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable text: message key, problem type, metric label.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Who can mend it.
            #[must_use]
            pub const fn mender(self) -> Mender {
                match self { $(Self::$variant => Mender::$mender,)* }
            }

            /// What the page offers first.
            #[must_use]
            pub const fn next_step(self) -> NextStep {
                match self { $(Self::$variant => NextStep::$next,)* }
            }
        }

        impl Refusal {
            /// The stable code.
            #[must_use]
            pub const fn code(&self) -> RefusalCode {
                match self { $(codes!(@pat $variant $pattern) => RefusalCode::$variant,)* }
            }
        }
    };
    (@pat $variant:ident _) => { Self::$variant };
    (@pat $variant:ident {}) => { Self::$variant { .. } };
}

codes! {
    ProviderOff _ => "provider-off", Region, ChooseAnotherWay;
    ConsentRefused _ => "consent-refused", Person, TryAgain;
    AssuranceTooLow {} => "assurance-too-low", PersonAtProvider, RaiseLevel;
    IdentityLinkedElsewhere _ => "identity-linked-elsewhere", Person, ProveOther;
    AccountLinkedAlready {} => "account-linked-already", Person, Replace;
    GuardianChildMixUp {} => "guardian-child-mix-up", Person, UseOtherIdentity;
    NameMismatch {} => "name-mismatch", Administrator, AskSchool;
    SnilsMismatch _ => "snils-mismatch", Administrator, AskSchool;
    BirthDateMismatch _ => "birth-date-mismatch", Administrator, AskSchool;
    WrongCredentials _ => "wrong-credentials", Person, CorrectFields;
    TooManyAttempts {} => "too-many-attempts", Time, Wait;
    NewPasswordNeeded _ => "new-password-needed", Person, RestorePassword;
    PasswordUnfit {} => "password-unfit", Person, CorrectFields;
    TicketOld _ => "ticket-old", Person, RestorePassword;
    AccountBlocked _ => "account-blocked", Administrator, AskSchool;
    StepUpNeeded _ => "step-up-needed", Person, StepUp;
    LastSignInMethod _ => "last-sign-in-method", Person, AddWay;
    FlowExpired _ => "flow-expired", Person, StartAgain;
    FlowNotYours _ => "flow-not-yours", Person, StartAgain;
    FlowFinished _ => "flow-finished", Nobody, GoOn;
    ProviderUnavailable _ => "provider-unavailable", Time, TryAgain;
    ProviderAnswerInvalid _ => "provider-answer-invalid", Time, StartAgain;
}

impl RefusalCode {
    /// Whether it says that the flow itself cannot be gone on with, so that no page of a step of
    /// it can tell why.
    #[must_use]
    pub const fn is_of_the_flow(self) -> bool {
        match self {
            Self::FlowExpired | Self::FlowNotYours | Self::FlowFinished => true,
            Self::ProviderOff
            | Self::ConsentRefused
            | Self::AssuranceTooLow
            | Self::IdentityLinkedElsewhere
            | Self::AccountLinkedAlready
            | Self::GuardianChildMixUp
            | Self::NameMismatch
            | Self::SnilsMismatch
            | Self::BirthDateMismatch
            | Self::WrongCredentials
            | Self::TooManyAttempts
            | Self::NewPasswordNeeded
            | Self::PasswordUnfit
            | Self::TicketOld
            | Self::AccountBlocked
            | Self::StepUpNeeded
            | Self::LastSignInMethod
            | Self::ProviderUnavailable
            | Self::ProviderAnswerInvalid => false,
        }
    }

    /// Reads an [`Self::as_str`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_case_and_read_back() {
        for code in RefusalCode::ALL {
            let text = code.as_str();
            assert!(
                text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{text}"
            );
            assert_eq!(RefusalCode::from_code(text), Some(*code));
        }
    }

    #[test]
    fn three_codes_are_of_the_flow_itself() {
        let of_the_flow = RefusalCode::ALL.iter().filter(|code| code.is_of_the_flow());
        assert!(
            of_the_flow
                .clone()
                .all(|code| code.as_str().starts_with("flow-"))
        );
        assert_eq!(of_the_flow.count(), 3);
    }

    #[test]
    fn the_serialised_tag_is_the_code() {
        let refusal = Refusal::GuardianChildMixUp {
            mix_up: MixUp::AdultOnChild,
        };
        let json = serde_json::to_value(&refusal).unwrap();
        assert_eq!(json["code"], refusal.code().as_str());
    }
}
