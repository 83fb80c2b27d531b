//! The pickers without a script: no press loses the page on which it was made.

use linking_core::{policy::SignInForm, region::OrganizationType};

use crate::{
    browser::{Browser, Page, state_of},
    world::{PASSWORD, World},
};

/// Presses through from the page of a region to the form of login and password.
async fn to_the_school(browser: &mut Browser, page: Page) -> Page {
    let page = browser.get(&page.link("Луговое")).await;
    assert!(!page.says("МБОУ СОШ № 30"), "there are too many to show");
    browser.get(&page.search("30")).await
}

#[tokio::test]
async fn sgo_0_the_local_form_is_reached_where_a_provider_comes_first() {
    let world = World::with_policy(|policy| policy.sign_in_form = SignInForm::ProviderFirst).await;
    world.open(OrganizationType::School, 13).await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/sign-in?to=settings").await;
    let page = browser.get(&page.link("Сахалинская область")).await;
    // The provider needs the region alone: no hits for a form that is not there.
    assert!(!page.body.contains("credentials-form") && !page.says("Город или село"));
    let page = browser.get(&page.link("Войти по логину и паролю")).await;
    let page = to_the_school(&mut browser, page).await;
    assert!(page.says("Нашлось 1. Выберите свою"), "{}", page.body);
    let form = page
        .form("/sign-in")
        .with("organization", &world.school.to_string())
        .with("login", "dmitrieva30")
        .with("password", "не тот");
    let page = browser.submit(form).await;
    assert!(page.says("Логин или пароль не подошли"));
    // A change of the place stays with the form too.
    let page = browser.get(&page.link("Изменить")).await;
    let page = browser.get(&page.search("30")).await;
    let form = page
        .form("/sign-in")
        .with("organization", &world.school.to_string())
        .with("login", "dmitrieva30")
        .with("password", PASSWORD);
    assert_eq!(browser.submit(form).await.name(), "settings");
}

#[tokio::test]
async fn sgo_0_a_tab_leads_on_to_the_same_page() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/sign-in?to=settings").await;
    let page = browser.get(&page.link("Управление образованием")).await;
    let page = browser.get(&page.link("Сахалинская область")).await;
    let form = page
        .form("/sign-in/authority")
        .with("organization", &world.authority.to_string())
        .with("login", "officer65")
        .with("password", PASSWORD);
    assert_eq!(browser.submit(form).await.name(), "settings");
}

#[tokio::test]
async fn sgo_1_an_officer_searches_among_many_authorities() {
    let world = World::new().await;
    world.open(OrganizationType::Authority, 13).await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/sign-in?region=65").await;
    let page = browser.submit(page.form("/sign-in/gosuslugi")).await;
    let page = browser.come_back("bare", &state_of(&page)).await;
    let page = browser.submit(page.form("/agree")).await;
    let page = browser.get(&page.link("Управление образованием")).await;
    let page = browser.get(&page.search("Южно")).await;
    assert!(
        page.says("Управление образования Южно-Сахалинска"),
        "{}",
        page.body
    );
    assert!(page.body.contains("name=\"kind\" value=\"authority\""));
}

#[tokio::test]
async fn a_search_for_nothing_says_what_to_type() {
    let world = World::new().await;
    world.open(OrganizationType::School, 25).await;
    let mut browser = Browser::new(&world);
    let luga = "%D0%9B%D1%83%D0%B3%D0%BE%D0%B2%D0%BE%D0%B5";
    let page = browser
        .get(&format!("/sign-in?region=65&locality={luga}"))
        .await;
    assert!(!page.says("Введите хотя бы одну"));
    let page = browser.get(&page.search(" ")).await;
    assert!(
        page.says("Введите хотя бы одну букву или цифру"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn the_live_search_says_what_the_page_says() {
    let world = World::new().await;
    world.open(OrganizationType::School, 25).await;
    let mut browser = Browser::new(&world);
    for (address, said) in [
        (
            "/places/organizations?region=65&kind=school&words=%D1%88%D0%BA%D0%BE%D0%BB%D0%B0",
            "Нашлось 26. Добавьте номер или слово из названия",
        ),
        (
            "/places/organizations?region=65&kind=authority&words=zzz",
            "Ничего не нашли. Попробуйте название района или города",
        ),
        (
            "/places/localities?region=65&kind=school&words=zzz",
            "Ничего не нашли. Проверьте буквы или введите начало названия",
        ),
        (
            "/places/regions?words=zzz",
            "Ничего не нашли. Проверьте буквы или введите начало названия",
        ),
        ("/places/regions?words=%D1%81%D0%B0%D1%85", "Нашлось 1"),
    ] {
        let page = browser.look(address).await;
        let hits: serde_json::Value = serde_json::from_str(&page.body).unwrap();
        assert_eq!(hits["said"], said, "{address}");
        assert!(hits["hits"].as_array().unwrap().len() <= 20);
    }
}
