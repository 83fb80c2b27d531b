//! Faults on demand (`esia.md 13.3`, `threats.md` B1, B2, B4, B5, B7, B8, I1, I2): what a client
//! must withstand, each played by name for the next requests or until it is cleared.

use serde::{Deserialize, Serialize};

use crate::code::EsiaCode;
use crate::person::Oid;

/// Where a transport fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The authorisation request of the browser.
    Authorization,
    /// The token request.
    Token,
    /// Person data.
    Rest,
    /// The published key files.
    Keys,
    /// Sign-out.
    Logout,
}

/// What happens to the answer on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// A page in HTML with that status, in place of the answer; the request has no effect.
    Html(u16),
    /// The connection is reset; the request has no effect.
    Reset,
    /// The answer comes so many milliseconds later; the request has had its effect.
    Delay(u64),
    /// The request has its effect, the answer never comes.
    NoAnswer,
    /// Half of the answer's body, then the connection ends.
    Half,
    /// A body that never ends.
    Endless,
    /// A redirect to that address; the request has no effect.
    Redirect(String),
    /// 200 with a body that is no JSON.
    Garbage,
}

/// Which token a fault spoils.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenKind {
    /// The authorisation code, itself a token.
    Code,
    /// The access token.
    Access,
    /// The id token.
    Id,
}

/// How a token's signature or header is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forgery {
    /// Right algorithm, a key that was never published.
    UnknownKey,
    /// `alg` is `none`, no signature.
    None,
    /// `alg` is `nOnE`, no signature.
    NoneOddCase,
    /// The header names the right algorithm, the signature is empty.
    EmptySignature,
    /// `HS256`, keyed by the text of the published certificate of this client's algorithm.
    Hs256ByCertificate,
    /// RS256 where GOST is set for the client, GOST where RS256 is; a good signature of its kind.
    OtherAlgorithm,
    /// The header names the client's algorithm, the signature is of the other one.
    OtherSignature,
    /// A claim changed after signing.
    Tampered,
    /// The `typ`/`sbt` of another kind of token.
    OtherKind,
    /// Without `alg`.
    NoAlgorithm,
    /// With `jku`, `jwk` and `kid` that lead to another key, by which it is signed.
    KeyInHeader,
    /// A megabyte of token, well signed.
    Huge,
    /// 20 KiB of token, well signed: more than a client looks at (`gost.md` 8.1), within what it
    /// takes as an answer.
    TooLong,
}

/// How a token's claims are wrong; the signature is good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// Another issuer.
    Issuer,
    /// The issuer with https instead of http.
    IssuerHttps,
    /// Without `iss`.
    NoIssuer,
    /// `aud` of another client, as text.
    AudienceOther,
    /// `aud` a list with another client alone.
    AudienceOtherList,
    /// `aud` a list with ours and another, without `azp`.
    AudienceBoth,
    /// `aud` a number.
    AudienceNumber,
    /// `aud` in other letter case.
    AudienceCase,
    /// Without `aud`.
    NoAudience,
    /// `client_id` of another client (code and access token).
    ClientOther,
    /// `exp` moved to so many seconds from now (negative: past).
    ExpiresIn(i64),
    /// `exp` as text.
    ExpiryText,
    /// Without `exp`.
    NoExpiry,
    /// `iat` moved to so many seconds from now.
    IssuedIn(i64),
    /// Without `iat`.
    NoIssuedAt,
    /// `nbf` moved to so many seconds from now.
    NotBeforeIn(i64),
    /// The subject of another person (all places where it stands).
    Subject(Oid),
    /// Without the subject.
    NoSubject,
    /// `urn:esia:client:state` of another flow (the code).
    State,
    /// `auth_time` moved to so many seconds from now.
    AuthTimeIn(i64),
    /// Without `auth_time`.
    NoAuthTime,
}

