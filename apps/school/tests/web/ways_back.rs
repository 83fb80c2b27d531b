//! No page is a dead end: «Назад», the doors of problems, help and the step-up lead on
//! (`pages.md`, sections 2 and 3).

use chrono::TimeDelta;

use crate::{
    browser::{Browser, state_of},
    journeys::link_from_provider,
    world::{PASSWORD, World},
};

#[tokio::test]
async fn every_page_of_a_flow_has_a_way_back() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let refused = browser
        .get(&format!(
            "/auth/gosuslugi/callback?error=access_denied&state={state}"
        ))
        .await;
    let back = "class=\"back\" href=\"/sign-in\"";
    assert!(refused.body.contains(back), "{}", refused.body);
    // Another try is open: the page says until when.
    assert!(refused.says("Этот шаг открыт до 14:27."));
    browser.post(&refused.form("/retry")).await;
    let flow = refused.address.trim_end_matches("/refused").to_owned();
    let waiting = browser.get(&flow).await;
    assert_eq!(waiting.name(), "provider");
    assert!(waiting.body.contains(back));
    let page = browser.submit(waiting.form("/cancel")).await;
    assert_eq!(page.name(), "sign-in");
    assert!(browser.get(&flow).await.body.contains(back));
    let mut browser = Browser::new(&world);
    let page = link_from_provider(&world, &mut browser).await;
    assert_eq!(page.name(), "contacts");
    assert!(page.says("Этот шаг открыт до 14:27.") && page.body.contains("class=\"back\""));
}

#[tokio::test]
async fn a_forgotten_password_leads_back_to_the_step_up() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    world.pass(TimeDelta::minutes(6));
    let page = browser.get("/settings/step-up?next=link.gosuslugi").await;
    let page = browser.get(&page.link("Забыли пароль?")).await;
    assert_eq!(page.name(), "restore");
    assert!(page.says("Ваша школа: МБОУ СОШ № 30"));
    let page = browser.get(&page.main_door()).await;
    assert_eq!(page.name(), "step-up");
    assert!(page.body.contains("value=\"link.gosuslugi\""));
    let page = browser.submit(page.form("/settings/step-up")).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("value=\"link.gosuslugi\""));
    assert!(page.says("Введите пароль") && !page.says("Пароль не подошёл"));
}

#[tokio::test]
async fn an_officer_is_not_sent_to_a_class_teacher() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/sign-in/authority?region=65").await;
    let form = page
        .form("/sign-in/authority")
        .with("organization", &world.authority.to_string())
        .with("login", "officer65")
        .with("password", PASSWORD);
    browser.submit(form).await;
    let page = browser.get("/restore").await;
    assert!(page.says("Новый пароль даст управление образованием."));
    assert!(!page.says("классн"), "{}", page.body);
}

#[tokio::test]
async fn a_problem_shows_who_is_signed_in_and_leads_back_to_its_place() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let page = browser.get("/settings").await;
    let stale = page.form("/gosuslugi/link").with("form-token", "0.0");
    let page = browser.submit(stale).await;
    assert_eq!(page.name(), "stale-form");
    assert!(
        page.says("Светлана Дмитриева") && page.says("Выход"),
        "{}",
        page.body
    );
    assert_eq!(page.main_door(), "/settings");
    let page = browser.get("/nowhere").await;
    assert!(page.says("Светлана Дмитриева"));
    assert_eq!(page.main_door(), "/");
}

#[tokio::test]
async fn help_from_a_refusal_leads_back_to_the_flow() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("mum", &state).await;
    let page = browser.submit(page.form("/agree")).await;
    let form = page
        .form("/prove")
        .with("login", "petrov_kid")
        .with("password", PASSWORD);
    let refused = browser.submit(form).await;
    assert_eq!(refused.refusal(), "guardian-child-mix-up");
    let link = refused.link("Как создать учётную запись ребёнку");
    let page = browser.get(&link).await;
    let page = browser
        .get(&page.link("Вернуться к тому, что начали"))
        .await;
    assert_eq!(page.refusal(), "guardian-child-mix-up");
    for trick in ["/help/child?flow=//evil", "/help/child?flow=acc_1"] {
        assert!(
            !browser.get(trick).await.says("Вернуться к тому"),
            "{trick}"
        );
    }
}

#[tokio::test]
async fn an_older_consent_text_is_said_to_be_older() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("svetlana", &state).await;
    let words = "Текст согласия обновили. Прочитайте его ещё раз.";
    assert!(!page.says(words));
    let old = page.form("/agree").with("text-version", "2020-01");
    let page = browser.submit(old).await;
    assert_eq!(page.name(), "not-linked");
    assert!(page.says(words));
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let page = browser.get("/settings").await;
    let page = browser.submit(page.form("/gosuslugi/link")).await;
    let page = browser.come_back("svetlana", &state_of(&page)).await;
    let old = page.form("/confirm").with("text-version", "2020-01");
    let page = browser.submit(old).await;
    assert_eq!(page.name(), "who");
    assert!(page.says(words));
}

#[tokio::test]
async fn erased_contacts_are_said_to_be_erased_though_the_school_keeps_its_own() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = link_from_provider(&world, &mut browser).await;
    browser
        .submit(page.form("/contacts").with("email", "keep"))
        .await;
    world.give_home_phone("dmitrieva30").await;
    let page = browser.get("/settings/contacts").await;
    let page = browser.submit(page.form("/settings/contacts")).await;
    assert_eq!(world.contacts("dmitrieva30").await, ["home"]);
    assert!(page.says("Готово: контакты стёрты"), "{}", page.body);
}
