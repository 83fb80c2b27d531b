//! Every press is answered by a redirect (`threats.md` G15): Back and reload send nothing twice.
//! What was typed and what is wrong with it are shown once, by the page that asks again, and stand
//! in no address.

use chrono::TimeDelta;

use crate::{
    browser::{Browser, FormOf, Page},
    letters::{self, link},
    refusals::{confirmed, proved},
    world::{PASSWORD, World},
};

/// Presses a button whose form comes back with an error; gives the page that tells it.
async fn pressed(browser: &mut Browser, form: &FormOf, login: &str) -> Page {
    let answer = browser.post(form).await;
    assert_eq!(answer.status, 303, "{} {}", form.action, answer.body);
    assert!(answer.body.is_empty());
    let location = answer.location().to_owned();
    for said in [login, "%D0%BD%D0%B5", "error", "wrong", "fault"] {
        assert!(said.is_empty() || !location.contains(said), "{location}");
    }
    let told: Vec<String> = answer
        .cookies()
        .into_iter()
        .filter(|cookie| cookie.starts_with("__Host-told="))
        .collect();
    assert_eq!(told.len(), 1, "{}", form.action);
    let page = browser.follow(answer).await;
    assert!(!browser.jar.contains_key("__Host-told"), "told once");
    // A reload, or Back: a GET, without the error, and nothing is sent again.
    let again = browser.get(&page.address).await;
    assert_ne!(again.body, page.body);
    assert!(!again.body.contains("class=\"errors\"") && again.refusal().is_empty());
    assert_eq!(again.status, 200, "{}", again.body);
    page
}

fn has_kept(page: &Page, login: &str) {
    assert!(
        page.body.contains(&format!("value=\"{login}\"")),
        "{}",
        page.body
    );
    assert!(!page.body.contains("не тот"), "the password comes back");
}

#[tokio::test]
async fn g15_a_wrong_sign_in_is_told_by_a_page_of_its_own() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser
        .get(&format!(
            "/sign-in?organization={}&to=history",
            world.school
        ))
        .await;
    let form = page.form("/sign-in").with("login", "dmitrieva30");
    let empty = pressed(
        &mut browser,
        &form.clone().with("password", ""),
        "dmitrieva30",
    )
    .await;
    assert_eq!(empty.status, 422);
    assert!(empty.says("Введите пароль"), "{}", empty.body);
    has_kept(&empty, "dmitrieva30");
    let wrong = form.clone().with("password", "не тот");
    let page = pressed(&mut browser, &wrong, "dmitrieva30").await;
    assert_eq!(page.status, 403);
    assert!(page.says("Логин или пароль не подошли"));
    has_kept(&page, "dmitrieva30");
    // Where the person wanted to go is not forgotten, and the right password leads there.
    let form = page.form("/sign-in").with("password", PASSWORD);
    assert_eq!(browser.submit(form).await.name(), "history");
}

#[tokio::test]
async fn g15_a_pause_and_a_closed_profile_are_told_by_a_page_of_their_own() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    let form = page
        .form("/sign-in")
        .with("login", "blocked30")
        .with("password", PASSWORD);
    let page = pressed(&mut browser, &form, "blocked30").await;
    assert_eq!(page.refusal(), "account-blocked");
    let form = form.with("login", "dmitrieva30").with("password", "не тот");
    for _ in 0..4 {
        browser.submit(form.clone()).await;
    }
    let page = pressed(&mut browser, &form, "dmitrieva30").await;
    assert_eq!(page.refusal(), "too-many-attempts");
    assert_eq!(page.header("retry-after"), "60");
}

#[tokio::test]
async fn g15_the_local_proof_is_told_by_a_page_of_its_own() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("svetlana", &state).await;
    let page = browser.submit(page.form("/agree")).await;
    let form = page.form("/prove").with("login", "dmitrieva30");
    let empty = pressed(
        &mut browser,
        &form.clone().with("password", ""),
        "dmitrieva30",
    )
    .await;
    assert_eq!(
        (empty.name().as_str(), empty.status.as_u16()),
        ("prove", 422)
    );
    let wrong = form.with("password", "не тот");
    let page = pressed(&mut browser, &wrong, "dmitrieva30").await;
    assert_eq!((page.name().as_str(), page.status.as_u16()), ("prove", 403));
    has_kept(&page, "dmitrieva30");
    // Another school, chosen on this page, stays chosen.
    let form = wrong.with("organization", &world.other_school.to_string());
    let page = pressed(&mut browser, &form, "dmitrieva30").await;
    assert!(page.says("МБОУ СОШ № 13"), "{}", page.body);
}

#[tokio::test]
async fn g15_a_step_up_is_told_by_a_page_of_its_own() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let page = browser.get("/settings/step-up?next=link.gosuslugi").await;
    for (typed, status) in [("", 422), ("не тот", 403)] {
        let form = page.form("/settings/step-up").with("password", typed);
        let page = pressed(&mut browser, &form, "").await;
        assert_eq!(
            (page.name().as_str(), page.status.as_u16()),
            ("step-up", status)
        );
    }
    // In a flow, and what the person wanted is not forgotten.
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let page = browser.get("/settings").await;
    let page = browser.submit(page.form("/gosuslugi/link")).await;
    let state = crate::browser::state_of(&page);
    let page = browser.come_back("svetlana", &state).await;
    world.pass(TimeDelta::minutes(6));
    let page = browser.submit(page.form("/confirm")).await;
    let form = page.form("/step-up").with("password", "не тот");
    let page = pressed(&mut browser, &form, "").await;
    assert_eq!(page.name(), "step-up");
    let form = page.form("/step-up").with("password", PASSWORD);
    assert_eq!(browser.submit(form).await.name(), "who");
}

