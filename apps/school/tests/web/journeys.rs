//! SGO-0, SGO-1, SGO-2, the contact choice, unlink (`journeys.md`, section 1).

use linking_core::{audit::Notice, policy::SignInForm};

use crate::{
    browser::{Browser, state_of},
    world::{PASSWORD, World, gosuslugi},
};

/// Links Svetlana from the provider's side, up to the contact choice.
pub(crate) async fn link_from_provider(
    world: &World,
    browser: &mut Browser,
) -> crate::browser::Page {
    let state = browser.start(world).await;
    let page = browser.come_back("svetlana", &state).await;
    assert_eq!(page.name(), "not-linked", "{}", page.body);
    let page = browser.submit(page.form("/agree")).await;
    assert_eq!(page.name(), "prove");
    let form = page
        .form("/prove")
        .with("login", "dmitrieva30")
        .with("password", PASSWORD);
    browser.submit(form).await
}

#[tokio::test]
async fn sgo_0_the_pickers_narrow_each_other_without_a_script() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/sign-in").await;
    assert_eq!(page.name(), "sign-in");
    assert!(page.says("Сахалинская область"));
    // First visit: the region only.
    assert!(!page.body.contains("type=\"password\""));
    assert!(page.forms().iter().all(|form| form.action == "/language"));
    let page = browser.get("/sign-in?region=65").await;
    assert!(page.says("Луговое"));
    let page = browser
        .get("/sign-in?region=65&locality=%D0%9B%D1%83%D0%B3%D0%BE%D0%B2%D0%BE%D0%B5")
        .await;
    assert!(page.says("МБОУ СОШ № 30 п/р Луговое"));
    assert!(page.says("МБОУ СОШ № 13 п/р Луговое"));
    assert!(page.body.contains("form=\"credentials-form\""));
    let page = browser
        .get("/sign-in?region=65&locality=%D0%9B%D1%83%D0%B3%D0%BE%D0%B2%D0%BE%D0%B5&words=30")
        .await;
    assert!(page.says("Нашлось 1. Выберите свою"));
    let form = page
        .form("/sign-in")
        .with("organization", &world.school.to_string())
        .with("login", "dmitrieva30")
        .with("password", PASSWORD);
    let page = browser.submit(form).await;
    assert_eq!(page.name(), "home", "{}", page.body);
    assert!(page.says("Светлана Дмитриева"));
    assert!(page.says("Учитель, МБОУ СОШ № 30 п/р Луговое"));
}

#[tokio::test]
async fn sgo_0_the_last_place_is_remembered_and_can_be_changed() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let page = browser.get("/settings").await;
    browser.submit(page.form("/sign-out")).await;
    let page = browser.get("/sign-in").await;
    assert!(page.says("МБОУ СОШ № 30 п/р Луговое"));
    assert!(page.body.contains("type=\"password\""));
    assert!(page.says("Изменить школу"));
}

#[tokio::test]
async fn sgo_0_an_authority_has_a_tab_of_its_own() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/sign-in/authority?region=65").await;
    assert!(page.says("Управление образования Южно-Сахалинска"));
    assert!(!page.says("МБОУ СОШ № 30"));
    let form = page
        .form("/sign-in/authority")
        .with("organization", &world.authority.to_string())
        .with("login", "officer65")
        .with("password", PASSWORD);
    let page = browser.submit(form).await;
    assert!(
        page.says("Сотрудник управления образованием"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn sgo_1_links_after_the_local_password() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = link_from_provider(&world, &mut browser).await;
    assert_eq!(page.name(), "contacts", "{}", page.body);
    assert!(page.says("Готово: профиль связан с Госуслугами"));
    assert!(page.says("Профиль: Светлана В. Д., МБОУ СОШ № 30 п/р Луговое"));
    assert!(page.says("Госуслуги: Светлана В. Д."));
    assert!(page.says("+7 9•• •••-••-67"));
    assert!(!page.body.contains("checked"));
    let form = page.form("/contacts").with("email", "keep");
    let page = browser.submit(form).await;
    assert_eq!(page.name(), "linked");
    assert!(page.says("Светлана В. Д."));
    assert!(page.says("Перейти в Сетевой Город"));
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
    assert_eq!(world.contacts("dmitrieva30").await, ["email"]);

    // From now on the button signs in at once, in any browser.
    let mut another = Browser::new(&world);
    let state = another.start(&world).await;
    let page = another.come_back("svetlana.again", &state).await;
    assert_eq!(page.name(), "home");
    assert!(page.says("Профиль связан с Госуслугами"));
}

#[tokio::test]
async fn sgo_1_the_school_can_be_chosen_on_the_page_of_the_password() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/sign-in?region=65").await;
    let page = browser.submit(page.form("/sign-in/gosuslugi")).await;
    let state = state_of(&page);
    let page = browser.come_back("bare", &state).await;
    let page = browser.submit(page.form("/agree")).await;
    assert!(page.says("Луговое"));
    let address = page.address.clone();
    let page = browser
        .get(&format!(
            "{address}?region=65&locality=%D0%9B%D1%83%D0%B3%D0%BE%D0%B2%D0%BE%D0%B5"
        ))
        .await;
    let form = page
        .form("/prove")
        .with("organization", &world.school.to_string())
        .with("login", "dmitrieva30")
        .with("password", PASSWORD);
    let page = browser.submit(form).await;
    // This persona has no contacts: nothing is left to choose.
    assert_eq!(page.name(), "linked", "{}", page.body);
}

