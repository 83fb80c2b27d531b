//! The register of people with their roles. A person with several roles has several rows, one
//! under the other: what later rows say of the person is empty or the same.

use std::collections::HashSet;

use async_trait::async_trait;
use chrono::{NaiveDate, TimeDelta};
use linking_core::{
    account::{AccountStatus, ContactValue, Profile, Role, Source, Sourced},
    audit::AuditRecord,
    person::{
        BirthDate, EmailAddress, Gender, Login, NameForm, NamePart, PhoneNumber, RegisteredName,
        Snils, SnilsEntry,
    },
    ports::{ImportCounts, NewMembership, NewPerson, Register, StoreError},
    time::Timestamp,
};

use super::{
    Row,
    column::{Column, Fault, Fields, optional, required},
    table::{Read1, Table},
};

/// Columns that say who the person is: the same on each of the person's rows, or empty.
const PERSONAL: [&str; 11] = [
    "status",
    "surname",
    "given_name",
    "patronymic",
    "one_name",
    "birth_date",
    "snils",
    "gender",
    "mobile",
    "home_phone",
    "email",
];

/// A person whose rows are being read.
#[derive(Debug)]
struct Pending {
    line: u64,
    key: String,
    personal: Vec<String>,
    person: Option<NewPerson>,
    unsound: Option<Fault>,
    faults: Vec<(u64, Vec<Fault>)>,
}

/// Reads rows of people.
#[derive(Debug)]
pub(super) struct PersonTable {
    today: NaiveDate,
    at: Timestamp,
    pending: Option<Pending>,
    seen: HashSet<String>,
}

impl PersonTable {
    /// Reads rows at that time.
    pub(super) fn new(at: Timestamp) -> Self {
        // Somewhere in Russia it is tomorrow already.
        let today = (at + TimeDelta::hours(12)).date_naive();
        Self {
            today,
            at,
            pending: None,
            seen: HashSet::new(),
        }
    }

    fn profile(&self, fields: &Fields<'_>) -> (Option<Profile>, Option<Fault>, Vec<Fault>) {
        let form = fields.read_optional("one_name", |text| match text {
            "yes" => Ok(NameForm::OneName),
            "no" => Ok(NameForm::Full),
            _ => Err("must be yes or no"),
        });
        let name = RegisteredName::from_record_as(
            form.as_ref()
                .ok()
                .copied()
                .flatten()
                .unwrap_or(NameForm::Full),
            fields.text("surname"),
            fields.text("given_name"),
            fields.text("patronymic"),
        );
        let unsound = match &name {
            RegisteredName::Sound(_) => None,
            RegisteredName::Unsound(name) => {
                let fault = name.fault();
                let what = fault.fault.to_string();
                Some(Fault {
                    column: name_column(fault.part),
                    what,
                })
            }
        };
        let birth_date =
            fields.read_optional("birth_date", |text| BirthDate::parse(text, self.today));
        let snils = fields.read_optional("snils", Snils::parse_entry);
        let gender = fields.read_optional("gender", Gender::parse);
        let mobile = fields.read_optional("mobile", PhoneNumber::parse);
        let home = fields.read_optional("home_phone", PhoneNumber::parse);
        let email = fields.read_optional("email", EmailAddress::parse);
        match (form, birth_date, snils, gender, mobile, home, email) {
            (Ok(_), Ok(birth_date), Ok(snils), Ok(gender), Ok(mobile), Ok(home), Ok(email)) => {
                let contacts = [
                    mobile.map(ContactValue::Mobile),
                    home.map(ContactValue::Home),
                    email.map(ContactValue::Email),
                ];
                let profile = Profile {
                    name: self.sourced(name),
                    birth_date: birth_date.map(|date| self.sourced(date)),
                    snils: snils
                        .and_then(SnilsEntry::into_number)
                        .map(|it| self.sourced(it)),
                    gender: gender.map(|gender| self.sourced(gender)),
                    contacts: contacts
                        .into_iter()
                        .flatten()
                        .map(|it| self.sourced(it))
                        .collect(),
                };
                (Some(profile), unsound, Vec::new())
            }
            (form, birth_date, snils, gender, mobile, home, email) => {
                let faults: [Option<Fault>; 7] = [
                    form.err(),
                    birth_date.err(),
                    snils.err(),
                    gender.err(),
                    mobile.err(),
                    home.err(),
                    email.err(),
                ];
                (None, unsound, faults.into_iter().flatten().collect())
            }
        }
    }

    const fn sourced<T>(&self, value: T) -> Sourced<T> {
        Sourced {
            value,
            source: Source::School,
            at: self.at,
        }
    }