#[tokio::test]
async fn g15_the_ways_out_of_a_taken_identity_are_told_by_pages_of_their_own() {
    let world = World::new().await;
    proved(&world, &mut Browser::new(&world), "svetlana", "dmitrieva30").await;
    let mut browser = Browser::new(&world);
    let page = proved(&world, &mut browser, "twin", "dmitrieva30").await;
    let page = browser.get(&page.main_door()).await;
    let form = page.form("/replace").with("password", "не тот");
    pressed(&mut browser, &form, "").await;
    let mut browser = Browser::new(&world);
    let page = confirmed(&world, &mut browser, "svetlana", "second30").await;
    let page = browser.get(&page.main_door()).await;
    let form = page
        .form("/move")
        .with("login", "dmitrieva30")
        .with("password", "не тот");
    let page = pressed(&mut browser, &form, "dmitrieva30").await;
    has_kept(&page, "dmitrieva30");
}

#[tokio::test]
async fn g15_what_cannot_be_begun_is_told_by_a_page_of_its_own() {
    let world = World::with_policy(|policy| policy.providers.clear()).await;
    let mut browser = Browser::new(&world);
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    let mut form = page.form("/sign-in");
    form.action = "/sign-in/gosuslugi".to_owned();
    for name in ["login", "password", "locality"] {
        form = form.without(name);
    }
    let page = pressed(&mut browser, &form, "").await;
    assert_eq!(page.refusal(), "provider-off");
    // A settings page from before the link.
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let old = browser.get("/settings").await;
    let page = browser.submit(old.form("/gosuslugi/link")).await;
    let state = crate::browser::state_of(&page);
    let page = browser.come_back("svetlana", &state).await;
    let page = browser.submit(page.form("/confirm")).await;
    assert_eq!(page.name(), "contacts", "{}", page.body);
    let token = browser.get("/settings").await.token();
    let form = old.form("/gosuslugi/link").with("form-token", &token);
    let page = pressed(&mut browser, &form, "").await;
    assert_eq!(page.refusal(), "flow-finished");
}

#[tokio::test]
async fn g15_what_a_press_led_to_is_shown_in_its_own_browser_alone() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    let form = page
        .form("/sign-in")
        .with("login", "dmitrieva30")
        .with("password", "не тот");
    let answer = browser.post(&form).await;
    let mut other = Browser::new(&world);
    other.get("/sign-in").await;
    let told = browser.jar["__Host-told"].clone();
    other.jar.insert("__Host-told".to_owned(), told);
    let page = other.get(answer.location()).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("dmitrieva30"));
}

#[tokio::test]
async fn g15_what_a_letter_leads_to_is_told_by_pages_of_its_own() {
    let world = letters::world().await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/restore").await;
    let form = page.form("/restore");
    let empty = pressed(&mut browser, &form.clone().with("login", " "), "").await;
    assert_eq!(
        (empty.name().as_str(), empty.status.as_u16()),
        ("restore", 422)
    );
    browser.submit(form.with("login", "dmitrieva30")).await;
    let path = link(&world.letter().await.text);
    let page = browser.get(&path).await;
    let form = page.form(&path);
    for typed in ["", "кит"] {
        let unfit = form.clone().with("new-password", typed);
        let page = pressed(&mut browser, &unfit, "").await;
        assert_eq!(
            (page.name().as_str(), page.status.as_u16()),
            ("new-password", 422)
        );
    }
    // The same press twice: the second one finds the letter used.
    let form = form.with("new-password", "синий кит поёт");
    let answer = browser.post(&form).await;
    assert_eq!(
        (answer.status.as_u16(), answer.location()),
        (303, "/restore/done")
    );
    assert_eq!(browser.follow(answer).await.name(), "password-restored");
    assert_eq!(browser.get("/restore/done").await.name(), "sign-in");
    let answer = browser.post(&form).await;
    assert_eq!(
        (answer.status.as_u16(), answer.location()),
        (303, path.as_str())
    );
    assert_eq!(browser.follow(answer).await.refusal(), "ticket-old");
    // «Это не я» of the letter that told of it.
    let path = link(&world.letter().await.text);
    let page = browser.get(&path).await;
    let answer = browser.post(&page.form(&path)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.location()),
        (303, path.as_str())
    );
    let page = browser.follow(answer).await;
    assert_eq!(page.name(), "protected");
    let new = page.link("Задать пароль");
    assert_eq!(browser.get(&new).await.name(), "new-password");
    // A reload tells it again, without the way that is shown once.
    let page = browser.get(&path).await;
    assert_eq!(
        (page.name().as_str(), page.link("Задать пароль").as_str()),
        ("protected", "/restore")
    );
}
