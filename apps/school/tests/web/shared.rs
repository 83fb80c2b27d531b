//! Shared computers and known browsers, through the pages (`threats.md` A17, F2, G11).

use chrono::TimeDelta;

use crate::{
    browser::{Browser, Page, state_of},
    journeys::link_from_provider,
    refusals::is_refused,
    world::{PASSWORD, World},
};

const SHARED: &str = "Это общий компьютер";

fn session_cookie(page: &Page) -> String {
    let cookies = page.cookies();
    let session = cookies
        .iter()
        .find(|cookie| cookie.starts_with("__Host-session="));
    session.cloned().unwrap_or_default()
}

/// Signs in by password with the tick; gives the answer to the form.
async fn tick(world: &World, browser: &mut Browser) -> Page {
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    assert!(page.says(SHARED), "{}", page.body);
    assert!(page.says("не запомним школу и раньше завершим сеанс"));
    let form = page
        .form("/sign-in")
        .with("login", "dmitrieva30")
        .with("password", PASSWORD)
        .with("shared", "yes");
    browser.post(&form).await
}

#[tokio::test]
async fn g11_the_tick_makes_a_short_session_and_nothing_is_remembered() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = tick(&world, &mut browser).await;
    assert_eq!(page.location(), "/");
    // The browser forgets the session when it is closed.
    assert!(!session_cookie(&page).contains("Max-Age"), "{page:?}");
    assert!(!browser.jar.contains_key("__Host-place"));
    world.pass(TimeDelta::minutes(29));
    assert_eq!(browser.get("/").await.name(), "home");
    world.pass(TimeDelta::minutes(30));
    let page = browser.get("/").await;
    assert_eq!(page.name(), "sign-in");
    assert!(!page.says("МБОУ СОШ № 30"), "the school is not remembered");
}

#[tokio::test]
async fn g11_an_own_computer_remembers_as_before() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    assert!(browser.jar.contains_key("__Host-place"));
    world.pass(TimeDelta::minutes(31));
    assert_eq!(browser.get("/").await.name(), "home");
}

#[tokio::test]
async fn g11_the_tick_stays_after_a_wrong_password() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    let form = page
        .form("/sign-in")
        .with("login", "dmitrieva30")
        .with("password", "не тот")
        .with("shared", "yes");
    let page = browser.submit(form.clone()).await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("name=\"shared\" value=\"yes\" checked"));
    assert!(!browser.jar.contains_key("__Host-place"));
    // Where the school got lost, the page that asks for it again keeps nothing either.
    let lost = form.without("organization").with("region", "65");
    let page = browser.submit(lost).await;
    assert_eq!(page.status, 422, "{}", page.body);
    assert!(!browser.jar.contains_key("__Host-place"));
}

#[tokio::test]
async fn g11_signing_out_of_a_shared_computer_clears_it_and_offers_the_providers_sign_out() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    tick(&world, &mut browser).await;
    let page = browser.get("/settings").await;
    let out = browser.post(&page.form("/sign-out")).await;
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    assert!(!browser.jar.contains_key("__Host-session"));
    assert!(!browser.jar.contains_key("__Host-place"));
    assert!(!browser.jar.contains_key("__Host-language"));
    let page = browser.follow(out).await;
    assert!(page.says("Выйти и из Госуслуг"), "{}", page.body);
}

#[tokio::test]
async fn a17_on_a_shared_computer_the_person_says_that_it_is_they() {
    let world = World::new().await;
    link_from_provider(&world, &mut Browser::new(&world)).await;
    let mut browser = Browser::new(&world);
    let begin = async |browser: &mut Browser| {
        let page = browser
            .get(&format!("/sign-in?organization={}", world.school))
            .await;
        let form = page.form("/sign-in/gosuslugi").with("shared", "yes");
        let page = browser.submit(form).await;
        let state = state_of(&page);
        browser.come_back("svetlana", &state).await
    };
    let page = begin(&mut browser).await;
    assert_eq!(page.name(), "who", "{}", page.body);
    assert!(page.says("Это вы?") && page.says("Светлана В. Д."));
    assert!(page.says("На общем компьютере на Госуслугах мог остаться другой человек."));
    assert!(page.says("Да, это я") && page.says("Выйти из Госуслуг и войти другим"));
    assert!(!browser.jar.contains_key("__Host-session"));
    assert_eq!(browser.get("/").await.name(), "sign-in");
    let out = browser.submit(page.form("/enter")).await;
    assert_eq!(out.name(), "home");
    assert!(!browser.jar.contains_key("__Host-place"));

    // Somebody else presses the other button, and is sent to sign out there.
    let mut next = Browser::new(&world);
    let page = begin(&mut next).await;
    let page = next.post(&page.form("/other-identity")).await;
    assert!(page.location().contains("/logout?"), "{}", page.location());
    assert!(!next.jar.contains_key("__Host-session"));
}

