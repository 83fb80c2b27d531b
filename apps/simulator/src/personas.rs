//! The invented people of the stand: one for every case of `esia.md 13.2`, and those whom the
//! demo's school knows. Names, numbers and addresses are made up; phones, e-mails and passwords
//! belong to nobody.

mod base;

pub use crate::person::{
    AccountKind, Address, Contact, ContactKind, Document, Employer, Gender, KidCard, Oid, Persona,
};

use base::{Base, card, paper};

/// The password of everybody on the stand.
pub const PASSWORD: &str = "stend";

/// All people of the stand, in the order in which the sign-in page shows them.
#[must_use]
pub fn all() -> Vec<Persona> {
    let mut people = family();
    people.extend(school());
    people.extend(mismatches());
    people.extend(accounts());
    people
}

/// The person with that [`Persona::id`].
#[must_use]
pub fn find(id: &str) -> Option<Persona> {
    all().into_iter().find(|person| person.id == id)
}

/// The family that the demo's school knows whole.
fn family() -> Vec<Persona> {
    let artyom = Base::child("sokolov-artyom", 1_000_000_003, "Соколов Артём Денисович", (2017, 5, 12))
        .male()
        .snils(100_200_003)
        .email("artyom")
        .note("Ученик, 9 лет. Учётная запись ребёнка: без телефона, вход без кода из СМС. Разрешение родителя дано.");
    let polina = Base::verified(
        "sokolova-polina",
        1_000_000_004,
        "Соколова Полина Денисовна",
        (2011, 3, 8),
    )
    .snils(100_200_004)
    .phone(4)
    .email("polina")
    .note("Ученица, 15 лет. Обычная подтверждённая запись.");
    let mut marina = Base::verified(
        "sokolova",
        1_000_000_001,
        "Соколова Марина Игоревна",
        (1988, 3, 14),
    )
    .snils(100_200_001)
    .phone(1)
    .email("sokolova")
    .note("Родитель. Подтверждённая запись, двое детей со СНИЛС: основной путь.")
    .0;
    marina.contacts.push(Contact {
        kind: ContactKind::HomePhone,
        value: "+7(342)0000001".to_owned(),
        verified: false,
    });
    marina.kids = vec![card(&artyom.0), card(&polina.0)];
    let denis = Base::verified(
        "sokolov",
        1_000_000_002,
        "Соколов Денис Павлович",
        (1985, 9, 2),
    )
    .male()
    .snils(100_200_002)
    .phone(2)
    .email("sokolov")
    .note("Родитель без записей в «Семья и дети»: права на детей знает только школа.");
    vec![marina, denis.0, artyom.0, polina.0]
}

/// Staff and other parents without surprises in their identity data.
fn school() -> Vec<Persona> {
    let mut teacher = Base::verified(
        "dmitrieva",
        1_000_000_005,
        "Дмитриева Светлана Вадимовна",
        (1990, 4, 23),
    )
    .snils(100_200_005)
    .phone(5)
    .email("dmitrieva")
    .note("Учитель. Состоит в организации (школа).")
    .0;
    teacher.employer = Some(Employer {
        oid: Oid(1_000_300_001),
        full_name: "Муниципальное общеобразовательное учреждение «Школа стенда»".to_owned(),
        short_name: "Школа стенда".to_owned(),
        ogrn: "1000000000001".to_owned(),
        chief: false,
    });
    let mut parent = Base::verified(
        "kuznetsova",
        1_000_000_006,
        "Кузнецова Ольга Петровна",
        (1979, 1, 30),
    )
    .snils(100_200_006)
    .phone(6)
    .email("kuznetsova")
    .note("Родитель: один ребёнок записан без СНИЛС, другой старше 18 лет.")
    .0;
    let kids = [
        Base::child("", 0, "Кузнецов Егор Ильич", (2016, 8, 19)).male(),
        Base::verified("", 0, "Кузнецова Дарья Ильинична", (2005, 2, 11)).snils(100_200_007),
    ];
    parent.kids = kids.iter().map(|kid| card(&kid.0)).collect();
    let mut signer = Base::verified(
        "arkhipov",
        1_000_000_008,
        "Архипов Павел Сергеевич",
        (1975, 12, 5),
    )
    .male()
    .snils(100_200_008)
    .phone(8)
    .email("arkhipov")
    .note("Входит и по паролю, и с электронной подписью (без пароля и кода).")
    .0;
    signer.signs = true;
    let large = Base::verified(
        "osipova",
        5_000_000_009,
        "Осипова Вера Николаевна",
        (1983, 7, 21),
    )
    .snils(100_200_009)
    .phone(9)
    .note("Номер учётной записи больше 32 бит; почты нет.");
    vec![teacher, parent, signer, large.0]
}

