//! Digests of records, so that a state is known again.
//!
//! Most of a record is taken from its `Debug` text: a new field is in it by itself. What `Debug`
//! hides of a person or a key is added by hand.

use std::{
    fmt::{self, Debug, Write as _},
    hash::{DefaultHasher, Hash, Hasher},
    io,
};

use linking_core::{
    account::{AccountSheet, Family, Profile, Versioned},
    link::{Link, LinkFlow},
    ports::IdentitySheet,
    provider::IdentityKey,
    session::{Actor, Session},
};
use linking_testkit::{Contents, Counted};

/// Takes a value into a digest.
pub(crate) trait Digest {
    /// Feeds the digest.
    fn feed(&self, into: &mut Feed);

    /// The digest of this value alone.
    fn digest(&self) -> u64 {
        let mut into = Feed(DefaultHasher::new());
        self.feed(&mut into);
        into.0.finish()
    }
}

/// A hasher that takes texts.
pub(crate) struct Feed(DefaultHasher);

impl Feed {
    pub(crate) fn text(&mut self, value: &impl Debug) {
        // A hasher takes everything.
        let _ = write!(self, "{value:?}\0");
    }

    fn hash(&mut self, value: &impl Hash) {
        value.hash(&mut self.0);
    }

    fn json(&mut self, value: &impl serde::Serialize) {
        let _ = serde_json::to_writer(self, value);
    }
}

impl fmt::Write for Feed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

impl io::Write for Feed {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.write(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<T: Digest> Digest for Vec<T> {
    fn feed(&self, into: &mut Feed) {
        into.hash(&self.len());
        for value in self {
            value.feed(into);
        }
    }
}

impl<T: Digest> Digest for Option<T> {
    fn feed(&self, into: &mut Feed) {
        into.hash(&self.is_some());
        if let Some(value) = self {
            value.feed(into);
        }
    }
}

impl<T: Digest, E: Debug> Digest for Result<T, E> {
    fn feed(&self, into: &mut Feed) {
        match self {
            Ok(value) => value.feed(into),
            Err(error) => into.text(error),
        }
    }
}

impl<T: Digest> Digest for Versioned<T> {
    fn feed(&self, into: &mut Feed) {
        into.hash(&self.version);
        self.value.feed(into);
    }
}

impl Digest for Profile {
    fn feed(&self, into: &mut Feed) {
        into.json(&self.name);
        into.json(&self.birth_date);
        into.json(&self.snils);
        into.json(&self.contacts);
    }
}

impl Digest for AccountSheet {
    fn feed(&self, into: &mut Feed) {
        into.text(self);
        let account = self.account();
        account.profile.feed(into);
        let password = account.password.as_ref();
        into.hash(&password.map(|password| password.hash.expose()));
    }
}

impl Digest for Family {
    fn feed(&self, into: &mut Feed) {
        for relative in self.guardians.iter().chain(&self.children) {
            into.hash(&relative.account);
            relative.profile.feed(into);
        }
    }
}

impl Digest for IdentityKey {
    fn feed(&self, into: &mut Feed) {
        into.hash(self);
    }
}

impl Digest for Link {
    fn feed(&self, into: &mut Feed) {
        into.text(self);
        self.identity.feed(into);
    }
}

impl Digest for IdentitySheet {
    fn feed(&self, into: &mut Feed) {
        into.hash(&self.anchor);
        for linked in &self.links {
            linked.link.feed(into);
            linked.sheet.feed(into);
        }
    }
}

impl Digest for LinkFlow {
    fn feed(&self, into: &mut Feed) {
        into.json(self);
    }
}

impl Digest for Session {
    fn feed(&self, into: &mut Feed) {
        into.text(self);
        into.hash(&(self.secret, self.browser));
    }
}

impl Digest for Actor {
    fn feed(&self, into: &mut Feed) {
        self.session.feed(into);
        self.sheet.feed(into);
    }
}

impl Digest for Counted {
    fn feed(&self, into: &mut Feed) {
        into.hash(&self.key);
        into.text(self);
    }
}

/// Without the trail: nothing that a use case does hangs on it.
impl Digest for Contents {
    fn feed(&self, into: &mut Feed) {
        self.accounts.feed(into);
        into.hash(&self.anchors);
        self.links.feed(into);
        for ended in &self.ended {
            ended.link.feed(into);
            into.text(&(ended.end, ended.at));
        }
        into.text(&self.consents);
        self.flows.feed(into);
        self.sessions.feed(into);
        self.counters.feed(into);
    }
}
