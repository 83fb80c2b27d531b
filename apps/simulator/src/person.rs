//! What ESIA knows about one person (`esia.md 6` and `7`). Every person of the simulator is invented.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Number of a person's account at ESIA: the subject of a link. Larger than 32 bits for some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Oid(pub u64);

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What kind of account the person has (`esia.md 7.1`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountKind {
    /// Name and one contact.
    Simplified,
    /// Passport and SNILS typed in and checked.
    Standard,
    /// As standard, while a check of the data is under way (`verifying`).
    Verifying,
    /// Identity confirmed.
    Verified,
    /// A child's account whose parent let it be used elsewhere.
    Child,
    /// A child's account without the parent's leave: sign-in works, but no data are handed over.
    ChildWithoutLeave,
    /// Removed: sign-in is refused.
    Deleted,
}

/// Gender as ESIA writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Gender {
    #[serde(rename = "M")]
    Male,
    #[serde(rename = "F")]
    Female,
}

impl Gender {
    pub(crate) fn letter(self) -> &'static str {
        match self {
            Self::Male => "M",
            Self::Female => "F",
        }
    }
}

/// Kind of a contact, by ESIA's letters (`esia.md 6.3`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContactKind {
    /// Mobile phone, `+7(900)0000001`.
    #[serde(rename = "MBT")]
    Mobile,
    /// Personal e-mail.
    #[serde(rename = "EML")]
    Email,
    /// Home phone.
    #[serde(rename = "PHN")]
    HomePhone,
    /// E-mail at work.
    #[serde(rename = "CEM")]
    WorkEmail,
}

impl ContactKind {
    pub(crate) fn letters(self) -> &'static str {
        match self {
            Self::Mobile => "MBT",
            Self::Email => "EML",
            Self::HomePhone => "PHN",
            Self::WorkEmail => "CEM",
        }
    }
}

/// One way to reach the person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// What it is.
    pub kind: ContactKind,
    /// As ESIA writes it: `+7(900)0000001` for phones.
    pub value: String,
    /// Whether ESIA has checked it; home phone and work e-mail never are.
    pub verified: bool,
}

/// A document of the person or of a child (`esia.md 6.5`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// ESIA's word for the kind, such as `RF_PASSPORT`.
    pub kind: String,
    /// Series, as the document has it.
    pub series: String,
    /// Number, as the document has it.
    pub number: String,
    /// Date of issue.
    pub issued: NaiveDate,
    /// Who issued it.
    pub issued_by: String,
    /// Whether ESIA has checked it.
    pub verified: bool,
}

/// An address (`esia.md 6.4`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// `PLV` residence, `PRG` registration.
    pub kind: String,
    /// Postal code, six digits.
    pub zip: String,
    /// The whole address in one line.
    pub text: String,
}

/// A card that the parent filled in about a child (`esia.md 6.6`): self-declared.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KidCard {
    /// The child's own account, if there is one.
    pub oid: Option<Oid>,
    /// Surname.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Patronymic.
    pub middle_name: Option<String>,
    /// Date of birth.
    pub birth_date: NaiveDate,
    /// Gender.
    pub gender: Gender,
    /// `NNN-NNN-NNN NN`; a parent may have left it out.
    pub snils: Option<String>,
    /// Birth certificate and the like.
    pub documents: Vec<Document>,
}

/// The organisation that the person works for (`esia.md 6.7`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Employer {
    /// The organisation's number at ESIA.
    pub oid: Oid,
    /// Full name.
    pub full_name: String,
    /// Short name.
    pub short_name: String,
    /// State registration number, 13 digits.
    pub ogrn: String,
    /// Whether the person is the head.
    pub chief: bool,
}

