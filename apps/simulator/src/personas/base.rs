//! How the people of the stand are written down.

use chrono::NaiveDate;

use super::{
    AccountKind, Address, Contact, ContactKind, Document, Gender, KidCard, Oid, PASSWORD, Persona,
};

/// Writes a person down in one line.
pub(super) struct Base(pub(super) Persona);

impl Base {
    pub(super) fn account(
        kind: AccountKind,
        id: &str,
        oid: u64,
        name: &str,
        (year, month, day): (i32, u32, u32),
    ) -> Self {
        let mut parts = name.split(' ').map(str::to_owned);
        let documents = match kind {
            AccountKind::Simplified => Vec::new(),
            AccountKind::Child | AccountKind::ChildWithoutLeave => {
                vec![paper(
                    "RF_BRTH_CERT",
                    "I-ВГ",
                    &format!("{:06}", oid % 1_000_000),
                    true,
                )]
            }
            _ => vec![paper(
                "RF_PASSPORT",
                "0000",
                &format!("{:06}", oid % 1_000_000),
                true,
            )],
        };
        Self(Persona {
            id: id.to_owned(),
            oid: Oid(oid),
            last_name: parts.next().unwrap_or_default(),
            first_name: parts.next().unwrap_or_default(),
            middle_name: parts.next(),
            birth_date: NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default(),
            gender: Gender::Female,
            snils: None,
            kind,
            password: PASSWORD.to_owned(),
            signs: false,
            citizenship: "RUS".to_owned(),
            contacts: Vec::new(),
            addresses: vec![Address {
                kind: "PLV".to_owned(),
                zip: "000000".to_owned(),
                text: "Учебный край, город Стенд, улица Вымышленная, дом 1".to_owned(),
            }],
            documents,
            kids: Vec::new(),
            employer: None,
            note: String::new(),
        })
    }

    pub(super) fn verified(id: &str, oid: u64, name: &str, born: (i32, u32, u32)) -> Self {
        Self::account(AccountKind::Verified, id, oid, name, born)
    }

    pub(super) fn child(id: &str, oid: u64, name: &str, born: (i32, u32, u32)) -> Self {
        Self::account(AccountKind::Child, id, oid, name, born)
    }

    pub(super) fn male(mut self) -> Self {
        self.0.gender = Gender::Male;
        self
    }

    /// From the first nine digits: the check number is computed.
    pub(super) fn snils(mut self, number: u32) -> Self {
        self.0.snils = Some(snils(number));
        self
    }

    pub(super) fn phone(mut self, number: u32) -> Self {
        self.0.contacts.push(Contact {
            kind: ContactKind::Mobile,
            value: format!("+7(900){number:07}"),
            verified: true,
        });
        self
    }

    pub(super) fn email(mut self, name: &str) -> Self {
        self.0.contacts.push(Contact {
            kind: ContactKind::Email,
            value: format!("{name}@stend.example"),
            verified: true,
        });
        self
    }

    pub(super) fn note(mut self, text: &str) -> Self {
        text.clone_into(&mut self.0.note);
        self
    }
}

/// The number with its check number, `NNN-NNN-NNN NN`.
pub(super) fn snils(number: u32) -> String {
    let text = format!("{number:09}");
    let sum: u32 = text
        .chars()
        .filter_map(|c| c.to_digit(10))
        .zip((1..=9).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    let check = sum % 101 % 100;
    let (first, rest) = text.split_at(3);
    let (second, third) = rest.split_at(3);
    format!("{first}-{second}-{third} {check:02}")
}

pub(super) fn paper(kind: &str, series: &str, number: &str, verified: bool) -> Document {
    Document {
        kind: kind.to_owned(),
        series: series.to_owned(),
        number: number.to_owned(),
        issued: NaiveDate::from_ymd_opt(2018, 1, 15).unwrap_or_default(),
        issued_by: "Отдел учебного стенда".to_owned(),
        verified,
    }
}

/// The card that a parent would fill in about that child.
pub(super) fn card(child: &Persona) -> KidCard {
    KidCard {
        oid: (child.oid.0 > 0).then_some(child.oid),
        last_name: child.last_name.clone(),
        first_name: child.first_name.clone(),
        middle_name: child.middle_name.clone(),
        birth_date: child.birth_date,
        gender: child.gender,
        snils: child.snils.clone(),
        documents: vec![paper("KID_RF_BRTH_CERT", "I-ВГ", "000000", true)],
    }
}
