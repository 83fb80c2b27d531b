//! What is known of an account's owner, each attribute with its source.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    person::{BirthDate, EmailAddress, Gender, PhoneNumber, RegisteredName, Snils},
    provider::ProviderId,
    time::Timestamp,
};

/// Where an attribute came from (`domain.md`, Profile).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The person typed it in: nobody vouches for it.
    Person,
    /// The school keeps it: desk or import.
    School,
    /// Taken from a provider with the person's consent.
    Provider(ProviderId),
}

/// A value with its source and the time at which it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub source: Source,
    /// When it was taken.
    pub at: Timestamp,
}

/// Which contact it is. The order is the one of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactKind {
    /// Mobile telephone.
    Mobile,
    /// Telephone at home.
    Home,
    /// E-mail.
    Email,
}

impl ContactKind {
    /// Every kind, in the order of pages.
    pub const ALL: [Self; 3] = [Self::Mobile, Self::Home, Self::Email];

    /// The stable name in forms, stores and message keys.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Home => "home",
            Self::Email => "email",
        }
    }

    /// Reads a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A contact's value; its kind says which form it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactValue {
    /// A mobile number.
    Mobile(PhoneNumber),
    /// A number at home.
    Home(PhoneNumber),
    /// An address.
    Email(EmailAddress),
}

impl ContactValue {
    /// Which contact it is.
    #[must_use]
    pub const fn kind(&self) -> ContactKind {
        match self {
            Self::Mobile(_) => ContactKind::Mobile,
            Self::Home(_) => ContactKind::Home,
            Self::Email(_) => ContactKind::Email,
        }
    }

    /// The masked form for pages (`texts.md`, section 2).
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Mobile(number) | Self::Home(number) => number.masked(),
            Self::Email(address) => address.masked(),
        }
    }
}

/// A contact that the diary keeps and shows. It does not serve to restore a password until the
/// person confirms it here (`threats.md` E18).
pub type Contact = Sourced<ContactValue>;

/// What is known of an account's owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name, sound or as the register has it.
    pub name: Sourced<RegisteredName>,
    /// The birth date, where known.
    pub birth_date: Option<Sourced<BirthDate>>,
    /// The SNILS, where known.
    pub snils: Option<Sourced<Snils>>,
    /// The gender, where known.
    pub gender: Option<Sourced<Gender>>,
    /// Contacts, at most one of a kind and source, ordered by kind.
    pub contacts: Vec<Contact>,
}

impl Profile {
    /// Where letters about the account go: the e-mail that the school keeps. One that the person
    /// typed in or took from a provider waits for its confirmation (`threats.md` D3, E18).
    #[must_use]
    pub fn letter_address(&self) -> Option<&EmailAddress> {
        self.contacts
            .iter()
            .find_map(|contact| match (&contact.source, &contact.value) {
                (Source::School, ContactValue::Email(address)) => Some(address),
                (Source::School | Source::Person | Source::Provider(_), _) => None,
            })
    }

    /// The contacts that came from a provider.
    pub fn contacts_from<'a>(
        &'a self,
        provider: &'a ProviderId,
    ) -> impl Iterator<Item = &'a Contact> + 'a {
        self.contacts.iter().filter(
            move |contact| matches!(&contact.source, Source::Provider(from) if from == provider),
        )
    }

    /// Keeps these values of a provider and erases every other value of it.
    pub fn keep_contacts(
        &mut self,
        provider: &ProviderId,
        values: impl IntoIterator<Item = ContactValue>,
        at: Timestamp,
    ) {
        self.contacts.retain(
            |contact| !matches!(&contact.source, Source::Provider(from) if from == provider),
        );
        self.contacts
            .extend(values.into_iter().map(|value| Sourced {
                value,
                source: Source::Provider(provider.clone()),
                at,
            }));
        self.contacts.sort_by_key(|contact| contact.value.kind());
    }

    /// Erases every contact that a provider gave: whoever has no link keeps nothing of one
    /// (`threats.md` H2).
    pub fn forget_providers(&mut self) {
        self.contacts
            .retain(|contact| !matches!(contact.source, Source::Provider(_)));
    }

    /// Erases the contacts of a provider whose kind is not among these; the others stay as they
    /// were taken.
    pub fn retain_contacts(&mut self, provider: &ProviderId, kinds: &BTreeSet<ContactKind>) {
        self.contacts.retain(|contact| {
            !matches!(&contact.source, Source::Provider(from) if from == provider)
                || kinds.contains(&contact.value.kind())
        });
    }
}
