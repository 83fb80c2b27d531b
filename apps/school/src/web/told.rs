//! What a press led to, for the page that tells it: every press is answered by a redirect, so that
//! Back and reload send nothing twice (`threats.md` G15). What was typed (never the password) and
//! what is wrong with it go along in a cookie: sealed, of one size, for one page of this browser,
//! gone once it was shown. The address holds nothing of it.

use std::fmt;

use axum::{
    http::{HeaderMap, Method},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use linking_core::{
    ids::{AccountId, FlowId},
    ports::{Purpose, Sealed, Tag, Vault},
    provider::ProviderId,
    refusal::{Refusal, RefusalCode},
    secret::{self, SecretBytes},
};
use serde::{Deserialize, Serialize};

use crate::{
    pages::{credentials::TypedFault, frame::see},
    telemetry::RefusedWith,
    web::{
        cookies::{self, CookieName},
        state::AppState,
        visit::Visit,
    },
};

/// Octets of what is sealed: a page's address, and a login of 64 letters or a refusal.
const SIZE: usize = 320;

/// Why a password that was asked for alone cannot go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PasswordFault {
    /// Nothing was typed.
    Empty,
    /// It is not the account's.
    Wrong,
}

/// What a press led to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Told {
    /// A rule said no, and the page says so in place of itself.
    Refused {
        /// Why.
        refusal: Refusal,
        /// The provider in play, outside a flow.
        provider: Option<ProviderId>,
    },
    /// Login and password could not be tried, or fitted nobody.
    Typed {
        /// What is wrong.
        fault: TypedFault,
        /// The login as typed.
        login: String,
    },
    /// The password alone.
    Password(PasswordFault),
    /// Why a new password does not do.
    NewPassword(NewPasswordFault),
    /// Neither login nor address was typed.
    NothingTyped,
    /// A letter's ticket set a new password.
    Restored {
        /// Whose.
        account: AccountId,
        /// The flow that waited for it.
        flow: Option<FlowId>,
    },
    /// A letter's «Это не я» was pressed.
    Protected {
        /// The ticket of a new password, in hexadecimal digits.
        restore: Option<String>,
    },
}

/// Why a new password does not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NewPasswordFault {
    /// Nothing was typed.
    Empty,
    /// The rule for passwords.
    Unfit(secret::PasswordFault),
}

impl NewPasswordFault {
    /// The key of its words.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Empty => "field-new-password-empty",
            Self::Unfit(secret::PasswordFault::TooShort) => "field-new-password-short",
            Self::Unfit(secret::PasswordFault::Common) => "field-new-password-common",
            Self::Unfit(secret::PasswordFault::LikeLogin) => "field-new-password-login",
        }
    }
}

impl fmt::Debug for Told {
    /// Nothing of what was typed (`threats.md` H1).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { refusal, .. } => write!(f, "Refused({})", refusal.code().as_str()),
            Self::Typed { fault, .. } => write!(f, "Typed({fault:?})"),
            Self::Password(fault) => write!(f, "Password({fault:?})"),
            Self::NewPassword(fault) => write!(f, "NewPassword({fault:?})"),
            Self::NothingTyped => write!(f, "NothingTyped"),
            Self::Restored { .. } => write!(f, "Restored"),
            Self::Protected { .. } => write!(f, "Protected"),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Letter {
    at: String,
    told: Told,
}

impl Told {
    /// A refusal that needs no provider named.
    pub(crate) const fn refused(refusal: Refusal) -> Self {
        Self::Refused {
            refusal,
            provider: None,
        }
    }

    /// The refusal that stands in the place of a page that tells nothing else.
    pub(crate) const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal),
            Self::Typed { .. }
            | Self::Password(_)
            | Self::NewPassword(_)
            | Self::NothingTyped
            | Self::Restored { .. }
            | Self::Protected { .. } => None,
        }
    }

    /// What is wrong with the password that was asked for alone.
    pub(crate) const fn password(&self) -> Option<PasswordFault> {
        if let Self::Password(fault) = self {
            Some(*fault)
        } else {
            None
        }
    }

    /// What is wrong with the new password.
    pub(crate) const fn new_password(&self) -> Option<NewPasswordFault> {
        if let Self::NewPassword(fault) = self {
            Some(*fault)
        } else {
            None
        }
    }

    /// The refusal behind it, for the log line of the press.
    const fn code(&self) -> Option<RefusalCode> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal.code()),
            Self::Typed {
                fault: TypedFault::FitsNobody,
                ..
            }
            | Self::Password(PasswordFault::Wrong) => Some(RefusalCode::WrongCredentials),
            Self::NewPassword(NewPasswordFault::Unfit(_)) => Some(RefusalCode::PasswordUnfit),
            Self::Typed {
                fault: TypedFault::Empty { .. },
                ..
            }
            | Self::Password(PasswordFault::Empty)
            | Self::NewPassword(NewPasswordFault::Empty)
            | Self::NothingTyped
            | Self::Restored { .. }
            | Self::Protected { .. } => None,
        }
    }

    /// What stands in the place of a login that no letter holds: nothing is lost but a text that
    /// is no login.
    fn shortened(self) -> Self {
        match self {
            Self::Typed { fault, .. } => Self::Typed {
                fault,
                login: String::new(),
            },
            other => other,
        }
    }

    fn seal(&self, vault: &dyn Vault, browser: &Tag, at: &str) -> Option<String> {
        let letter = |told: Self| {
            let at = at.to_owned();
            serde_json::to_vec(&Letter { at, told })
                .ok()
                .filter(|text| text.len() <= SIZE)
        };
        let mut text = letter(self.clone()).or_else(|| letter(self.clone().shortened()))?;
        text.resize(SIZE, b' ');
        let plain = SecretBytes::new(text);
        let sealed = vault.seal(Purpose::Told, &browser.to_octets(), &plain);
        Some(URL_SAFE_NO_PAD.encode(sealed.octets()))
    }

    /// What this browser is to be told at an address.
    pub(crate) fn read(
        vault: &dyn Vault,
        browser: &Tag,
        method: &Method,
        at: &str,
        headers: &HeaderMap,
    ) -> Option<Self> {
        if method != Method::GET {
            return None;
        }
        let cookie = cookies::read(headers, CookieName::Told)?;
        let sealed = Sealed::new(URL_SAFE_NO_PAD.decode(cookie).ok()?);
        let plain = vault
            .open(Purpose::Told, &browser.to_octets(), &sealed)
            .ok()?;
        let letter: Letter = serde_json::from_slice(plain.expose()).ok()?;
        (letter.at == at).then_some(letter.told)
    }
}

