//! What identifies a person: names, SNILS, birth date, contacts, login (`domain.md` "Value types
//! that can't be built wrong", `identity-data.md`).
//!
//! Each type parses from text with a typed error that names the fault and never repeats the
//! value, prints masked in `Debug`, has no `Display`, and shows its full value by an explicit
//! call alone. `serde::Serialize` writes the **full** value: it is meant for sealed columns and
//! answers to the value's owner; `Deserialize` goes through the same parser as everything else.

mod agreement;
mod birth_date;
mod characters;
mod email;
mod gender;
mod login;
mod name;
mod name_key;
mod phone;
mod snils;
mod text_value;

pub use agreement::Agreement;
pub use birth_date::{
    AgeAnswer, BirthDate, BirthDateError, adult, compare_birth_dates, known_adult,
    known_at_least_14, known_minor, under_14,
};
pub use email::{EmailAddress, EmailError};
pub use gender::{Gender, GenderError};
pub use login::{Login, LoginError, LoginKey};
pub use name::{
    NameComparison, NameError, NameFault, NameForm, NameMismatch, NamePart, PartAgreement,
    PatronymicRule, PersonName, RegisteredName, UnsoundName, compare_names, name_agreement,
};
pub use name_key::NameKey;
pub use phone::{PhoneError, PhoneNumber};
pub use snils::{Snils, SnilsEntry, SnilsError, compare_snils};
