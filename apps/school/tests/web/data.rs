//! «Мои данные» and CONTACTS: what the pages say is kept is what is kept (`threats.md` H3, E18).

use chrono::TimeDelta;
use linking_core::{
    audit::{Act, AuditRecord, By},
    change::{ChangeSet, Write},
    consent::{Consent, ConsentStatus, ConsentText, DataScope},
    ids::Id,
    ports::Store,
};

use crate::{
    browser::Browser,
    world::{PASSWORD, World, gosuslugi},
};

#[tokio::test]
async fn h3_the_settings_tell_the_day_of_the_consent_and_what_is_kept() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    world.pass(TimeDelta::minutes(9 * 60 + 45));
    let state = browser.start(&world).await;
    let page = browser.come_back("svetlana", &state).await;
    assert!(page.says("Номер учётной записи на Госуслугах"));
    let page = browser.submit(page.form("/agree")).await;
    // Past midnight: the link is of the next day.
    world.pass(TimeDelta::minutes(5));
    let form = page
        .form("/prove")
        .with("login", "dmitrieva30")
        .with("password", PASSWORD);
    let page = browser.submit(form).await;
    browser
        .submit(page.form("/contacts").with("email", "keep"))
        .await;
    let page = browser.get("/settings").await;
    assert!(page.says("Подключены 15 марта 2026"));
    assert!(page.says("Согласие от 14 марта 2026"), "{}", page.body);
    assert_eq!(page.link("Согласие от 14 марта 2026"), "/consents/2026-11");
    assert!(page.says("Из Госуслуг храним номер вашей учётной записи"));
    assert!(page.says("Ещё храним то, что вы отметили: электронную почту."));
    assert!(!page.says("ничего не храним"));
    let page = browser.get("/settings/ways/gosuslugi/unlink").await;
    browser.submit(page.form("/unlink")).await;
    let page = browser.get("/settings").await;
    assert!(page.says("Из Госуслуг ничего не храним.") && !page.says("Согласие от"));
}

#[tokio::test]
async fn h3_an_older_consent_does_not_lead_to_the_present_text() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let account = world.account("dmitrieva30").await;
    let at = "2025-02-03T03:00:00Z".parse().unwrap();
    let audit = AuditRecord {
        id: Id::from_uuid(uuid::Uuid::from_u128(78)),
        at,
        by: By::Operator,
        act: Act::Imported,
        flow: None,
        agent: None,
        concerns: Vec::new(),
    };
    let consent = Consent {
        id: Id::from_uuid(uuid::Uuid::from_u128(79)),
        account,
        provider: gosuslugi(),
        text: ConsentText {
            version: "2025-01".to_owned(),
            digest: "0".repeat(64),
            scopes: vec![DataScope::Name],
        },
        given_at: at,
        status: ConsentStatus::Granted,
    };
    let change = ChangeSet::new(audit).write(Write::InsertConsent(consent));
    world.storage.commit(change).await.unwrap();
    let page = browser.get("/settings").await;
    assert!(page.says("Согласие от 3 февраля 2025"), "{}", page.body);
    assert!(
        !page
            .links()
            .iter()
            .any(|href| href.starts_with("/consents/"))
    );
}
