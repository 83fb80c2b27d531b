//! Each refusal of this preset has its page, its status, and a door (`texts.md`, section 5).

use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use linking_core::{
    audit::{Act, AuditRecord, By},
    change::{ChangeSet, Write},
    ids::Id,
    ports::Store,
    refusal::{NextStep, RefusalCode},
};

use crate::{
    browser::{Browser, Page, state_of},
    journeys::link_from_provider,
    world::{PASSWORD, World},
};

/// From the provider's side to the page after the right password.
pub(crate) async fn proved(
    world: &World,
    browser: &mut Browser,
    persona: &str,
    login: &str,
) -> Page {
    let state = browser.start(world).await;
    let page = browser.come_back(persona, &state).await;
    let page = browser.submit(page.form("/agree")).await;
    let form = page
        .form("/prove")
        .with("login", login)
        .with("password", PASSWORD);
    browser.submit(form).await
}

/// From the settings to the page after «Связать».
pub(crate) async fn confirmed(
    world: &World,
    browser: &mut Browser,
    persona: &str,
    login: &str,
) -> Page {
    browser.sign_in(world, login, PASSWORD).await;
    let page = browser.get("/settings").await;
    let page = browser.submit(page.form("/gosuslugi/link")).await;
    let page = browser.come_back(persona, &state_of(&page)).await;
    assert_eq!(page.name(), "who", "{}", page.body);
    browser.submit(page.form("/confirm")).await
}

/// The address of the flow whose page it is.
pub(crate) fn flow_address(page: &Page) -> String {
    let id = page.address.split('/').nth(2).unwrap();
    format!("/flow/{id}")
}

pub(crate) fn is_refused(page: &Page, code: &str, status: u16) {
    assert_eq!(page.refusal(), code, "{}", page.body);
    assert_eq!(page.status.as_u16(), status);
    assert!(
        page.body.contains("class=\"btn\""),
        "no main button: {code}"
    );
    assert!(
        !page.body.contains('⟦') && !page.body.contains("{$"),
        "{code}"
    );
    agrees_with_the_core(page, code);
}

/// The main button tries the same once more where the core says that another try may mend it, and
/// nowhere else: a refusal must not lead in a circle.
fn agrees_with_the_core(page: &Page, code: &str) {
    let next = RefusalCode::from_code(code).unwrap().next_step();
    let door = page.main_door();
    let same = ["/retry", "/sign-in/gosuslugi", "/gosuslugi/link"];
    let repeats = same.iter().any(|ending| door.ends_with(ending));
    match next {
        NextStep::TryAgain | NextStep::StartAgain => {
            let anew = repeats || matches!(door.as_str(), "/sign-in" | "/settings");
            assert!(anew, "{code}: {door}");
        }
        // During a pause of the password the provider is another way.
        NextStep::Wait => assert!(!door.ends_with("/retry"), "{code}: {door}"),
        _ => assert!(!repeats, "{code}: {door}"),
    }
}

#[tokio::test]
async fn provider_off_names_another_way() {
    let world = World::with_policy(|policy| policy.providers.clear()).await;
    let mut browser = Browser::new(&world);
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    assert!(!page.says("Другие способы входа"));
    let mut form = page.form("/sign-in").without("login").without("password");
    form.action = "/sign-in/gosuslugi".to_owned();
    let form = form.without("locality");
    let page = browser.submit(form).await;
    is_refused(&page, "provider-off", 403);
    assert!(page.says("Выбрать другой способ входа"));
}

#[tokio::test]
async fn consent_refused_at_the_provider_leaves_the_flow_for_another_try() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser
        .get(&format!(
            "/auth/gosuslugi/callback?error=access_denied&state={state}"
        ))
        .await;
    is_refused(&page, "consent-refused", 403);
    assert!(page.says("Какие данные нужны и зачем"));
    assert!(page.says("Войти по логину и паролю"));
    let page = browser.submit(page.form("/retry")).await;
    let page = browser.come_back("svetlana", &state_of(&page)).await;
    assert_eq!(page.name(), "not-linked");
}

#[tokio::test]
async fn a_level_too_low_names_the_way_up() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("low", &state).await;
    is_refused(&page, "assurance-too-low", 403);
    assert!(page.says("Перейти на Госуслуги"));
    assert!(page.says("Тип уже другой, проверить снова"));
    assert!(page.says("На Госуслугах нужна другая учётная запись: «Подтвержденная»"));
    assert!(page.says("Ваша учётная запись на Госуслугах ещё не подтверждена."));
}

#[tokio::test]
async fn an_account_that_is_unfit_is_not_told_to_be_another() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("unfit", &state).await;
    is_refused(&page, "assurance-too-low", 403);
    assert!(
        page.says("На Госуслугах нужно поправить учётную запись"),
        "{}",
        page.body
    );
    assert!(page.says("Передавать данные разрешает родитель"));
    assert!(!page.says("Подтвержденная") && !page.says("Тип уже другой"));
    assert_eq!(page.main_door(), "https://esia.test/");
}

