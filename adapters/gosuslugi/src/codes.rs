//! ESIA's error codes, each in its class (`esia.md` 8.2, 8.4).

use std::fmt;

use linking_core::provider::{Decline, ProviderError, ProviderErrorKind, Step};

/// What an application must tell apart (`esia.md` 8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// The person refused at the consent screen.
    UserDenied,
    /// The account is not verified.
    NotVerified,
    /// The account lacks something that only the person mends there.
    UserAccount,
    /// Code or token spent or too old: begin anew.
    Restart,
    /// The clocks differ.
    Clock,
    /// ESIA is away for a while.
    Retry,
    /// Our registration, key, signature or request is wrong: an alarm for the operator.
    Config,
    /// REST only: the token does not cover these data; go on without them.
    LessData,
}

/// A code of ESIA, `ESIA-` and six digits. The text after it is free and is not read (4.2).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct EsiaCode(u32);

impl EsiaCode {
    /// The first code in a text.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split("ESIA-").skip(1).find_map(|rest| {
            let digits = rest
                .get(..6)
                .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
            digits.parse().ok().map(Self)
        })
    }

    /// Its class, and what it means to the operator; `None` for a code that `esia.md` lacks.
    pub(crate) fn known(self) -> Option<(Class, &'static str)> {
        TABLE
            .iter()
            .find(|(code, ..)| *code == self.0)
            .map(|(_, class, means)| (*class, *means))
    }

    /// The outcome for the person. `Clock` and `LessData` are the caller's to handle first; what
    /// is left of them, like an unknown code, is the operator's.
    pub(crate) fn outcome(self, stage: &str) -> Result<Step, ProviderError> {
        let Some((class, means)) = self.known() else {
            let cause = format!("{stage}: {self:?}, which is not known");
            return Err(ProviderError::new(ProviderErrorKind::Configuration, cause));
        };
        let fault = |kind| {
            Err(ProviderError::new(
                kind,
                format!("{stage}: {self:?}: {means}"),
            ))
        };
        match class {
            Class::UserDenied => Ok(Step::Declined(Decline::ByPerson)),
            Class::NotVerified => Ok(Step::Declined(Decline::AssuranceTooLow)),
            Class::UserAccount => Ok(Step::Declined(Decline::AccountUnfit)),
            Class::Restart => fault(ProviderErrorKind::Restart),
            Class::Retry => fault(ProviderErrorKind::Unavailable),
            Class::Config | Class::Clock | Class::LessData => {
                fault(ProviderErrorKind::Configuration)
            }
        }
    }
}

impl fmt::Debug for EsiaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ESIA-{:06}", self.0)
    }
}