/// People whose data at the provider and in the school's register do not agree.
fn mismatches() -> Vec<Persona> {
    let namesake = "Иванова Анна Сергеевна";
    vec![
        Base::verified("ivanova-1", 1_000_000_010, namesake, (1986, 6, 15))
            .snils(100_200_010)
            .phone(10)
            .email("ivanova1")
            .note("Полная тёзка второй Ивановой, та же дата рождения, другой СНИЛС.")
            .0,
        Base::verified("ivanova-2", 1_000_000_011, namesake, (1986, 6, 15))
            .snils(100_200_011)
            .phone(11)
            .email("ivanova2")
            .note("Вторая тёзка.")
            .0,
        // The first letter of the surname is a Latin C, as typing mistakes make it.
        Base::verified(
            "latin",
            1_000_000_012,
            "\u{43}еменова Ольга Викторовна",
            (1984, 10, 9),
        )
        .snils(100_200_012)
        .phone(12)
        .email("semenova")
        .note("В Госуслугах первая буква фамилии — латинская C (в школе — русская).")
        .0,
        Base::verified(
            "one-digit",
            1_000_000_013,
            "Фёдорова Елена Юрьевна",
            (1981, 2, 17),
        )
        .snils(112_004_999)
        .phone(13)
        .email("fedorova")
        .note("СНИЛС отличается от школьного одной цифрой (в школе 112-004-998 00).")
        .0,
        Base::verified(
            "birth-date",
            1_000_000_014,
            "Григорьев Олег Максимович",
            (1982, 6, 5),
        )
        .male()
        .snils(100_200_014)
        .phone(14)
        .email("grigoriev")
        .note("Дата рождения здесь 05.06.1982, в школе записана 06.05.1982.")
        .0,
    ]
}

/// Accounts of every kind, and people with little data.
fn accounts() -> Vec<Persona> {
    let mut foreigner = Base::verified("rahimov", 1_000_000_016, "Рахимов Рустам", (1987, 11, 3))
        .male()
        .snils(100_200_016)
        .phone(16)
        .email("rahimov")
        .note("Иностранный гражданин: без отчества, иностранный документ.")
        .0;
    "TJK".clone_into(&mut foreigner.citizenship);
    foreigner.documents = vec![paper("FID_DOC", "", "400000016", true)];
    vec![
        Base::verified("li", 1_000_000_015, "Ли Анна", (1992, 9, 27))
            .snils(100_200_015)
            .phone(15)
            .email("li")
            .note("Без отчества.")
            .0,
        foreigner,
        Base::verified("orlov", 1_000_000_017, "Орлов Григорий Ильич", (1978, 4, 1))
            .male()
            .snils(100_200_017)
            .note("Без телефона и почты: вход по СНИЛС, без кода из СМС.")
            .0,
        Base::verified(
            "belova",
            1_000_000_018,
            "Белова Ирина Олеговна",
            (1991, 12, 24),
        )
        .snils(100_200_018)
        .email("belova")
        .note("Только почта: вход без кода из СМС.")
        .0,
        Base::account(
            AccountKind::Simplified,
            "simplified",
            1_000_000_019,
            "Новиков Илья Андреевич",
            (1995, 5, 25),
        )
        .male()
        .phone(19)
        .note("Упрощённая запись: нет СНИЛС и документов.")
        .0,
        Base::account(
            AccountKind::Standard,
            "standard",
            1_000_000_020,
            "Морозова Елена Викторовна",
            (1989, 8, 13),
        )
        .snils(100_200_020)
        .phone(20)
        .email("morozova")
        .note("Стандартная запись: СНИЛС проверен, личность не подтверждена.")
        .0,
        Base::account(
            AccountKind::Verifying,
            "verifying",
            1_000_000_021,
            "Волкова Тамара Львовна",
            (1990, 10, 10),
        )
        .snils(100_200_021)
        .phone(21)
        .note("Данные ещё проверяются.")
        .0,
        Base::account(
            AccountKind::ChildWithoutLeave,
            "egorov",
            1_000_000_022,
            "Егоров Тимофей Олегович",
            (2017, 9, 1),
        )
        .male()
        .snils(100_200_022)
        .email("egorov")
        .note("Ребёнок, 9 лет, без разрешения родителя: войти можно, сведения не передаются.")
        .0,
        Base::account(
            AccountKind::Deleted,
            "deleted",
            1_000_000_023,
            "Жукова Нина Фёдоровна",
            (1969, 3, 3),
        )
        .snils(100_200_023)
        .phone(23)
        .note("Учётная запись удалена: войти нельзя.")
        .0,
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::base::snils;
    use super::*;

    #[test]
    fn nobody_shares_a_number_or_a_login_with_somebody_else() {
        let people = all();
        let distinct = |values: Vec<String>| {
            let count = values.len();
            assert_eq!(values.into_iter().collect::<BTreeSet<_>>().len(), count);
        };
        distinct(people.iter().map(|person| person.id.clone()).collect());
        distinct(people.iter().map(|person| person.oid.to_string()).collect());
        distinct(
            people
                .iter()
                .map(|person| person.login().to_owned())
                .collect(),
        );
        distinct(
            people
                .iter()
                .filter_map(|person| person.snils.clone())
                .collect(),
        );
        for person in &people {
            let known: Vec<_> = people
                .iter()
                .filter(|other| other.answers_to(person.login()))
                .collect();
            assert_eq!(known, [person]);
            assert!(!person.note.is_empty());
        }
    }

    #[test]
    fn snils_have_the_right_check_number() {
        // 087-654-303 00 is the worked example of the Pension Fund's rule (sum 201, 201 % 101 = 100).
        assert_eq!(snils(87_654_303), "087-654-303 00");
        assert_eq!(snils(112_233_445), "112-233-445 95");
        assert_eq!(snils(112_004_999), "112-004-999 00");
    }
}