#[tokio::test]
async fn an_identity_linked_elsewhere_says_nothing_of_the_other_profile() {
    let world = World::new().await;
    let mut first = Browser::new(&world);
    link_from_provider(&world, &mut first).await;
    let mut second = Browser::new(&world);
    let page = confirmed(&world, &mut second, "svetlana.again", "second30").await;
    is_refused(&page, "identity-linked-elsewhere", 409);
    assert!(!page.says("Дмитриева") && !page.says("dmitrieva"));
    assert!(
        page.says("Спросите администратора или классного руководителя. Ваша школа: МБОУ СОШ № 30")
    );
    assert_eq!(page.main_door(), format!("{}/move", flow_address(&page)));
    page.form("/other-identity");
    page.form("/cancel");
    assert!(world.links("second30").await.is_empty());
}

#[tokio::test]
async fn an_account_linked_already_names_the_day() {
    let world = World::new().await;
    let mut first = Browser::new(&world);
    link_from_provider(&world, &mut first).await;
    let mut second = Browser::new(&world);
    let page = proved(&world, &mut second, "twin", "dmitrieva30").await;
    is_refused(&page, "account-linked-already", 409);
    assert!(page.says("14 марта 2026"));
    assert_eq!(page.main_door(), format!("{}/replace", flow_address(&page)));
    page.form("/cancel");
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
}

#[tokio::test]
async fn e11_parent_and_child_mixed_up_names_nobody() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = proved(&world, &mut browser, "mum", "petrov_kid").await;
    is_refused(&page, "guardian-child-mix-up", 409);
    assert!(page.says("Это профиль ребёнка, а Госуслуги взрослого"));
    assert!(page.says("Как создать учётную запись ребёнку"));
    for name in ["Петров", "Анна", "Иван"] {
        assert!(!page.says(name), "{name}");
    }
    let mut browser = Browser::new(&world);
    let page = confirmed(&world, &mut browser, "kid", "petrova_mum").await;
    is_refused(&page, "guardian-child-mix-up", 409);
    assert!(page.says("Это профиль взрослого, а Госуслуги ребёнка"));
    assert!(world.links("petrov_kid").await.is_empty());
    assert!(world.links("petrova_mum").await.is_empty());
}

#[tokio::test]
async fn f5_a_mismatch_names_its_fields_and_no_value() {
    let world = World::new().await;
    for (persona, code, field) in [
        ("otherwise", "name-mismatch", "фамилия"),
        ("othersnils", "snils-mismatch", "СНИЛС"),
        ("otherbirth", "birth-date-mismatch", "дата рождения"),
    ] {
        let mut browser = Browser::new(&world);
        let page = proved(&world, &mut browser, persona, "dmitrieva30").await;
        is_refused(&page, code, 409);
        let list = page.body.split("<ul class=\"plain\">").nth(1).unwrap();
        let list = list.split("</ul>").next().unwrap();
        assert_eq!(list.matches("<li>").count(), 1, "{list}");
        assert!(list.contains(field));
        for value in [
            "Кузнецова",
            "Дмитриева",
            "1990",
            "1991",
            "112-233",
            "087-654",
        ] {
            assert!(!page.says(value), "{value}");
        }
        assert!(page.says("О попытке мы написали в историю профиля"));
        assert_eq!(page.main_door(), "/sign-in");
        assert!(page.says("Войти по логину и паролю") && page.says("Попробовать ещё раз"));
        assert!(
            page.says(
                "Спросите администратора или классного руководителя. Ваша школа: МБОУ СОШ № 30"
            )
        );
    }
    assert!(world.links("dmitrieva30").await.is_empty());
}

#[tokio::test]
async fn f1_too_many_attempts_tell_the_time_by_the_regions_clock() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    for _ in 0..4 {
        let page = browser.sign_in(&world, "dmitrieva30", "не тот").await;
        assert_eq!(page.status, 403);
        assert_eq!(page.name(), "sign-in");
    }
    let page = browser.sign_in(&world, "dmitrieva30", "не тот").await;
    is_refused(&page, "too-many-attempts", 429);
    assert!(
        page.says("Вход по паролю откроется в 14:13, через 1 минуту."),
        "{}",
        page.body
    );
    assert_eq!(page.header("retry-after"), "60");
    assert!(page.says("Через Госуслуги можно войти уже сейчас."));
    // The pause holds at the other door too, and for the right password.
    let mut other = Browser::new(&world);
    let page = proved(&world, &mut other, "svetlana", "dmitrieva30").await;
    is_refused(&page, "too-many-attempts", 429);
    assert!(page.says("Подтверждать Госуслуги заново не придётся, если вернуться до 14:27."));
    world.pass(TimeDelta::minutes(2));
    let page = other.get(page.address.trim_end_matches("/prove")).await;
    assert_eq!(page.name(), "prove", "the provider's answer is still there");
    let form = page
        .form("/prove")
        .with("login", "dmitrieva30")
        .with("password", PASSWORD);
    assert_eq!(other.submit(form).await.name(), "contacts");
}