/// A person with an account at the simulated ESIA.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// Short name for tests and settings, such as `sokolova`.
    pub id: String,
    /// Number of the account: the subject in tokens.
    pub oid: Oid,
    /// Surname.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Patronymic; not everybody has one.
    pub middle_name: Option<String>,
    /// Date of birth.
    pub birth_date: NaiveDate,
    /// Gender.
    pub gender: Gender,
    /// `NNN-NNN-NNN NN`; absent for a simplified account.
    pub snils: Option<String>,
    /// What kind of account it is.
    pub kind: AccountKind,
    /// Password at the simulated provider; all are alike and mean nothing.
    pub password: String,
    /// Whether the person can sign in by electronic signature (`amr` = `DS`).
    pub signs: bool,
    /// ISO 3166 alpha-3 code; `RUS` for most.
    pub citizenship: String,
    /// Phones and e-mails. The first mobile phone receives the sign-in codes.
    pub contacts: Vec<Contact>,
    /// Addresses.
    pub addresses: Vec<Address>,
    /// Identity papers.
    pub documents: Vec<Document>,
    /// Cards of children.
    pub kids: Vec<KidCard>,
    /// Where the person works, for sign-in as an employee.
    pub employer: Option<Employer>,
    /// What the person is there for, in Russian: shown on the sign-in page of the stand.
    pub note: String,
}

impl Persona {
    /// The first contact of that kind.
    #[must_use]
    pub fn contact(&self, kind: ContactKind) -> Option<&str> {
        self.contacts
            .iter()
            .find(|contact| contact.kind == kind)
            .map(|contact| contact.value.as_str())
    }

    /// What to type as the login: mobile phone, else e-mail, else SNILS.
    #[must_use]
    pub fn login(&self) -> &str {
        self.contact(ContactKind::Mobile)
            .or_else(|| self.contact(ContactKind::Email))
            .or(self.snils.as_deref())
            .unwrap_or("")
    }

    /// Surname, given name and patronymic in one line.
    #[must_use]
    pub fn full_name(&self) -> String {
        match &self.middle_name {
            Some(middle) => format!("{} {} {middle}", self.last_name, self.first_name),
            None => format!("{} {}", self.last_name, self.first_name),
        }
    }

    pub(crate) fn is_child(&self) -> bool {
        matches!(
            self.kind,
            AccountKind::Child | AccountKind::ChildWithoutLeave
        )
    }

    pub(crate) fn is_trusted(&self, child_is_trusted: bool) -> bool {
        self.kind == AccountKind::Verified || (child_is_trusted && self.is_child())
    }

    /// Whether that text, typed as a login, means this person (`esia.md 10`, `idType`).
    pub(crate) fn answers_to(&self, typed: &str) -> bool {
        let typed = typed.trim();
        if typed.contains('@') {
            return self.contacts.iter().any(|contact| {
                contact.kind == ContactKind::Email
                    && contact.value.to_lowercase() == typed.to_lowercase()
            });
        }
        let typed = digits(typed);
        if typed.len() < 10 {
            return false;
        }
        let subscriber = subscriber(&typed);
        let by_phone = self
            .contact(ContactKind::Mobile)
            .is_some_and(|phone| self::subscriber(&digits(phone)) == subscriber);
        let by_snils = self
            .snils
            .as_deref()
            .is_some_and(|snils| digits(snils) == typed);
        by_phone || by_snils
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The ten digits of a Russian number after `+7` or `8`.
fn subscriber(digits: &str) -> Option<String> {
    match digits.len() {
        10 => Some(digits.to_owned()),
        11 => digits.strip_prefix(['7', '8']).map(str::to_owned),
        _ => None,
    }
}

macro_rules! masked {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

masked!(Contact, Document, Address, KidCard, Employer);

impl fmt::Debug for Persona {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Persona")
            .field("id", &self.id)
            .field("oid", &self.oid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::personas;

    #[test]
    fn a_login_is_found_in_every_usual_writing() {
        let person = personas::find("sokolova").unwrap();
        for typed in [
            "+7(900)0000001",
            "8 900 000-00-01",
            " 9000000001 ",
            "SOKOLOVA@stend.example",
            person.snils.as_deref().unwrap(),
            "10020000122",
        ] {
            assert!(person.answers_to(typed), "{typed}");
        }
        for typed in ["", "900", "+7(900)0000002", "sokolova", "@", "00000000000"] {
            assert!(!person.answers_to(typed), "{typed}");
        }
    }

    #[test]
    fn debug_shows_no_personal_data() {
        for person in personas::all() {
            let shown = format!("{person:?}");
            assert!(
                !shown.contains(&person.last_name) && !shown.contains("900"),
                "{shown}"
            );
        }
    }
}
