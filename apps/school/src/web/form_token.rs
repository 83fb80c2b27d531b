//! The token in every form: says that we made the page, for this browser and this session
//! (`threats.md` G4), and for which profile (G17).

use linking_core::{
    ids::AccountId,
    ports::{Purpose, Tag, Vault},
    secret::Secret256,
    session::Actor,
};

/// The field that carries it.
pub(crate) const TOKEN_FIELD: &str = "form-token";

/// For whom a page was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenVerdict {
    /// For this browser in its present session.
    Right,
    /// For another profile than the one that is signed in now.
    OtherProfile,
    /// For another browser, an older session, or by somebody else.
    Wrong,
}

/// Makes and checks the tokens of one request.
pub(crate) struct FormTokens<'a> {
    vault: &'a dyn Vault,
    browser: &'a Secret256,
    actor: Option<&'a Actor>,
}

impl<'a> FormTokens<'a> {
    /// The tokens of a browser and its present session.
    pub(crate) fn new(
        vault: &'a dyn Vault,
        browser: &'a Secret256,
        actor: Option<&'a Actor>,
    ) -> Self {
        Self {
            vault,
            browser,
            actor,
        }
    }

    /// The session's identifier stays while its secret changes, so that a step-up leaves the
    /// forms of other tabs alone.
    fn session_value(&self) -> Vec<u8> {
        let session = self
            .actor
            .map(|actor| *actor.session.value.id.uuid().as_bytes());
        let mut value = b"session:".to_vec();
        value.extend_from_slice(self.browser.expose());
        value.extend(session.into_iter().flatten());
        value
    }

    fn profile_tag(&self, account: Option<AccountId>) -> String {
        let mut value = b"profile:".to_vec();
        value.extend_from_slice(self.browser.expose());
        value.extend(account.iter().flat_map(|id| *id.uuid().as_bytes()));
        let tag = self.vault.tag(Purpose::FormToken, &value);
        hex(tag.bytes().iter().take(8).copied())
    }

    /// The token of a page that is being made.
    pub(crate) fn make(&self) -> String {
        let account = self.actor.map(Actor::account);
        let tag = self.vault.tag(Purpose::FormToken, &self.session_value());
        let session = hex(tag.bytes().iter().copied());
        format!("{session}.{}", self.profile_tag(account))
    }

    /// Judges the token of a form.
    pub(crate) fn judge(&self, token: &str) -> TokenVerdict {
        let (session, profile) = token.split_once('.').unwrap_or_default();
        if let Some(came) = Secret256::from_hex(session) {
            let value = self.session_value();
            // The version of the key is not in the token: any key of the installation made it.
            let is_own = |own: Tag| Tag::new(own.key(), *came.expose()).is_same(&own);
            let others = || self.vault.other_tags(Purpose::FormToken, &value);
            if is_own(self.vault.tag(Purpose::FormToken, &value))
                || others().into_iter().any(is_own)
            {
                return TokenVerdict::Right;
            }
        }
        let account = self.actor.map(Actor::account);
        let of_nobody = self.profile_tag(None);
        let signed_in = account.is_some();
        // The second part only chooses between two pages that change nothing.
        if signed_in
            && profile.len() == of_nobody.len()
            && profile != of_nobody
            && profile != self.profile_tag(account)
        {
            return TokenVerdict::OtherProfile;
        }
        TokenVerdict::Wrong
    }
}

fn hex(bytes: impl Iterator<Item = u8>) -> String {
    use std::fmt::Write as _;
    bytes.fold(String::new(), |mut text, byte| {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