#[tokio::test]
async fn a_blocked_account_shows_after_the_right_password_alone() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser.sign_in(&world, "blocked30", "не тот").await;
    assert_eq!(page.name(), "sign-in");
    let page = browser.sign_in(&world, "blocked30", PASSWORD).await;
    is_refused(&page, "account-blocked", 403);
    assert!(page.says("Как связаться со школой"));
}

#[tokio::test]
async fn e9_the_last_way_in_is_kept() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = link_from_provider(&world, &mut browser).await;
    browser
        .submit(page.form("/contacts").with("none", "yes"))
        .await;
    // The school takes the password away.
    let login = "dmitrieva30".parse().unwrap();
    let sheet = world
        .storage
        .account_by_login(&login)
        .await
        .unwrap()
        .unwrap();
    let mut account = sheet.account().clone();
    account.password = None;
    let audit = AuditRecord {
        id: Id::from_uuid(uuid::Uuid::from_u128(77)),
        at: account.profile.name.at,
        by: By::Operator,
        act: Act::Imported,
        flow: None,
        agent: None,
        concerns: Vec::new(),
    };
    let change = ChangeSet::new(audit).write(Write::PutAccount {
        account: Box::new(account),
        read: sheet.account.version,
    });
    world.storage.commit(change).await.unwrap();
    let page = browser.get("/settings").await;
    assert!(page.says("Это ваш последний способ входа"), "{}", page.body);
    assert_eq!(page.link("Добавить другой"), "/help/password");
    let page = browser.get("/settings/ways/gosuslugi/unlink").await;
    is_refused(&page, "last-sign-in-method", 409);
    assert!(page.says("Пароль: ещё не задан."));
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
}

#[tokio::test]
async fn g16_a_flow_that_ran_out_begins_anew_with_one_press() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("svetlana", &state).await;
    let address = page.address.clone();
    world.pass(TimeDelta::seconds(15 * 60 - 1));
    assert_eq!(browser.get(&address).await.name(), "not-linked");
    world.pass(TimeDelta::seconds(1));
    let gone = browser.get(&address).await;
    is_refused(&gone, "flow-expired", 410);
    assert!(gone.says("На этот шаг даётся 15 минут."));
    let page = browser.submit(page.form("/agree")).await;
    is_refused(&page, "flow-expired", 410);
    let page = browser.submit(gone.form("/sign-in/gosuslugi")).await;
    let page = browser.come_back("svetlana", &state_of(&page)).await;
    let page = browser.submit(page.form("/agree")).await;
    assert!(page.says("МБОУ СОШ № 30 п/р Луговое"), "the school is kept");
}

#[tokio::test]
async fn g16_a_link_from_the_settings_that_ran_out_begins_anew_as_one() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let page = browser.get("/settings").await;
    let page = browser.submit(page.form("/gosuslugi/link")).await;
    let page = browser.come_back("svetlana", &state_of(&page)).await;
    world.pass(TimeDelta::minutes(16));
    let page = browser.submit(page.form("/confirm")).await;
    is_refused(&page, "flow-expired", 410);
    let page = browser.submit(page.form("/gosuslugi/link")).await;
    assert_eq!(page.name(), "step-up");
}

#[tokio::test]
async fn i1_a_provider_that_is_away_answers_with_a_page_and_a_time() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    world.provider.down.store(true, Ordering::SeqCst);
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    let page = browser.submit(page.form("/sign-in/gosuslugi")).await;
    is_refused(&page, "provider-unavailable", 503);
    assert_eq!(page.header("retry-after"), "60");
    assert!(page.says("всё, что вы начали, сохранится до 14:27."));
    assert!(page.says("По логину и паролю можно войти уже сейчас."));
    world.provider.down.store(false, Ordering::SeqCst);
    let page = browser.submit(page.form("/retry")).await;
    let page = browser.come_back("svetlana", &state_of(&page)).await;
    assert_eq!(page.name(), "not-linked");
}

#[tokio::test]
async fn i2_a_provider_lost_inside_its_answer_costs_one_press() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("down", &state).await;
    is_refused(&page, "provider-unavailable", 503);
    let page = browser.submit(page.form("/retry")).await;
    let page = browser.come_back("svetlana", &state_of(&page)).await;
    assert_eq!(page.name(), "not-linked");
}
