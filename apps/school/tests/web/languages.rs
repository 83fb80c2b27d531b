//! English: chosen by the browser or by hand, the same page, and no Russian word left but names.

use axum::body::Body;
use linking_core::ports::Store;

use crate::{
    browser::{Browser, FormOf, Page, state_of},
    refusals::{confirmed, is_refused, proved},
    world::{ORIGIN, PASSWORD, World},
};

/// Names of people, places and products, which have no translation here.
const NAMES: [&str; 13] = [
    "Анна Петрова",
    "Управление образования Южно-Сахалинска",
    "Сетевой Город. Образование",
    "Министерство образования Сахалинской области",
    "МБОУ СОШ № 30 п/р Луговое",
    "Сахалинская область",
    "Луговое",
    "Светлана Дмитриева",
    "Светлана В. Д.",
    "Дмитриева",
    "Светлана",
    "Вадимовна",
    "Русский",
];

/// The page is English to the last word.
fn is_english(page: &Page) {
    assert!(page.body.contains("<html lang=\"en\">"), "{}", page.address);
    assert_eq!(page.header("content-language"), "en");
    assert_eq!(page.header("vary"), "Accept-Language, Cookie");
    assert!(!page.body.contains('⟦') && !page.body.contains("{$"));
    let own = NAMES
        .iter()
        .fold(page.body.clone(), |text, name| text.replace(name, ""));
    let left: Vec<&str> = own
        .lines()
        .filter(|line| line.chars().any(|c| ('\u{400}'..='\u{52f}').contains(&c)))
        .collect();
    assert!(left.is_empty(), "{}: {left:?}", page.address);
}

fn english(world: &World) -> Browser {
    let mut browser = Browser::new(world);
    browser.accepts = Some("en-GB,en;q=0.9,ru;q=0.1".to_owned());
    browser
}

/// Looks, and holds that the page is English.
async fn look(browser: &mut Browser, path: &str) -> Page {
    let page = browser.get(path).await;
    is_english(&page);
    page
}

async fn switch(browser: &mut Browser, page: &Page) -> Page {
    let told = press(browser, &page.form("/language"), &page.address).await;
    browser.follow(told).await
}

/// Sends the form from the page at an address.
async fn press(browser: &mut Browser, form: &FormOf, address: &str) -> Page {
    let request = browser
        .request("POST", &form.action)
        .header("origin", ORIGIN)
        .header("referer", format!("{ORIGIN}{address}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form.body()))
        .unwrap();
    browser.send(request).await
}

#[tokio::test]
async fn the_browser_chooses_the_language() {
    let world = World::new().await;
    for (accepts, language) in [
        (Some("en"), "en"),
        (Some("en-US,en;q=0.5"), "en"),
        (Some("de-DE,en;q=0.3,ru;q=0.2"), "en"),
        (Some("en;q=0.3,ru;q=0.9"), "ru"),
        (Some("ru-RU,ru;q=0.9,en-US;q=0.8"), "ru"),
        (Some("de,fr;q=0.5"), "ru"),
        (Some("*"), "ru"),
        (Some(";q=,,"), "ru"),
        (None, "ru"),
    ] {
        let mut browser = Browser::new(&world);
        browser.accepts = accepts.map(str::to_owned);
        let page = browser.get("/sign-in").await;
        let html = format!("<html lang=\"{language}\">");
        assert!(page.body.contains(&html), "{accepts:?}");
        assert_eq!(page.header("content-language"), language, "{accepts:?}");
        // The diary's name has no translation: it says in which language it is.
        assert_eq!(page.body.contains("<span lang=\"ru\">"), language == "en");
    }
}

#[tokio::test]
async fn the_choice_is_kept_and_changes_nothing_else() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("svetlana", &state).await;
    assert_eq!(page.name(), "not-linked");
    assert!(page.says("English"));
    let address = page.address.clone();
    let told = press(&mut browser, &page.form("/language"), &address).await;
    assert_eq!(told.status, 303);
    assert_eq!(told.location(), address);
    let cookies = told.cookies();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    assert_eq!(
        cookies[0],
        "__Host-language=en; Max-Age=34560000; Path=/; Secure; HttpOnly; SameSite=Lax"
    );
    // The same page of the same flow, which stands where it stood.
    let page = look(&mut browser, &address).await;
    assert_eq!(page.name(), "not-linked");
    assert!(page.says("Is it you? You are signed in to Gosuslugi as"));
    assert!(page.says("Светлана В. Д."));
    // The choice goes before what the browser likes, and can be taken back.
    browser.accepts = Some("ru".to_owned());
    let page = look(&mut browser, "/help").await;
    let page = switch(&mut browser, &page).await;
    assert_eq!(page.name(), "help");
    assert!(page.body.contains("<html lang=\"ru\">") && page.says("Помощь"));
}

#[tokio::test]
async fn the_page_keeps_its_place_and_what_was_chosen_there() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    for path in [
        "/sign-in?region=65&locality=%D0%9B%D1%83%D0%B3%D0%BE%D0%B2%D0%BE%D0%B5&words=30",
        "/signed-out?through=gosuslugi",
        "/help/child",
        "/consents/2026-11",
        "/restore?next=settings",
    ] {
        let page = browser.get(path).await;
        let told = press(&mut browser, &page.form("/language"), path).await;
        assert_eq!(told.location(), path);
    }
    // A page that came of a form leads to the one before it.
    let page = browser
        .get(&format!("/sign-in?organization={}", world.school))
        .await;
    let page = browser.submit(page.form("/sign-in")).await;
    assert_eq!(page.status, 422);
    assert_eq!(switch(&mut browser, &page).await.name(), "sign-in");
}

