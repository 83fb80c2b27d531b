use std::{
    collections::BTreeSet,
    fs,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use linking_core::{
    account::PasswordHash,
    ids::AccountId,
    person::Login,
    ports::{HashVerdict, ImportCounts, NewOrganization, NewPerson},
    secret::Password,
    time::Timestamp,
};
use uuid::Uuid;

use super::*;
use crate::i18n::{Args, Catalogue, Language, Texts};

/// A generator that is no secret: a fixed sequence.
#[derive(Debug, Default)]
struct Sequence(AtomicU64);
impl Randomness for Sequence {
    fn fill(&self, out: &mut [u8]) {
        for byte in out {
            let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            let mixed = (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            *byte = mixed.to_le_bytes()[7];
        }
    }
}

#[derive(Debug)]
struct FixedClock;
impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        "2026-11-23T09:00:00Z".parse().unwrap()
    }
}

#[derive(Debug, Default)]
struct CountedIds(AtomicU64);
impl IdSource for CountedIds {
    fn next(&self) -> Uuid {
        Uuid::from_u64_pair(0, self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A hash that can be read, busy at every third call.
#[derive(Debug, Default)]
struct PlainHasher(AtomicU64);
#[async_trait]
impl PasswordHasher for PlainHasher {
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashError> {
        if self.0.fetch_add(1, Ordering::Relaxed) % 3 == 2 {
            return Err(HashError::Busy);
        }
        Ok(PasswordHash::new(format!("plain:{}", password.expose())))
    }

    async fn verify(&self, _: Password, _: Option<PasswordHash>) -> Result<HashVerdict, HashError> {
        Ok(HashVerdict::Mismatch)
    }
}

#[derive(Debug, Default)]
struct School {
    people: Vec<PrintedFor>,
    set: Mutex<Vec<NewPassword>>,
    audits: Mutex<Vec<AuditRecord>>,
}
#[async_trait]
impl Register for School {
    async fn put_organizations(
        &self,
        _: Vec<NewOrganization>,
        _: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        Ok(ImportCounts::default())
    }
    async fn put_people(
        &self,
        _: Vec<NewPerson>,
        _: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        Ok(ImportCounts::default())
    }
    async fn put_guardianships(
        &self,
        _: Vec<(Login, Login)>,
        _: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        Ok(ImportCounts::default())
    }
    async fn printed_for(&self, _: &PrintScope) -> Result<Vec<PrintedFor>, StoreError> {
        Ok(self.people.clone())
    }
    async fn put_passwords(
        &self,
        batch: Vec<NewPassword>,
        audit: AuditRecord,
    ) -> Result<(), StoreError> {
        self.set.lock().unwrap().extend(batch);
        self.audits.lock().unwrap().push(audit);
        Ok(())
    }
}

fn person(number: u64, name: &str, own: bool) -> PrintedFor {
    PrintedFor {
        account: AccountId::from_uuid(Uuid::from_u64_pair(7, number)),
        login: Login::parse(&format!("login{number}")).unwrap(),
        display_name: name.to_owned(),
        class: Some("7 А".parse().unwrap()),
        has_own_password: own,
    }
}

fn passwords(people: Vec<PrintedFor>) -> (Arc<School>, FirstPasswords) {
    let school = Arc::new(School {
        people,
        ..School::default()
    });
    let passwords = FirstPasswords {
        register: Arc::<School>::clone(&school),
        hasher: Arc::new(PlainHasher::default()),
        clock: Arc::new(FixedClock),
        ids: Arc::new(CountedIds::default()),
        random: Arc::new(Sequence::default()),
    };
    (school, passwords)
}

fn sheet(format: SlipFormat) -> SlipSheet {
    let common = Args::new()
        .with("diary", "Сетевой Город")
        .with("into", "в Сетевой Город");
    let texts = Texts::new(
        Arc::new(Catalogue::embedded().unwrap()),
        Language::Russian,
        common,
    );
    SlipSheet {
        texts,
        address: "https://diary.example.ru".to_owned(),
        format,
    }
}

const SCOPE_LOGIN: &str = "login1";

fn scope() -> PrintScope {
    PrintScope::Person(Login::parse(SCOPE_LOGIN).unwrap())
}

#[test]
fn a_first_password_is_readable_and_never_the_same() {
    let random = Sequence::default();
    let mut seen = BTreeSet::new();
    let mut letters = BTreeSet::new();
    for _ in 0..2_000 {
        let password = FirstPassword::draw(&random);
        let words: Vec<&str> = password.expose().split('-').collect();
        assert_eq!(words.len(), 5);
        assert!(
            words.iter().all(|word| word.len() == 4),
            "{}",
            password.expose()
        );
        letters.extend(password.expose().chars());
        assert!(seen.insert(password.expose().to_owned()));
        assert_eq!(format!("{password:?}"), "[password]");
    }
    // 14 consonants, 5 vowels and the hyphen: all occur.
    assert_eq!(letters.len(), 20);
}

#[test]
fn d6_a_first_password_has_sixty_bits() {
    // 70 syllables, 10 of them; a dozen words of 4,900 are left out.
    let bits = 5.0 * (4_900.0_f64 - 12.0).log2();
    assert!(bits > 61.0, "{bits}");
}

#[tokio::test(start_paused = true)]
async fn slips_are_written_and_passwords_set() {
    let (school, passwords) = passwords(vec![
        person(1, "Иванов Пётр", false),
        person(2, "Сидорова Анна", true),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("slips.html");
    let printed = passwords
        .print(&scope(), Renewal::KeepOwn, &sheet(SlipFormat::Html), &file)
        .await
        .unwrap();
    assert_eq!(
        printed,
        Printed {
            slips: 1,
            kept_own: 1
        }
    );
    let html = fs::read_to_string(&file).unwrap();
    let set = school.set.lock().unwrap().clone();
    let [password] = set.try_into().unwrap();
    let plain = password
        .password
        .hash
        .expose()
        .strip_prefix("plain:")
        .unwrap()
        .to_owned();
    assert!(html.contains(&plain) && html.contains("login1") && html.contains("Иванов Пётр"));
    assert!(!html.contains("login2"));
    assert_eq!(password.password.origin, PasswordOrigin::Printed);
    let audits = school.audits.lock().unwrap().clone();
    assert_eq!(audits[0].act, Act::PasswordsPrinted);
    assert_eq!(audits[0].concerns[0].notice, Notice::PasswordPrinted);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[tokio::test(start_paused = true)]
async fn own_passwords_are_renewed_only_when_asked() {
    let (school, passwords) = passwords(vec![person(1, "Иванов Пётр", true)]);
    let refused = passwords
        .make(&scope(), Renewal::KeepOwn)
        .await
        .unwrap_err();
    assert_eq!(refused, PasswordsError::OwnPasswords);
    let (slips, kept) = passwords.make(&scope(), Renewal::RenewAll).await.unwrap();
    assert_eq!((slips.len(), kept), (1, 0));
    passwords.set(&slips).await.unwrap();
    assert_eq!(school.set.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_file_is_never_written_over() {
    let (school, passwords) = passwords(vec![person(1, "Иванов Пётр", false)]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("slips.txt");
    fs::write(&file, "yesterday's").unwrap();
    let error = passwords
        .print(&scope(), Renewal::KeepOwn, &sheet(SlipFormat::Text), &file)
        .await
        .unwrap_err();
    assert!(matches!(error, PasswordsError::File { .. }), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "yesterday's");
    assert!(school.set.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn many_people_come_in_batches_with_one_audit_record_each() {
    let people = (0..450)
        .map(|number| person(number, "Иванов", false))
        .collect();
    let (school, passwords) = passwords(people);
    let (slips, _) = passwords.make(&scope(), Renewal::KeepOwn).await.unwrap();
    passwords.set(&slips).await.unwrap();
    let counts: Vec<usize> = school
        .audits
        .lock()
        .unwrap()
        .iter()
        .map(|audit| audit.concerns.len())
        .collect();
    assert_eq!(counts, [200, 200, 50]);
    let accounts: BTreeSet<_> = school
        .set
        .lock()
        .unwrap()
        .iter()
        .map(|password| password.account)
        .collect();
    assert_eq!(accounts.len(), 450);
}

#[test]
fn g3_a_name_is_text_on_a_slip() {
    let random = Sequence::default();
    let name = "<script>alert(1)</script>\r\nЛогин: чужой\u{2028}&\"'";
    let slip = Slip {
        person: person(1, name, false),
        password: FirstPassword::draw(&random),
    };
    let html = sheet(SlipFormat::Html).render(std::slice::from_ref(&slip));
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;"));
    let text = sheet(SlipFormat::Text).render(&[slip]);
    assert!(
        !text.lines().any(|line| line.starts_with("Логин: чужой")),
        "{text}"
    );
    assert!(!text.contains('\u{2028}'));
}

#[test]
fn the_format_follows_the_name_of_the_file() {
    assert_eq!(
        SlipFormat::of(Path::new("a/7a.html")),
        Some(SlipFormat::Html)
    );
    assert_eq!(SlipFormat::of(Path::new("7a.txt")), Some(SlipFormat::Text));
    assert_eq!(SlipFormat::of(Path::new("7a.csv")), None);
    assert_eq!(SlipFormat::of(Path::new("7a")), None);
}
