use std::{
    fs,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use linking_core::{
    account::{AccountStatus, Role},
    person::Login,
    ports::{NewOrganization, NewPassword, NewPerson, PrintScope, PrintedFor},
    time::Timestamp,
};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;

/// Remembers what came in; organisation `404` and login `nobody` are unknown to it.
#[derive(Debug, Default)]
struct Recorded {
    organizations: Mutex<Vec<NewOrganization>>,
    people: Mutex<Vec<NewPerson>>,
    guardianships: Mutex<Vec<(Login, Login)>>,
    batches: Mutex<Vec<usize>>,
}

impl Recorded {
    fn took<T>(&self, all: &Mutex<Vec<T>>, batch: Vec<T>) -> ImportCounts {
        self.batches.lock().unwrap().push(batch.len());
        let added = u64::try_from(batch.len()).unwrap();
        all.lock().unwrap().extend(batch);
        ImportCounts {
            added,
            ..ImportCounts::default()
        }
    }
}

#[async_trait]
impl Register for Recorded {
    async fn put_organizations(
        &self,
        batch: Vec<NewOrganization>,
        _: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        Ok(self.took(&self.organizations, batch))
    }

    async fn put_people(
        &self,
        batch: Vec<NewPerson>,
        _: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        let unknown = batch.iter().position(|row| {
            row.memberships
                .iter()
                .any(|m| m.organization.as_str() == "404")
        });
        match unknown {
            Some(row) => Err(StoreError::UnknownReference {
                row,
                what: "organization",
            }),
            None => Ok(self.took(&self.people, batch)),
        }
    }

    async fn put_guardianships(
        &self,
        batch: Vec<(Login, Login)>,
        _: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        Ok(self.took(&self.guardianships, batch))
    }

    async fn printed_for(&self, _: &PrintScope) -> Result<Vec<PrintedFor>, StoreError> {
        Ok(Vec::new())
    }

    async fn put_passwords(&self, _: Vec<NewPassword>, _: AuditRecord) -> Result<(), StoreError> {
        Ok(())
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

struct Desk {
    folder: TempDir,
    register: Recorded,
    ids: CountedIds,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            register: Recorded::default(),
            ids: CountedIds::default(),
        }
    }

    fn file(&self, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join("register.csv");
        fs::write(&path, content).unwrap();
        path
    }

    async fn import(
        &self,
        kind: RegisterKind,
        content: impl AsRef<[u8]>,
        bad_rows: BadRows,
    ) -> Result<FileReport, ImportError> {
        let file = self.file(content);
        let importer = Importer {
            register: &self.register,
            clock: &FixedClock,
            ids: &self.ids,
        };
        importer.import(kind, &file, bad_rows).await
    }

    async fn people(&self, rows: &str) -> FileReport {
        let content = format!("{PEOPLE}\n{rows}");
        self.import(RegisterKind::People, content, BadRows::RefuseFile)
            .await
            .unwrap()
    }

    fn taken(&self) -> Vec<NewPerson> {
        self.register.people.lock().unwrap().clone()
    }
}

const PEOPLE: &str = "login;status;surname;given_name;patronymic;birth_date;snils;gender;mobile;\
                      home_phone;email;region;organization;role;class";
const TEACHER: &str = "dm30;;Дмитриева;Светлана;Вадимовна;23.04.1990;100-200-005 26;ж;\
                       +7 900 000-00-05;;dm@example.ru;sakhalin;30;teacher;7 А";

fn at(report: &FileReport) -> Vec<(u64, &'static str)> {
    report
        .bad
        .iter()
        .map(|row| (row.line, row.column))
        .collect()
}

#[tokio::test]
async fn a_person_is_read_whole() {
    let desk = Desk::new();
    let report = desk.people(TEACHER).await;
    assert_eq!(report.outcome, Outcome::Written, "{report}");
    assert_eq!(report.counts.added, 1);
    let [person] = desk.taken().try_into().unwrap();
    assert_eq!(person.login.as_str(), "dm30");
    assert_eq!(person.status, AccountStatus::Active);
    assert!(person.profile.name.value.sound().is_some());
    assert!(person.profile.birth_date.is_some() && person.profile.snils.is_some());
    assert_eq!(person.profile.contacts.len(), 2);
    let [place] = person.memberships.try_into().unwrap();
    assert_eq!(
        (place.role, place.class.unwrap().as_str()),
        (Role::Teacher, "7 А")
    );
}

#[tokio::test]
async fn rows_of_one_person_become_memberships() {
    let desk = Desk::new();
    let rows = format!(
        "{TEACHER}\nDM30;;;;;;;;;;;sakhalin;13;parent;\nother;blocked;Иванов;Пётр;;;;;;;;;;;"
    );
    let report = desk.people(&rows).await;
    assert_eq!(report.counts.added, 2, "{report}");
    let [first, second] = desk.taken().try_into().unwrap();
    assert_eq!(first.memberships.len(), 2);
    assert_eq!(second.status, AccountStatus::Blocked);
    assert!(second.memberships.is_empty() && second.profile.snils.is_none());
}

#[tokio::test]
async fn a_bad_row_refuses_the_file_and_all_of_them_are_told() {
    let desk = Desk::new();
    let rows = [
        TEACHER,
        "x;;Иванов;Пётр;Ильич;;;;;;;sakhalin;30;teacher;",
        "ivan;gone;Иванов;Пётр;Ильич;31.02.2000;123-456-789 00;?;12;;@;Sakhalin;30;king;",
        "short;row",
        "dm30;;Дмитриева;Светлана;Вадимовна;;;;;;;sakhalin;13;parent;",
    ]
    .join("\n");
    let report = desk.people(&rows).await;
    assert_eq!(report.outcome, Outcome::Refused);
    assert_eq!(
        at(&report),
        [
            (3, "login"),
            (4, "birth_date"),
            (4, "snils"),
            (4, "gender"),
            (4, "mobile"),
            (4, "email"),
            (4, "status"),
            (4, "region"),
            (4, "role"),
            (5, ""),
            (6, "login"),
        ]
    );
    assert!(desk.taken().is_empty());
    assert!(desk.register.batches.lock().unwrap().is_empty());
}

#[tokio::test]
async fn h1_no_message_repeats_a_value() {
    let desk = Desk::new();
    let rows = "MARKERlogin MARKER;MARKERstatus;MARKER!;MARKER9;MARKER@;MARKERdate;MARKERsnils;\
                MARKERsex;MARKERphone;MARKERhome;MARKERmail;MARKERregion;30;MARKERrole;\
                \nivan;MARKERstatus;MARKER!;MARKER9;MARKER@;MARKERdate;MARKERsnils;\
                MARKERsex;MARKERphone;MARKERhome;MARKERmail;MARKERregion;30;MARKERrole;";
    let report = desk.people(rows).await;
    assert!(report.bad.len() > 8, "{report}");
    assert!(!report.to_string().contains("MARKER"), "{report}");
    assert!(!format!("{report:?}").contains("MARKER"));
}

#[tokio::test]
async fn bad_rows_can_be_left_out() {
    let desk = Desk::new();
    let rows = format!(
        "{PEOPLE}\n{TEACHER}\nx;;;;;;;;;;;;;;\ngone;;Иванов;Пётр;;;;;;;;sakhalin;404;pupil;\n\
         here;;Иванов;Пётр;;;;;;;;sakhalin;30;pupil;"
    );
    let report = desk
        .import(RegisterKind::People, rows, BadRows::Skip)
        .await
        .unwrap();
    assert_eq!(report.outcome, Outcome::Written);
    assert_eq!(at(&report), [(3, "login"), (4, "organization")]);
    let logins: Vec<_> = desk
        .taken()
        .iter()
        .map(|person| person.login.as_str().to_owned())
        .collect();
    assert_eq!(logins, ["dm30", "here"]);
}

#[tokio::test]
async fn a_row_that_names_an_unknown_record_stops_the_file() {
    let desk = Desk::new();
    let report = desk
        .people("gone;;Иванов;Пётр;;;;;;;;sakhalin;404;pupil;\n")
        .await;
    assert_eq!(
        (report.outcome, at(&report)),
        (Outcome::Stopped, vec![(2, "organization")])
    );
    assert!(desk.taken().is_empty());
}

#[tokio::test]
async fn g9_an_unsound_name_is_taken_in_and_listed() {
    let desk = Desk::new();
    // The first letter of the surname is a Latin C.
    let report = desk
        .people("sem;;\u{43}еменова;Ольга;Викторовна;;;;;;;sakhalin;30;parent;")
        .await;
    assert_eq!(report.outcome, Outcome::Written);
    let [listed] = report.unsound_names.clone().try_into().unwrap();
    assert_eq!((listed.line, listed.column), (2, "surname"));
    assert!(!report.to_string().contains("еменова"));
    let [person] = desk.taken().try_into().unwrap();
    assert!(person.profile.name.value.sound().is_none());
}

#[tokio::test]
async fn a_byte_order_mark_commas_quotes_and_crlf_are_read() {
    let desk = Desk::new();
    let content = "\u{feff}region,region_name,utc_offset,id,locality,name,kind\r\n\
                   sakhalin,Сахалинская обл.,+11:00,30,Луговое,\"МБОУ СОШ \"\"№ 30\"\", п/р\",school\r\n\
                   \r\n\
                   sakhalin,Сахалинская обл.,+11:00,u1,Луговое,\"Управление\nобразования\",authority\r\n";
    let report = desk
        .import(RegisterKind::Organizations, content, BadRows::Skip)
        .await
        .unwrap();
    assert_eq!(report.counts.added, 1);
    // A line break in a name is a control character; the row begins on line 4.
    assert_eq!(at(&report), [(4, "name")]);
    let taken = desk.register.organizations.lock().unwrap().clone();
    assert_eq!(taken[0].name.as_str(), "МБОУ СОШ \"№ 30\", п/р");
    assert_eq!(taken[0].region.offset.minutes(), 660);
}

#[tokio::test]
async fn a_header_must_name_the_columns() {
    let desk = Desk::new();
    for (header, told) in [
        ("guardian", "column pupil is missing"),
        ("guardian;pupil;pupil", "column pupil stands twice"),
        ("guardian;pupil;kind", "column 3 has an unknown name"),
        ("", "the file is empty"),
    ] {
        let error = desk
            .import(RegisterKind::Guardianships, header, BadRows::Skip)
            .await
            .unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
        assert!(error.to_string().contains("guardian, pupil"), "{error}");
    }
}

#[tokio::test]
async fn guardianships_are_pairs_of_logins() {
    let desk = Desk::new();
    let content = "pupil;guardian\nartyom;marina\nmarina;Marina\n;denis\n";
    let report = desk
        .import(RegisterKind::Guardianships, content, BadRows::Skip)
        .await
        .unwrap();
    assert_eq!(at(&report), [(3, "pupil"), (4, "pupil")]);
    let pairs = desk.register.guardianships.lock().unwrap().clone();
    assert_eq!(pairs[0].0.as_str(), "marina");
    assert_eq!(pairs[0].1.as_str(), "artyom");
}

#[tokio::test]
async fn other_encodings_and_endless_rows_are_told() {
    let desk = Desk::new();
    let mut content = b"guardian;pupil\nmarina;artyom\n".to_vec();
    content.extend(b"\xcc\xe0\xf0;\xe8\xed\xe0\n"); // Windows-1251
    let report = desk
        .import(RegisterKind::Guardianships, &content, BadRows::Skip)
        .await
        .unwrap();
    assert_eq!(at(&report), [(3, "")]);
    assert!(report.to_string().contains("UTF-8"));

    let mut content = b"guardian;pupil\nmarina;\"".to_vec();
    content.extend(std::iter::repeat_n(b'x', 1_000_000));
    let error = desk
        .import(RegisterKind::Guardianships, &content, BadRows::Skip)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            ImportError::File(FileError::RowTooLong { line: 2, .. })
        ),
        "{error}"
    );
}

#[tokio::test]
async fn rows_are_written_in_batches() {
    let desk = Desk::new();
    let rows: Vec<String> = (0..2_500)
        .map(|n| format!("parent{n};pupil{n}\n"))
        .collect();
    let content = format!("guardian;pupil\n{}", rows.concat());
    let report = desk
        .import(RegisterKind::Guardianships, content, BadRows::RefuseFile)
        .await
        .unwrap();
    assert_eq!(report.counts.added, 2_500);
    assert_eq!(*desk.register.batches.lock().unwrap(), [1_000, 1_000, 500]);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_told() {
    let desk = Desk::new();
    let importer = Importer {
        register: &desk.register,
        clock: &FixedClock,
        ids: &desk.ids,
    };
    let missing = desk.folder.path().join("nowhere.csv");
    let error = importer
        .import(RegisterKind::People, &missing, BadRows::Skip)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("nowhere.csv"), "{error}");
}