#[tokio::test]
async fn a13_the_switch_leads_to_no_foreign_address_and_no_answer_of_a_provider() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/help").await;
    for here in [
        "//evil.example",
        ".evil.example/",
        "/\\evil.example",
        "/%2f%2fevil.example",
        "/auth/gosuslugi/callback?code=svetlana&state=x",
        "/static/svyazka.css",
        "",
    ] {
        let told = press(&mut browser, &page.form("/language"), here).await;
        assert_eq!(told.location(), "/", "{here}");
    }
    // A browser that does not say from where comes to the start page.
    let told = browser.post(&page.form("/language")).await;
    assert_eq!(told.location(), "/");
    for form in [
        page.form("/language").with("language", "tlh"),
        page.form("/language").with("language", "en; Domain=evil"),
        page.form("/language").with("more", "x"),
    ] {
        let told = browser.post(&form).await;
        assert_eq!(told.status, 400);
        assert!(told.cookies().is_empty());
    }
    // Not from elsewhere, and not without the page's token.
    let form = page.form("/language").without("form-token");
    assert_eq!(browser.post(&form).await.status, 403);
    let foreign = browser
        .request("POST", "/language")
        .header("origin", "https://evil.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(page.form("/language").body()))
        .unwrap();
    assert_eq!(browser.send(foreign).await.status, 403);
}

#[tokio::test]
async fn sgo_1_from_the_sign_in_to_the_unlink_in_english() {
    let world = World::new().await;
    let mut browser = english(&world);
    let page = look(&mut browser, "/sign-in").await;
    assert!(page.says("Sign in to the diary"));
    look(&mut browser, "/sign-in?region=65").await;
    look(&mut browser, "/sign-in/authority?region=65").await;
    let place = format!("/sign-in?organization={}", world.school);
    let page = look(&mut browser, &place).await;
    let empty = browser.submit(page.form("/sign-in")).await;
    is_english(&empty);
    assert!(empty.says("Enter your login"));
    let wrong = page
        .form("/sign-in")
        .with("login", "dmitrieva30")
        .with("password", "no");
    let wrong = browser.submit(wrong).await;
    is_english(&wrong);
    assert!(wrong.says("The login or password did not fit"));
    assert!(wrong.says("Error: Sign in to the diary — "));

    let state = browser.start(&world).await;
    let page = browser.come_back("svetlana", &state).await;
    is_english(&page);
    assert!(page.says("By pressing \"Continue\" you agree that we process this data."));
    look(&mut browser, &page.link("Full text")).await;
    let page = browser.submit(page.form("/agree")).await;
    is_english(&page);
    let form = page
        .form("/prove")
        .with("login", "dmitrieva30")
        .with("password", PASSWORD);
    let page = browser.submit(form).await;
    assert_eq!(page.name(), "contacts");
    is_english(&page);
    let page = browser
        .submit(page.form("/contacts").with("email", "keep"))
        .await;
    assert_eq!(page.name(), "linked");
    is_english(&page);
    assert!(page.says("today at 14:12") && page.says("Go to the diary"));

    for path in ["/", "/settings/contacts", "/settings/history"] {
        look(&mut browser, path).await;
    }
    let page = look(&mut browser, "/settings").await;
    assert!(page.says("Connected since 14 March 2026"));
    assert!(page.says("Consent of 14 March 2026"));
    assert!(page.says("We also keep what you ticked: e-mail."));
    let page = look(&mut browser, "/settings/ways/gosuslugi/unlink").await;
    assert!(page.says("Disconnect Gosuslugi?"));
    let page = browser.submit(page.form("/unlink")).await;
    is_english(&page);
    assert!(page.says("Done: Gosuslugi is disconnected"));
    assert!(world.links("dmitrieva30").await.is_empty());
    let page = look(&mut browser, "/settings/history").await;
    assert!(page.says("Gosuslugi was disconnected"));
    let page = browser.submit(page.form("/sign-out")).await;
    is_english(&page);
    assert!(page.says("You are signed out of the diary"));
}