#[tokio::test]
async fn g11_an_address_range_or_a_region_needs_no_tick() {
    for settings in [
        "[shared-computers]\nnetworks = [\"10.7.0.0/16\", \"2001:db8::/32\"]\n",
        "[shared-computers]\nregions = [\"65\"]\n",
    ] {
        let by_region = settings.contains("regions");
        let world = World::with_settings(settings).await;
        let mut browser = Browser::new(&world);
        // As the trusted proxy says.
        browser.forwarded = Some("10.7.3.4".to_owned());
        let page = browser
            .get(&format!("/sign-in?organization={}", world.school))
            .await;
        assert!(!page.says(SHARED), "nobody is asked what is known");
        let form = page
            .form("/sign-in")
            .with("login", "dmitrieva30")
            .with("password", PASSWORD);
        let page = browser.post(&form).await;
        assert!(!session_cookie(&page).contains("Max-Age"), "{settings}");
        assert!(!browser.jar.contains_key("__Host-place"));

        let mut elsewhere = Browser::new(&world);
        elsewhere.forwarded = Some("203.0.113.4".to_owned());
        let page = elsewhere
            .get(&format!("/sign-in?organization={}", world.school))
            .await;
        assert_eq!(page.says(SHARED), !by_region, "{settings}");
    }
}

#[tokio::test]
async fn f2_the_owners_own_browser_has_a_few_tries_while_others_wait() {
    let world = World::new().await;
    let mut owner = Browser::new(&world);
    owner.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let page = owner.get("/settings").await;
    owner.submit(page.form("/sign-out")).await;
    let mut mallory = Browser::new(&world);
    for _ in 0..5 {
        mallory.sign_in(&world, "dmitrieva30", "не тот").await;
    }
    let page = mallory.sign_in(&world, "dmitrieva30", PASSWORD).await;
    is_refused(&page, "too-many-attempts", 429);
    let page = owner.sign_in(&world, "dmitrieva30", PASSWORD).await;
    assert_eq!(page.name(), "home", "{}", page.body);
    let page = owner.get("/settings/history").await;
    assert!(page.says("Пароль несколько раз не подошёл."));
    let page = mallory.sign_in(&world, "dmitrieva30", PASSWORD).await;
    is_refused(&page, "too-many-attempts", 429);
}

#[tokio::test]
async fn a18_a_flow_begun_in_an_app_is_not_finished_in_another_browser() {
    let world = World::new().await;
    let mut app = Browser::new(&world);
    let state = app.start(&world).await;
    // The provider's answer opens in the system's browser, which knows nothing of the flow.
    for mut other in [Browser::new(&world), {
        let mut visited = Browser::new(&world);
        visited.get("/help").await;
        visited
    }] {
        let page = other.come_back("svetlana", &state).await;
        is_refused(&page, "flow-not-yours", 403);
        assert!(!other.jar.contains_key("__Host-session"));
        let page = other.get(&page.main_door()).await;
        assert_eq!(page.name(), "sign-in", "one can begin anew here");
    }
    // The app's own flow is untouched.
    let page = app.come_back("svetlana", &state).await;
    assert_eq!(page.name(), "not-linked");
}

#[tokio::test]
async fn a17_one_tick_holds_for_every_button_of_the_page() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let school = format!("/sign-in?organization={}", world.school);
    for address in [school.as_str(), "/sign-in?region=65"] {
        let page = browser.get(address).await;
        assert_eq!(page.body.matches("name=\"shared\"").count(), 1, "{address}");
        let form = page.form("/sign-in/gosuslugi");
        assert!(form.fields.iter().any(|(name, _)| name == "region"));
    }
}