#[tokio::test]
async fn sgo_1_wrong_passwords_leave_the_providers_answer_alone() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("svetlana", &state).await;
    let page = browser.submit(page.form("/agree")).await;
    let form = page
        .form("/prove")
        .with("login", "dmitrieva30")
        .with("password", "не тот");
    let page = browser.submit(form).await;
    assert_eq!(page.status, 403);
    assert!(page.says("Логин или пароль не подошли"));
    assert!(page.says("Госуслуги подтверждать заново не нужно."));
    assert!(page.body.contains("value=\"dmitrieva30\""));
    assert!(!page.says("не тот"));
    let form = page.form("/prove").with("password", PASSWORD);
    let page = browser.submit(form).await;
    assert_eq!(page.name(), "contacts");
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
}

#[tokio::test]
async fn sgo_1_the_providers_answer_waits_an_hour_for_a_new_password() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("bare", &state).await;
    let page = browser.submit(page.form("/agree")).await;
    world.pass(chrono::TimeDelta::minutes(10));
    let page = browser.submit(page.form("/restore")).await;
    assert_eq!(page.name(), "restore");
    assert!(page.says("если вернуться до 15:22."), "{}", page.body);
    world.pass(chrono::TimeDelta::minutes(59));
    let page = browser
        .get(&page.link("Вернуться к тому, что начали"))
        .await;
    assert_eq!(page.name(), "prove");
    let form = page
        .form("/prove")
        .with("login", "dmitrieva30")
        .with("password", PASSWORD);
    assert_eq!(browser.submit(form).await.name(), "linked");
}

#[tokio::test]
async fn sgo_1_somebody_who_does_not_link_goes_back_to_the_sign_in() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("svetlana", &state).await;
    let address = page.address.clone();
    let page = browser.submit(page.form("/cancel")).await;
    assert_eq!(page.name(), "sign-in");
    assert_eq!(world.links("dmitrieva30").await.len(), 0);
    assert_eq!(browser.get(&address).await.name(), "cancelled");
}

#[tokio::test]
async fn sgo_2_links_from_the_settings() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let page = browser.get("/settings").await;
    assert!(page.says("Привязать учетную запись портала Госуслуг"));
    let page = browser.submit(page.form("/gosuslugi/link")).await;
    let page = browser.come_back("svetlana", &state_of(&page)).await;
    assert_eq!(page.name(), "who", "{}", page.body);
    assert!(page.says("Это вы?"));
    assert!(page.says("Что мы возьмём из Госуслуг"));
    assert_eq!(world.links("dmitrieva30").await.len(), 0);
    let page = browser.submit(page.form("/confirm")).await;
    assert_eq!(page.name(), "contacts");
    let page = browser
        .submit(page.form("/contacts").with("none", "yes"))
        .await;
    assert_eq!(page.name(), "linked");
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
    assert!(world.contacts("dmitrieva30").await.is_empty());
    let notices = world.history("dmitrieva30").await;
    let linked = |line: &&linking_core::audit::HistoryLine| matches!(&line.notice, Notice::Linked { provider } if *provider == gosuslugi());
    assert_eq!(notices.iter().filter(linked).count(), 1);
}

#[tokio::test]
async fn sgo_2_a_second_tab_is_told_that_the_step_is_done() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let left_open = browser.get("/settings").await;
    let page = browser.submit(left_open.form("/gosuslugi/link")).await;
    let page = browser.come_back("bare", &state_of(&page)).await;
    let page = browser.submit(page.form("/confirm")).await;
    assert_eq!(page.name(), "linked");
    let page = browser.submit(left_open.form("/gosuslugi/link")).await;
    assert_eq!(page.refusal(), "flow-finished", "{}", page.body);
    assert!(!page.says("другой учётной записью"));
}

