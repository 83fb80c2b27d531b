//! Areas of access: which there are, what people are told about each, what each opens (`esia.md 6.8`).

/// Scopes that a diary asks for (`esia.md 6.8`), granted to a client unless its settings say else.
pub const DIARY_SCOPES: &[&str] = &[
    "openid",
    "fullname",
    "birthdate",
    "gender",
    "snils",
    "email",
    "mobile",
    "contacts",
    "birth_cert_doc",
    "kid_fullname",
    "kid_birthdate",
    "kid_gender",
    "kid_snils",
    "kid_birth_cert_doc",
];

/// Scope and what the consent screen says about it.
const KNOWN: &[(&str, &str)] = &[
    ("openid", "Номер учётной записи"),
    ("fullname", "Фамилия, имя, отчество"),
    ("birthdate", "Дата рождения"),
    ("birthplace", "Место рождения"),
    ("gender", "Пол"),
    ("snils", "СНИЛС"),
    ("inn", "ИНН"),
    ("email", "Адрес электронной почты"),
    ("mobile", "Номер мобильного телефона"),
    ("contacts", "Контакты: телефоны и электронная почта"),
    ("addresses", "Адреса"),
    ("vehicles", "Транспортные средства"),
    ("id_doc", "Документ, удостоверяющий личность, и гражданство"),
    ("birth_cert_doc", "Свидетельство о рождении"),
    ("foreign_passport_doc", "Заграничный паспорт"),
    ("drivers_licence_doc", "Водительское удостоверение"),
    ("medical_doc", "Полис ОМС"),
    ("military_doc", "Военный билет"),
    ("residence_doc", "Вид на жительство"),
    (
        "temporary_residence_doc",
        "Разрешение на временное проживание",
    ),
    ("self_employed", "Сведения о самозанятости"),
    ("kid_fullname", "Дети: фамилия, имя, отчество"),
    ("kid_birthdate", "Дети: дата рождения"),
    ("kid_gender", "Дети: пол"),
    ("kid_snils", "Дети: СНИЛС"),
    ("kid_inn", "Дети: ИНН"),
    ("kid_birth_cert_doc", "Дети: свидетельство о рождении"),
    ("kid_mobile", "Дети: номер телефона"),
    ("kid_email", "Дети: электронная почта"),
    ("kid_medical_doc", "Дети: полис ОМС"),
    ("kid_school_data", "Дети: сведения об обучении"),
    ("educational_doc", "Документы об образовании"),
    ("student_ticket", "Студенческий билет"),
    ("usr_org", "Организации, в которых состоит пользователь"),
    ("usr_avt", "Изображение профиля"),
    ("prm_chg", "Продление согласия"),
    ("org_shortname", "Организация: сокращённое название"),
    ("org_fullname", "Организация: полное название"),
    ("org_type", "Организация: тип"),
    ("org_ogrn", "Организация: ОГРН"),
    ("org_inn", "Организация: ИНН"),
    ("org_emps", "Организация: сотрудники"),
    ("org_grps", "Организация: группы доступа"),
];

pub(crate) fn for_a_diary() -> Vec<String> {
    DIARY_SCOPES
        .iter()
        .map(|scope| (*scope).to_owned())
        .collect()
}

/// The scope's name without its parameters: `prm_chg` of `prm_chg?oid=1`.
pub(crate) fn name(scope: &str) -> &str {
    scope.split_once('?').map_or(scope, |(name, _)| name)
}

pub(crate) fn is_known(scope: &str) -> bool {
    KNOWN.iter().any(|(known, _)| *known == name(scope))
}

/// What people are told about the scope.
pub(crate) fn label(scope: &str) -> &'static str {
    KNOWN
        .iter()
        .find(|(known, _)| *known == name(scope))
        .map_or("Другие сведения", |(_, label)| label)
}

/// Splits by exactly one blank; `None` where the list is malformed.
pub(crate) fn split(scope: &str) -> Option<Vec<String>> {
    let parts: Vec<String> = scope.split(' ').map(str::to_owned).collect();
    let sound = |part: &String| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_?=.:/-".contains(c))
    };
    let distinct = parts
        .iter()
        .enumerate()
        .all(|(index, part)| !parts.iter().take(index).any(|p| p == part));
    (distinct && parts.iter().all(sound)).then_some(parts)
}

/// The scope that opens a document of that kind (`esia.md 6.5`).
pub(crate) fn of_document(kind: &str) -> &'static str {
    match kind {
        "RF_PASSPORT" | "FID_DOC" => "id_doc",
        "FRGN_PASS" => "foreign_passport_doc",
        "RF_DRIVING_LICENSE" => "drivers_licence_doc",
        "MLTR_ID" => "military_doc",
        "MDCL_PLCY" => "medical_doc",
        "RSDNC_PERMIT" => "residence_doc",
        "KID_RF_BRTH_CERT" => "kid_birth_cert_doc",
        _ => "birth_cert_doc",
    }
}
