//! What lies on the disk: nothing of a person in the clear, and nothing at all of what was
//! deleted (`threats.md` C17, F7, H2).

use chrono::TimeDelta;
use linking_core::{
    account::{Contact, ContactValue, Source, Sourced, Version},
    change::Write,
    link::{FlowPurpose, LinkFlow},
    person::{EmailAddress, PhoneNumber},
    ports::Store,
    provider::{AssuranceLevel, Claims, ContactClaim, ProviderIdentity, Verification},
    refusal::Refusal,
    region::ClassName,
    secret::Secret256,
    time::FLOW_LIFE,
};

use super::fixture::{Stand, after, birth_date, identity, new_person, now, provider, snils};

/// Every octet of the database and its journal.
fn octets(stand: &Stand) -> Vec<u8> {
    let mut files = Vec::new();
    for file in std::fs::read_dir(stand.folder()).unwrap() {
        files.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    files
}

fn holds(octets: &[u8], marker: &[u8]) -> bool {
    octets.windows(marker.len()).any(|window| window == marker)
}

/// Markers of a person, in the forms in which they might lie there.
fn markers() -> Vec<Vec<u8>> {
    let texts = [
        "Маркерова",
        "Маркерина",
        "Маркеровна",
        "11223344595",
        "112-233-445 95",
        "1985-03-02",
        "02.03.1985",
        "9161234567",
        "marker@example.org",
    ];
    let mut markers: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    for text in texts {
        // JSON's escapes, and two octets a letter.
        let escaped = text.chars().map(|c| format!("\\u{:04x}", u32::from(c)));
        let escaped = escaped.collect::<Vec<_>>().concat();
        markers.push(escaped.into_bytes());
        markers.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    markers
}

fn contacts() -> Vec<ContactValue> {
    vec![
        ContactValue::Mobile(PhoneNumber::parse("+7 916 123-45-67").unwrap()),
        ContactValue::Email(EmailAddress::parse("marker@example.org").unwrap()),
    ]
}

fn marked_identity() -> ProviderIdentity {
    let name =
        linking_core::person::RegisteredName::from_record("Маркерова", "Маркерина", "Маркеровна");
    let contacts = contacts().into_iter().map(|value| ContactClaim {
        value,
        verification: Verification::Verified,
    });
    ProviderIdentity {
        key: identity("1"),
        assurance: AssuranceLevel::Verified,
        claims: Claims {
            name: Some(name),
            snils: Some(snils("112-233-445 95")),
            birth_date: Some(birth_date("1985-03-02")),
            gender: None,
            contacts: Some(contacts.collect()),
        },
        authenticated_at: None,
        methods: Vec::new(),
    }
}

#[tokio::test]
async fn c17_h2_nothing_of_a_person_lies_in_the_clear() {
    let stand = Stand::with_school().await;
    let class: ClassName = "7 А".parse().unwrap();
    let mut person = new_person(
        "m.arker",
        linking_core::account::Role::Pupil,
        Some(class.as_str()),
    );
    let identity = marked_identity();
    person.profile.name.value = identity.claims.name.clone().unwrap();
    person.profile.contacts = contacts()
        .into_iter()
        .map(|value| Contact {
            value,
            source: Source::Provider(provider()),
            at: now(),
        })
        .collect();
    let sheet = stand.person(person).await;
    let flow = stand.flow("browser", FlowPurpose::SignIn);
    stand.storage.insert_flow(&flow, 5).await.unwrap();
    let read = stand.storage.flow(flow.id()).await.unwrap().unwrap();
    let (claimed, _) = read.value.claim(now()).unwrap();
    let version = stand
        .storage
        .put_flow(&claimed, read.version)
        .await
        .unwrap();
    let waiting = claimed.verified(identity).unwrap();
    stand.storage.put_flow(&waiting, version).await.unwrap();
    let mut account = sheet.account().clone();
    account
        .profile
        .keep_contacts(&provider(), contacts(), now());
    let put = Write::PutAccount {
        account: Box::new(account),
        read: sheet.account.version,
    };
    stand.write([put]).await.unwrap();

    let octets = octets(&stand);
    assert!(
        holds(&octets, "7 А".as_bytes()),
        "what is not sealed is found"
    );
    for marker in markers() {
        assert!(
            !holds(&octets, &marker),
            "{}",
            String::from_utf8_lossy(&marker)
        );
    }
    // The claims are there for whoever has the key.
    let read = stand.storage.flow(flow.id()).await.unwrap().unwrap();
    assert_eq!(read.value, waiting);
    let read = stand
        .storage
        .account(sheet.account().id)
        .await
        .unwrap()
        .unwrap();
    let Sourced { value, .. } = read.account().profile.snils.clone().unwrap();
    assert_eq!(value, snils("112-233-445 95"));
}

#[tokio::test]
async fn h2_what_is_deleted_is_overwritten() {
    let stand = Stand::with_school().await;
    let sheet = stand.person(super::fixture::teacher("demina")).await;
    let agent = "MARKER of a browser that was signed out";
    for _ in 0..200 {
        let mut session = stand.session(sheet.account().id, sheet.account().epoch);
        session.agent = linking_core::session::AgentLabel::new(agent);
        stand.write([Write::InsertSession(session)]).await.unwrap();
    }
    // Folded into the file, so that the journal does not hide what is there.
    let fold = || sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(stand.writer());
    fold().await.unwrap();
    assert!(holds(&octets(&stand), agent.as_bytes()));
    let swept = stand
        .storage
        .sweep(after(TimeDelta::hours(13)), 1000)
        .await
        .unwrap();
    assert_eq!(swept, 200);
    fold().await.unwrap();
    assert!(!holds(&octets(&stand), agent.as_bytes()));
}

/// Whoever has the key can open what is sealed: the octets themselves must go, from the journal
/// too, with nothing but the sweep that runs every minute.
#[tokio::test]
async fn h2_after_a_sweep_no_octet_of_an_ended_flow_is_left() {
    type End = fn(LinkFlow) -> Option<LinkFlow>;
    let ends: [(&str, End); 3] = [
        ("refused", |flow| flow.refuse(Refusal::SnilsMismatch).ok()),
        ("left", |flow| Some(flow.cancel())),
        ("out of time", |_| None),
    ];
    for (how, end) in ends {
        let stand = Stand::with_school().await;
        let flow = stand.flow("browser", FlowPurpose::SignIn);
        stand.storage.insert_flow(&flow, 5).await.unwrap();
        let (claimed, _) = flow.claim(now()).unwrap();
        let waiting = claimed.verified(marked_identity()).unwrap();
        let read = stand.storage.put_flow(&waiting, Version::NEW.next()).await;
        let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM flow")
            .fetch_one(stand.writer())
            .await
            .unwrap();
        assert!(holds(&octets(&stand), &sealed), "{how}");
        if let Some(ended) = end(waiting) {
            stand.storage.put_flow(&ended, read.unwrap()).await.unwrap();
        }
        stand.storage.sweep(after(FLOW_LIFE), 1000).await.unwrap();
        let left = octets(&stand);
        assert!(sealed.chunks_exact(64).len() > 3);
        for part in sealed.chunks_exact(64) {
            assert!(!holds(&left, part), "{how}");
        }
    }
}

/// A backup reads for long: the sweep goes on without waiting for it, and the next one empties
/// the journal.
#[tokio::test]
async fn h2_a_long_read_only_puts_the_emptying_off() {
    let stand = Stand::with_school().await;
    let journal = || {
        let mut path = stand.folder().join("test.db").into_os_string();
        path.push("-wal");
        std::fs::metadata(path).unwrap().len()
    };
    stand.storage.sweep(now(), 1000).await.unwrap();
    let mut reader = stand.readers().begin().await.unwrap();
    let flows: i64 = sqlx::query_scalar("SELECT count(*) FROM flow")
        .fetch_one(&mut *reader)
        .await
        .unwrap();
    assert_eq!(flows, 0);
    let flow = stand.flow("browser", FlowPurpose::SignIn);
    stand.storage.insert_flow(&flow, 5).await.unwrap();
    assert_eq!(stand.storage.sweep(after(FLOW_LIFE), 1000).await, Ok(1));
    assert!(journal() > 0, "the read still needs it");
    let patience: i64 = sqlx::query_scalar("PRAGMA busy_timeout")
        .fetch_one(stand.writer())
        .await
        .unwrap();
    let opened_with = i64::try_from(crate::open::PATIENCE.as_millis()).unwrap();
    assert_eq!(patience, opened_with, "writers are as patient as before");
    reader.rollback().await.unwrap();
    stand.storage.sweep(after(FLOW_LIFE), 1000).await.unwrap();
    assert_eq!(journal(), 0);
}

#[tokio::test]
async fn f7_a_dump_opens_no_session_and_no_flow() {
    let stand = Stand::with_school().await;
    let sheet = stand.person(super::fixture::teacher("demina")).await;
    let secret = Secret256::from_hex(&"5a".repeat(32)).unwrap();
    let mut session = stand.session(sheet.account().id, sheet.account().epoch);
    session.secret = stand.tag(&secret.to_hex());
    stand
        .write([Write::InsertSession(session.clone())])
        .await
        .unwrap();
    let octets = octets(&stand);
    assert!(
        holds(&octets, &session.secret.to_octets()),
        "the tag is what is stored"
    );
    assert!(!holds(&octets, secret.to_hex().as_bytes()));
    assert!(!holds(&octets, secret.expose()));
}