/// How the browser's return to the client is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Callback {
    /// Another `state`.
    OtherState,
    /// Without `state`.
    NoState,
    /// `state` twice.
    StateTwice,
    /// `code` twice.
    CodeTwice,
    /// `code` and `error` together.
    CodeAndError,
    /// Neither `code` nor `error`.
    Bare,
    /// The code of the flow before this one.
    CodeOfEarlierFlow,
    /// The browser stays on a page with a link: nobody returns, or as often as the link is used.
    Stays,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The authorisation request is answered with this code by redirect, without a screen. The
    /// person's refusal is [`EsiaCode::Denied`].
    AuthorizationError(EsiaCode),
    /// The authorisation request ends on ESIA's own page with this code.
    AuthorizationPage(EsiaCode),
    /// The return to the client is wrong.
    Callback(Callback),
    /// The person hands over these scopes alone, whatever was asked.
    GrantedScopes(Vec<String>),
    /// The token request is refused with this code (HTTP 400, JSON).
    TokenError(EsiaCode),
    /// The token request fails with this HTTP status and code, in JSON.
    TokenFailure(u16, EsiaCode),
    /// The answer is spoiled on its way.
    Transport(Place, Transport),
    /// A token has a wrong signature or header.
    Forged(TokenKind, Forgery),
    /// A token has wrong claims.
    Claim(TokenKind, Claim),
    /// The answer's `id_token` is the access token.
    AccessAsId,
    /// The answer's `access_token` is the id token.
    IdAsAccess,
    /// The answer has no `id_token`.
    NoIdToken,
    /// The answer's `state` is another.
    TokenState,
    /// Person data are those of this person, whatever the address says.
    PersonOf(Oid),
    /// REST refuses with this code: 401 for 005011 and 005013, 403 for 005029.
    RestError(EsiaCode),
    /// REST knows no such person.
    RestNotFound,
    /// REST fails with this HTTP status where contacts are asked for, alone or with the person.
    Contacts(u16),
}

/// Faults in force, each with the number of times it is still to happen.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<(Fault, Option<u32>)>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault, times: Option<u32>) {
        if times != Some(0) {
            self.0.push((fault, times));
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Uses up the first fault for which `pick` has an answer.
    pub(crate) fn take<T>(&mut self, pick: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        let (index, found) = self
            .0
            .iter()
            .enumerate()
            .find_map(|(at, (fault, _))| Some((at, pick(fault)?)))?;
        let spent = match self.0.get_mut(index) {
            Some((_, Some(left))) => {
                *left -= 1;
                *left == 0
            }
            _ => false,
        };
        if spent {
            self.0.remove(index);
        }
        Some(found)
    }

    /// Uses up every fault for which `pick` has an answer.
    pub(crate) fn take_all<T>(&mut self, pick: impl Fn(&Fault) -> Option<T>) -> Vec<T> {
        let mut found = Vec::new();
        self.0.retain_mut(|(fault, times)| {
            let Some(picked) = pick(fault) else {
                return true;
            };
            found.push(picked);
            match times {
                Some(left) => {
                    *left -= 1;
                    *left > 0
                }
                None => true,
            }
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_happens_as_often_as_it_was_set() {
        let mut faults = Faults::default();
        faults.add(Fault::NoIdToken, Some(2));
        faults.add(Fault::TokenState, None);
        faults.add(Fault::AccessAsId, Some(0));
        let pick = |wanted: Fault| move |fault: &Fault| (*fault == wanted).then_some(());
        assert_eq!(faults.take(pick(Fault::NoIdToken)), Some(()));
        assert_eq!(faults.take_all(pick(Fault::NoIdToken)).len(), 1);
        assert_eq!(faults.take(pick(Fault::NoIdToken)), None);
        assert_eq!(faults.take(pick(Fault::AccessAsId)), None);
        assert_eq!(faults.take(pick(Fault::TokenState)), Some(()));
        assert_eq!(faults.take_all(pick(Fault::TokenState)).len(), 1);
        faults.clear();
        assert_eq!(faults.take(pick(Fault::TokenState)), None);
    }

    #[test]
    fn a_fault_is_written_in_json_as_the_documentation_shows() {
        let text = r#"{"transport":["token",{"html":502}]}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        assert_eq!(fault, Fault::Transport(Place::Token, Transport::Html(502)));
        assert_eq!(serde_json::to_string(&fault).unwrap(), text);
        let fault: Fault =
            serde_json::from_str(r#"{"authorization-error":"ESIA-007004"}"#).unwrap();
        assert_eq!(fault, Fault::AuthorizationError(EsiaCode::Denied));
    }
}
