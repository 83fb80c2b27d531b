//! What the demo prints: the address, the people, their passwords, what to try.

use std::{collections::BTreeMap, fmt::Write, path::Path};

use linking_simulator::personas::{self, PASSWORD};

use crate::installation::Ports;

/// Whom to try: login in the diary, person at the simulator, what happens.
const PEOPLE: &[(&str, &str, &str)] = &[
    ("dmitrieva30", "dmitrieva", "учитель: всё совпадает"),
    ("sokolova", "sokolova", "родитель: три контакта на выбор"),
    ("polina", "sokolova-polina", "ученица 15 лет"),
    ("artyom", "sokolova", "ребёнок, а Госуслуги матери: отказ"),
    (
        "sokolova",
        "sokolov-artyom",
        "мать, а Госуслуги ребёнка: отказ",
    ),
    (
        "semenova",
        "latin",
        "латинская буква в фамилии на Госуслугах",
    ),
    ("fedorova", "one-digit", "СНИЛС отличается одной цифрой"),
    ("grigoriev", "birth-date", "дата рождения отличается"),
    ("ivanova", "ivanova-2", "полная тёзка с другим СНИЛС"),
    ("arkhipov", "arkhipov", "профиль закрыт школой"),
    ("osipova", "osipova", "ушла из школы"),
    ("li", "li", "без отчества"),
    ("orlov", "orlov", "без телефона и почты"),
    ("belova", "belova", "только почта"),
];

/// The text for the terminal.
#[must_use]
pub fn text(ports: Ports, folder: &Path, passwords: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    let known = personas::all();
    let none = String::new();
    let _ = writeln!(
        text,
        "\nДневник:        {}/\nГосуслуги-стенд: {}/  (СМС-коды: {}/sms)\n\n\
         Школа: Сахалинская обл. → Луговое → МБОУ СОШ № 30 п/р Луговое\n\
         Пароль на стенде Госуслуг у всех один: {PASSWORD}\n",
        ports.school_address(),
        ports.simulator_address(),
        ports.simulator_address(),
    );
    let _ = writeln!(
        text,
        "{:<13}{:<26}{:<32}что будет",
        "логин", "пароль дневника", "вход на стенд Госуслуг"
    );
    for (login, persona, what) in PEOPLE {
        let password = passwords.get(*login).unwrap_or(&none);
        let stand = known
            .iter()
            .find(|person| person.id == *persona)
            .map_or(*persona, |person| person.login());
        let _ = writeln!(text, "{login:<13}{password:<26}{stand:<32}{what}");
    }
    let _ = writeln!(
        text,
        "\nПисьма: {}\nПочту школа знает у novikov: попробуйте для него «Восстановить пароль».",
        folder.join("letters").display()
    );
    let _ = writeln!(
        text,
        "\nОстановить: Ctrl-C. Начать заново: удалите папку data."
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_in_the_guide_is_in_the_registers_and_at_the_simulator() {
        let register = include_str!("../data/people.csv");
        for (login, persona, _) in PEOPLE {
            assert!(register.contains(&format!("\n{login};")), "{login}");
            let known = personas::all();
            assert!(known.iter().any(|p| p.id == *persona), "{persona}");
        }
    }
}