#[tokio::test]
async fn refusals_and_pages_of_the_program_are_english() {
    let world = World::new().await;
    for (persona, code, title) in [
        ("otherwise", "name-mismatch", "The data does not match"),
        ("othersnils", "snils-mismatch", "The data does not match"),
        (
            "otherbirth",
            "birth-date-mismatch",
            "The data does not match",
        ),
    ] {
        let page = proved(&world, &mut english(&world), persona, "dmitrieva30").await;
        assert_eq!(page.refusal(), code);
        is_english(&page);
        assert!(page.says(title), "{code}");
    }
    let page = confirmed(&world, &mut english(&world), "kid", "petrova_mum").await;
    assert_eq!(page.refusal(), "guardian-child-mix-up");
    is_english(&page);
    assert!(page.says("The profile is an adult's, Gosuslugi is a child's"));
    for (code, refusal, status) in [
        ("down", "provider-unavailable", 503),
        ("forged", "provider-answer-invalid", 502),
        ("unfit", "assurance-too-low", 403),
        ("low", "assurance-too-low", 403),
    ] {
        let mut browser = english(&world);
        let state = browser.start(&world).await;
        let page = browser.come_back(code, &state).await;
        is_refused(&page, refusal, status);
        is_english(&page);
    }
    let mut browser = english(&world);
    let page = look(
        &mut browser,
        "/flow/flw_018f0000-0000-7000-8000-000000000001",
    )
    .await;
    assert!(page.says("Start in this browser"));
    let mut late = english(&world);
    let state = late.start(&world).await;
    world.pass(chrono::TimeDelta::minutes(16));
    let page = late.come_back("svetlana", &state).await;
    is_refused(&page, "flow-expired", 410);
    is_english(&page);
    assert!(page.says("This step has a limit of 15 minutes."));

    for path in ["/nowhere", "/terms", "/privacy", "/help", "/restore"] {
        look(&mut browser, path).await;
    }
    let page = browser.get("/help").await;
    let too_old = browser
        .post(&page.form("/language").with("form-token", "00"))
        .await;
    assert_eq!(too_old.name(), "stale-form");
    is_english(&too_old);
    let mut bare = english(&world);
    let refused = bare
        .request("POST", "/sign-in")
        .header("origin", ORIGIN)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::empty())
        .unwrap();
    let page = bare.send(refused).await;
    assert_eq!(page.name(), "no-cookies");
    is_english(&page);
    let hits = browser.look("/places/regions?words=zzz").await;
    assert!(hits.body.contains("Nothing found."), "{}", hits.body);
    assert_eq!(hits.header("content-language"), "en");
}

#[tokio::test]
async fn h3_a_consent_records_the_english_text_where_the_person_read_that() {
    let world = World::new().await;
    let mut browser = english(&world);
    let page = confirmed(&world, &mut browser, "bare", "dmitrieva30").await;
    assert_eq!(page.name(), "linked", "{}", page.body);
    let account = world.account("dmitrieva30").await;
    let consents = world.storage.consents_of(account).await.unwrap();
    assert_eq!(consents[0].text.version, "2026-11-en");
    let page = look(&mut browser, "/settings").await;
    let text = look(&mut browser, &page.link("Consent of")).await;
    assert!(text.says("Consent to the processing of personal data"));

    // Who reads on in Russian still sees the very text that they agreed to.
    let page = switch(&mut browser, &text).await;
    assert!(page.body.contains("<html lang=\"ru\">"));
    assert!(page.body.contains("<div lang=\"en\">"), "{}", page.body);
    assert!(page.says("Consent to the processing of personal data"));
}

#[tokio::test]
async fn a_step_begun_in_one_language_can_be_finished_in_the_other() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let page = browser.get("/settings").await;
    let page = browser.submit(page.form("/gosuslugi/link")).await;
    let russian = browser.come_back("bare", &state_of(&page)).await;
    let english = switch(&mut browser, &russian).await;
    assert_eq!(english.name(), "who");
    // The button of the page as it was left: its own text is what the person agrees to.
    let page = browser.submit(russian.form("/confirm")).await;
    assert_eq!(page.name(), "linked");
    let account = world.account("dmitrieva30").await;
    let consents = world.storage.consents_of(account).await.unwrap();
    assert_eq!(consents[0].text.version, "2026-11");
}