#[tokio::test]
async fn sgo_2_an_old_sign_in_is_proved_once_more() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    world.pass(chrono::TimeDelta::minutes(31));
    let page = browser.get("/settings").await;
    let page = browser.submit(page.form("/gosuslugi/link")).await;
    assert_eq!(page.name(), "step-up", "{}", page.body);
    let wrong = page.form("/settings/step-up").with("password", "не тот");
    let page = browser.submit(wrong).await;
    assert_eq!(page.name(), "step-up");
    assert!(page.says("Пароль не подошёл"));
    let right = page.form("/settings/step-up").with("password", PASSWORD);
    let page = browser.submit(right).await;
    // Straight on to the provider: what the person wanted is not asked twice.
    let page = browser.come_back("svetlana", &state_of(&page)).await;
    world.pass(chrono::TimeDelta::minutes(6));
    let page = browser.submit(page.form("/confirm")).await;
    assert_eq!(page.name(), "step-up");
    let page = browser
        .submit(page.form("/step-up").with("password", PASSWORD))
        .await;
    assert_eq!(page.name(), "who", "{}", page.body);
    let page = browser.submit(page.form("/confirm")).await;
    assert_eq!(page.name(), "contacts");
}

#[tokio::test]
async fn a_trip_to_another_identity_comes_back_to_the_same_flow() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("otherwise", &state).await;
    let page = browser.post(&page.form("/other-identity")).await;
    let back = page.location().split_once("redirect_url=").unwrap().1;
    let path = back.strip_prefix(crate::world::ORIGIN).unwrap().to_owned();
    let page = browser.get(&path).await;
    assert_eq!(page.name(), "again");
    let page = browser.submit(page.form("/retry")).await;
    let page = browser.come_back("svetlana", &state_of(&page)).await;
    assert_eq!(page.name(), "not-linked");
    assert!(page.says("Светлана В. Д."));
}

#[tokio::test]
async fn a_step_can_be_prolonged_once() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("svetlana", &state).await;
    assert!(page.says("Ещё 15 минут"));
    assert!(page.says("Этот шаг открыт до 14:27."), "{}", page.body);
    let page = browser.submit(page.form("/prolong")).await;
    assert_eq!(page.name(), "not-linked");
    assert!(page.says("Этот шаг открыт до 14:42."));
    assert!(!page.says("Ещё 15 минут"));
}

#[tokio::test]
async fn sgo_0_a_region_may_show_the_provider_first_or_alone() {
    let label = "Войти в ГИС \"Региональное образование\" через портал Госуслуг";
    let world = World::with_policy(|policy| policy.sign_in_form = SignInForm::ProviderFirst).await;
    let mut browser = Browser::new(&world);
    let address = format!("/sign-in?organization={}", world.school);
    let page = browser.get(&address).await;
    assert!(page.says(label) && !page.body.contains("type=\"password\""));
    let page = browser.get(&format!("{address}&form=local")).await;
    assert!(page.body.contains("type=\"password\""));
    let world = World::with_policy(|policy| policy.sign_in_form = SignInForm::ProviderOnly).await;
    let mut browser = Browser::new(&world);
    let address = format!("/sign-in?organization={}", world.school);
    let page = browser.get(&format!("{address}&form=local")).await;
    assert!(page.says(label) && !page.body.contains("type=\"password\""));
    assert!(!page.says("Войти по логину и паролю"));
    let page = browser.submit(page.form("/sign-in/gosuslugi")).await;
    let page = browser.come_back("svetlana", &state_of(&page)).await;
    let page = browser.submit(page.form("/agree")).await;
    assert!(
        page.body.contains("type=\"password\""),
        "the local proof is still asked for"
    );
}

#[tokio::test]
async fn sgo_0_the_live_search_answers_with_the_same_hits() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser
        .look("/places/organizations?region=65&kind=school&words=30")
        .await;
    let hits: serde_json::Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(hits["said"], "Нашлось 1");
    assert_eq!(hits["hits"][0]["value"], world.school.to_string());
    assert_eq!(hits["hits"][0]["note"], "Луговое");
    assert!(page.cookies().is_empty());
    for bad in [
        "/places/organizations?words=30",
        "/places/organizations?region=65&kind=castle",
        "/places/localities?region=65&region=66&kind=school",
    ] {
        assert_eq!(browser.look(bad).await.status, 400, "{bad}");
    }
}