    /// The first row of a person.
    fn begin(&mut self, fields: &Fields<'_>, login: Login) -> Pending {
        let (profile, unsound, mut faults) = self.profile(fields);
        let status = fields.read_optional("status", |text| match text {
            "active" => Ok(AccountStatus::Active),
            "blocked" => Ok(AccountStatus::Blocked),
            "archived" => Ok(AccountStatus::Archived),
            _ => Err("must be active, blocked or archived"),
        });
        let membership = membership(fields);
        let key = login.key().as_str().to_owned();
        if !self.seen.insert(key.clone()) {
            let what = "stands further up already; put a person's rows one under the other";
            faults.push(Fault {
                column: "login",
                what: what.to_owned(),
            });
        }
        let person = match (profile, status, membership) {
            (Some(profile), Ok(status), Ok(membership)) if faults.is_empty() => Some(NewPerson {
                login,
                status: status.unwrap_or(AccountStatus::Active),
                profile,
                memberships: membership.into_iter().collect(),
            }),
            (_, status, membership) => {
                faults.extend(status.err());
                faults.extend(membership.err().unwrap_or_default());
                None
            }
        };
        let faults = if faults.is_empty() {
            Vec::new()
        } else {
            vec![(fields.line, faults)]
        };
        let personal = PERSONAL
            .map(|column| fields.text(column).to_owned())
            .to_vec();
        Pending {
            line: fields.line,
            key,
            personal,
            person,
            unsound,
            faults,
        }
    }

    fn take(&mut self) -> Vec<Read1<NewPerson>> {
        let Some(pending) = self.pending.take() else {
            return Vec::new();
        };
        match pending.person {
            Some(person) if pending.faults.is_empty() => {
                vec![Read1::good(pending.line, person, pending.unsound)]
            }
            _ => pending
                .faults
                .into_iter()
                .map(|(line, faults)| Read1::bad(line, faults))
                .collect(),
        }
    }
}

impl Table for PersonTable {
    type Item = NewPerson;

    const COLUMNS: &'static [Column] = &[
        required("login"),
        optional("status"),
        required("surname"),
        required("given_name"),
        required("patronymic"),
        optional("one_name"),
        optional("birth_date"),
        optional("snils"),
        optional("gender"),
        optional("mobile"),
        optional("home_phone"),
        optional("email"),
        required("region"),
        required("organization"),
        required("role"),
        optional("class"),
    ];

    fn row(&mut self, fields: &Fields<'_>) -> Vec<Read1<NewPerson>> {
        let login = match fields.read("login", Login::parse) {
            Ok(login) => login,
            Err(fault) => {
                let mut done = self.take();
                done.push(Read1::bad(fields.line, vec![fault]));
                return done;
            }
        };
        match &mut self.pending {
            Some(pending) if pending.key == login.key().as_str() => {
                another_role(pending, fields);
                Vec::new()
            }
            _ => {
                let done = self.take();
                self.pending = Some(self.begin(fields, login));
                done
            }
        }
    }

    fn end(&mut self) -> Vec<Read1<NewPerson>> {
        self.take()
    }
}

/// A further row of the same person.
fn another_role(pending: &mut Pending, fields: &Fields<'_>) {
    let mut faults: Vec<Fault> = PERSONAL
        .iter()
        .zip(&pending.personal)
        .filter(|(column, first)| {
            let text = fields.text(column);
            !text.is_empty() && text != first.as_str()
        })
        .map(|(column, _)| {
            let what = "differs from the person's first row; leave it empty or say the same";
            Fault {
                column,
                what: what.to_owned(),
            }
        })
        .collect();
    match membership(fields) {
        Ok(membership) => {
            if let Some(person) = &mut pending.person {
                person.memberships.extend(membership);
            }
        }
        Err(wrong) => faults.extend(wrong),
    }
    if !faults.is_empty() {
        pending.faults.push((fields.line, faults));
    }
}

/// Where the row puts the person: nowhere if region, organisation and role are all empty.
fn membership(fields: &Fields<'_>) -> Result<Option<NewMembership>, Vec<Fault>> {
    if ["region", "organization", "role"]
        .iter()
        .all(|column| fields.text(column).is_empty())
    {
        return Ok(None);
    }
    let region = fields.read("region", str::parse);
    let organization = fields.read("organization", str::parse);
    let role = fields.read("role", |text| {
        let codes = Role::ALL.map(Role::code).join(", ");
        Role::from_code(text).ok_or_else(|| format!("must be one of {codes}"))
    });
    let class = fields.read_optional("class", str::parse);
    match (region, organization, role, class) {
        (Ok(region), Ok(organization), Ok(role), Ok(class)) => Ok(Some(NewMembership {
            region,
            organization,
            role,
            class,
        })),
        (region, organization, role, class) => {
            let faults: [Option<Fault>; 4] =
                [region.err(), organization.err(), role.err(), class.err()];
            Err(faults.into_iter().flatten().collect())
        }
    }
}

const fn name_column(part: NamePart) -> &'static str {
    match part {
        NamePart::Surname => "surname",
        NamePart::GivenName => "given_name",
        NamePart::Patronymic => "patronymic",
    }
}

#[async_trait]
impl Row for NewPerson {
    fn reference_column() -> &'static str {
        "organization"
    }

    async fn put(
        register: &dyn Register,
        rows: Vec<Self>,
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        register.put_people(rows, audit).await
    }
}