/// Leads on to a page that tells what the press led to. `query` holds places at most.
pub(crate) fn see_told(
    app: &AppState,
    visit: &Visit,
    path: &str,
    query: &str,
    told: &Told,
) -> Response {
    let mut response = if query.is_empty() {
        see(path)
    } else {
        see(&format!("{path}?{query}"))
    };
    let browser = &visit.visitor().browser;
    if let Some(sealed) = told.seal(app.linking().vault(), browser, path) {
        cookies::set(response.headers_mut(), CookieName::Told, &sealed);
    }
    if let Some(code) = told.code() {
        response.extensions_mut().insert(RefusedWith(code.as_str()));
    }
    response
}

#[cfg(test)]
mod tests {
    use linking_core::{ports::Randomness as _, time::Timestamp};
    use linking_crypto::{KeyVault, SystemRandom};

    use super::*;

    fn vault() -> KeyVault {
        let mut key = [0; 32];
        SystemRandom.fill(&mut key);
        KeyVault::from_text(&format!("1:{}", hex::encode(key))).unwrap()
    }

    fn headers(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let text = format!("__Host-told={cookie}");
        headers.insert("cookie", text.parse().unwrap());
        headers
    }

    const FLOW: &str = "/flow/flw_0190f0e0aaaa7bbb8cccdddddddddddd/replace";

    fn every() -> Vec<Told> {
        let until = Timestamp::from_timestamp_micros(1_773_478_800_123_456).unwrap();
        vec![
            Told::refused(Refusal::AccountBlocked),
            Told::Refused {
                refusal: Refusal::TooManyAttempts { until },
                provider: "gosuslugi".parse().ok(),
            },
            Told::Typed {
                fault: TypedFault::FitsNobody,
                login: "я".repeat(64),
            },
            Told::Typed {
                fault: TypedFault::Empty {
                    organization: false,
                    login: false,
                    password: false,
                },
                login: String::new(),
            },
            Told::Password(PasswordFault::Empty),
            Told::NewPassword(NewPasswordFault::Unfit(secret::PasswordFault::LikeLogin)),
            Told::NothingTyped,
            Told::Restored {
                account: "acc_0190f0e0aaaa7bbb8cccdddddddddddd".parse().unwrap(),
                flow: "flw_0190f0e0aaaa7bbb8cccdddddddddddd".parse().ok(),
            },
            Told::Protected {
                restore: Some("f".repeat(64)),
            },
        ]
    }

    #[test]
    fn g15_what_a_press_led_to_is_told_at_its_page_and_browser_alone() {
        let vault = vault();
        let (browser, other) = (Tag::new(1, [1; 32]), Tag::new(1, [2; 32]));
        for told in every() {
            let cookie = told.seal(&vault, &browser, FLOW).unwrap();
            let read = |method: Method, browser: &Tag, at: &str| {
                Told::read(&vault, browser, &method, at, &headers(&cookie))
            };
            assert_eq!(read(Method::GET, &browser, FLOW), Some(told.clone()));
            assert_eq!(read(Method::POST, &browser, FLOW), None);
            assert_eq!(read(Method::GET, &browser, "/sign-in"), None);
            assert_eq!(read(Method::GET, &other, FLOW), None);
        }
        assert_eq!(
            Told::read(&vault, &browser, &Method::GET, FLOW, &headers("x")),
            None
        );
    }

    #[test]
    fn g18_what_is_told_has_one_size_and_leaves_room() {
        let vault = vault();
        let browser = Tag::new(1, [1; 32]);
        let longest = Told::Typed {
            fault: TypedFault::FitsNobody,
            login: "\u{10ffff}".repeat(200),
        };
        let sizes: Vec<usize> = every()
            .iter()
            .chain([&longest])
            .map(|told| told.seal(&vault, &browser, FLOW).unwrap().len())
            .collect();
        assert!(sizes.iter().all(|size| size == sizes.first().unwrap()));
        assert!(sizes.iter().all(|size| *size < 512), "{sizes:?}");
        // A text that is no login is left out; what is wrong is told all the same.
        let cookie = longest.seal(&vault, &browser, FLOW).unwrap();
        let told = Told::read(&vault, &browser, &Method::GET, FLOW, &headers(&cookie));
        assert_eq!(told, Some(longest.shortened()));
    }

    #[test]
    fn h1_what_was_typed_does_not_print() {
        let told = Told::Typed {
            fault: TypedFault::FitsNobody,
            login: "dmitrieva30".to_owned(),
        };
        assert!(!format!("{told:?}").contains("dmitrieva"));
    }
}