const TABLE: &[(u32, Class, &str)] = &[
    (5_011, Class::Restart, "the access token is not accepted"),
    (5_013, Class::Restart, "the access token has expired"),
    (
        5_029,
        Class::LessData,
        "the access token does not cover these data",
    ),
    (
        7_002,
        Class::Config,
        "the certificate is not that of client-id, or none is registered",
    ),
    (
        7_003,
        Class::Config,
        "a parameter is missing, wrong or doubled",
    ),
    (7_004, Class::UserDenied, "the person refused"),
    (
        7_005,
        Class::Config,
        "client-id, its certificate or this stand is not enabled for us",
    ),
    (
        7_006,
        Class::Config,
        "a scope is wrong or unknown: check scopes and contact-scopes",
    ),
    (7_007, Class::Retry, "internal error of ESIA"),
    (
        7_008,
        Class::Retry,
        "ESIA is overloaded or under maintenance",
    ),
    (
        7_009,
        Class::Config,
        "the way of asking for a token is not supported",
    ),
    (
        7_011,
        Class::Restart,
        "the code is spent, expired or of another redirect address",
    ),
    (7_012, Class::Config, "the grant type is not supported"),
    (7_013, Class::Config, "the request has no scope"),
    (7_014, Class::Config, "a mandatory parameter is missing"),
    (
        7_015,
        Class::Clock,
        "the time of the request is wrong: check this server's clock",
    ),
    (
        7_019,
        Class::Config,
        "a scope was not granted to client-id at registration",
    ),
    (
        7_023,
        Class::Config,
        "redirect-uri is not registered for client-id",
    ),
    (7_038, Class::Config, "the parameters could not be read"),
    (
        7_039,
        Class::Config,
        "a PKCE verifier came without its challenge: set pkce to off",
    ),
    (7_040, Class::Restart, "the PKCE verifier does not fit"),
    (
        7_046,
        Class::UserAccount,
        "the account has no second factor where one is needed",
    ),
    (
        7_053,
        Class::Config,
        "the signature is wrong: check signer, key and client-certificate",
    ),
    (7_055, Class::NotVerified, "the account is not verified"),
    (7_060, Class::Config, "the role is wrong"),
    (7_061, Class::Config, "the type of object is wrong"),
    (
        7_062,
        Class::Config,
        "the type or role of the user is wrong",
    ),
    // Shown inside ESIA's own page; should it come to us, the sign-in can be tried again.
    (7_110, Class::Retry, "sign-in by QR code failed inside ESIA"),
    (
        7_194,
        Class::UserAccount,
        "the person is not an employee of the organisation",
    ),
    (8_010, Class::Config, "client authentication failed"),
    (36_700, Class::Config, "consent: its type is missing"),
    (36_701, Class::Config, "consent: its type is unknown"),
    (
        36_702,
        Class::Config,
        "consent: a mandatory scope is missing",
    ),
    (36_703, Class::Config, "consent: scopes exceed its type"),
    (
        36_704,
        Class::Config,
        "consent: scopes are not allowed for its type",
    ),
    (36_705, Class::Config, "consent: no action"),
    (36_706, Class::Config, "consent: unknown action"),
    (36_707, Class::Config, "consent: no purpose"),
    (36_716, Class::Config, "consent: wrong expiry"),
    (36_726, Class::Config, "consent: unknown purpose"),
    (
        36_727,
        Class::Config,
        "consent: exactly one purpose is needed",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The list of `esia.md` 8.2 and 6.1 by class, written down a second time.
    #[test]
    fn every_code_of_the_reference_has_its_class() {
        let table: [(Class, &[u32]); 8] = [
            (Class::UserDenied, &[7004]),
            (Class::NotVerified, &[7055]),
            (Class::UserAccount, &[7046, 7194]),
            (Class::Restart, &[7011, 7040, 5011, 5013]),
            (Class::Clock, &[7015]),
            (Class::Retry, &[7007, 7008, 7110]),
            (Class::LessData, &[5029]),
            (
                Class::Config,
                &[
                    7002, 7003, 7005, 7006, 7009, 7012, 7013, 7014, 7019, 7023, 7038, 7039, 7053,
                    7060, 7061, 7062, 8010, 36700, 36701, 36702, 36703, 36704, 36705, 36706, 36707,
                    36716, 36726, 36727,
                ],
            ),
        ];
        let mut seen = BTreeSet::new();
        for (class, codes) in table {
            for code in codes {
                let (found, means) = EsiaCode(*code).known().unwrap();
                assert_eq!(found, class, "{code}");
                assert!(!means.is_empty());
                assert!(seen.insert(*code), "{code}");
            }
        }
        assert_eq!(seen.len(), TABLE.len());
        assert!(EsiaCode(7_999).known().is_none());
    }

    #[test]
    fn a_code_is_found_in_any_text_and_nothing_else_is() {
        for text in [
            "ESIA-007004: The resource owner or authorization server denied the request.",
            "ESIA-007004 Владелец ресурса отказал",
            "error ESIA-12 then ESIA-007004",
            "ESIA-007004",
        ] {
            let code = EsiaCode::find(text).unwrap();
            assert_eq!(format!("{code:?}"), "ESIA-007004", "{text}");
        }
        for text in [
            "",
            "access_denied",
            "ESIA-",
            "ESIA-7004",
            "ESIA-00700я",
            "esia-007004",
        ] {
            assert!(EsiaCode::find(text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_unknown_code_is_the_operators() {
        let error = EsiaCode(7_999).outcome("authorisation").unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::Configuration);
        assert!(error.cause.contains("ESIA-007999"));
    }
}
