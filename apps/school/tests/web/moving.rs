//! MOVE and REPLACE: the ways out of a link that stands in the way (`threats.md` E1, E2).

use chrono::TimeDelta;
use linking_core::audit::Notice;

use crate::{
    browser::{Browser, FormOf, Page},
    refusals::{confirmed, flow_address, is_refused, proved},
    world::{PASSWORD, World},
};

/// The teacher's identity is her other profile's; she presses «Связать» in her first one.
async fn elsewhere(world: &World) -> (Browser, Browser, Page) {
    let mut other = Browser::new(world);
    let page = proved_at_13(world, &mut other).await;
    assert_eq!(page.name(), "contacts", "{}", page.body);
    let form = page.form("/contacts").with("email", "keep");
    other.submit(form).await;
    let mut browser = Browser::new(world);
    let page = confirmed(world, &mut browser, "svetlana", "dmitrieva30").await;
    is_refused(&page, "identity-linked-elsewhere", 409);
    (browser, other, page)
}

/// From the provider's side to the page after the password of her other profile.
pub(crate) async fn proved_at_13(world: &World, browser: &mut Browser) -> Page {
    let state = browser.start(world).await;
    let page = browser.come_back("svetlana", &state).await;
    let page = browser.submit(page.form("/agree")).await;
    let form = page
        .form("/prove")
        .with("organization", &world.other_school.to_string())
        .with("login", "dmitrieva13")
        .with("password", PASSWORD);
    browser.submit(form).await
}

fn of_other_profile(world: &World, page: &Page, login: &str, password: &str) -> FormOf {
    page.form("/move")
        .with("organization", &world.other_school.to_string())
        .with("login", login)
        .with("password", password)
}

#[tokio::test]
async fn e1_that_profile_is_mine_too_moves_the_link() {
    let world = World::new().await;
    let (mut browser, mut other, page) = elsewhere(&world).await;
    assert!(page.says("Другой профиль тоже ваш? Понадобятся его логин и пароль."));
    assert!(page.says("Это тоже мой профиль") && page.says("Оставить как есть"));
    let page = browser.get(&page.main_door()).await;
    assert_eq!(page.name(), "move");
    assert!(page.says("Перенести связь сюда?"));
    assert!(page.says("В другом профиле вход через Госуслуги пропадёт."));
    assert!(page.says("Логин и пароль другого профиля") && page.says("Не переносить"));
    // Nothing says which profile it is.
    for word in ["dmitrieva13", "СОШ № 13"] {
        assert!(!page.says(word), "{word}");
    }

    let page = browser
        .submit(of_other_profile(&world, &page, "dmitrieva13", "не тот"))
        .await;
    assert_eq!((page.name().as_str(), page.status.as_u16()), ("move", 403));
    assert!(page.says("Логин или пароль не подошли"), "{}", page.body);
    assert!(world.links("dmitrieva30").await.is_empty());

    let page = browser
        .submit(of_other_profile(&world, &page, "dmitrieva13", PASSWORD))
        .await;
    assert_eq!(page.name(), "contacts", "{}", page.body);
    let page = browser
        .submit(page.form("/contacts").with("none", "yes"))
        .await;
    assert_eq!(page.name(), "linked");
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
    assert!(world.links("dmitrieva13").await.is_empty());
    assert!(world.contacts("dmitrieva13").await.is_empty());
    // The other profile: signed out everywhere, told, and with its password.
    assert_eq!(other.get("/settings").await.name(), "sign-in");
    let told = world.history("dmitrieva13").await;
    let moved =
        |line: &&linking_core::audit::HistoryLine| matches!(line.notice, Notice::MovedAway { .. });
    assert_eq!(told.iter().filter(moved).count(), 1);
    let page = browser.get("/settings/history").await;
    assert!(page.says("Профиль связали с Госуслугами"), "{}", page.body);
    let page = other
        .get(&format!("/sign-in?organization={}", world.other_school))
        .await;
    let form = page
        .form("/sign-in")
        .with("login", "dmitrieva13")
        .with("password", PASSWORD);
    other.submit(form).await;
    let page = other.get("/settings/history").await;
    assert!(
        page.says("Связь с Госуслугами перенесли в другой профиль"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn e1_the_page_of_the_move_teaches_nothing_of_who_exists() {
    let mut told = Vec::new();
    for (login, password) in [
        ("dmitrieva13", "не тот"),
        ("nosuchlogin", PASSWORD),
        ("petrova_mum", PASSWORD),
        ("blocked30", PASSWORD),
        ("archived30", PASSWORD),
        ("nopassword", PASSWORD),
        ("dmitrieva30", PASSWORD),
    ] {
        let world = World::new().await;
        let (mut browser, _, page) = elsewhere(&world).await;
        let page = browser.get(&page.main_door()).await;
        let hashes = world.hashes();
        let form = of_other_profile(&world, &page, login, password);
        let form = if matches!(login, "dmitrieva13" | "nosuchlogin") {
            form
        } else {
            form.with("organization", &world.school.to_string())
        };
        let answer = browser.post(&form).await;
        assert_eq!(answer.status, 303, "{login}");
        assert_eq!(world.hashes(), hashes + 1, "{login}");
        let sizes: Vec<usize> = answer.cookies().iter().map(String::len).collect();
        let page = browser.follow(answer).await;
        assert_eq!(page.refusal(), "", "{login}");
        let summary = page.body.split("class=\"errors\"").nth(1).unwrap();
        let summary = summary.split("</div>").next().unwrap().to_owned();
        told.push((page.status, sizes, summary));
        assert_eq!(world.links("dmitrieva13").await.len(), 1, "{login}");
    }
    let first = told.first().unwrap();
    assert!(told.iter().all(|one| one == first), "{told:?}");
}

#[tokio::test]
async fn e3_the_move_asks_for_a_recent_proof_before_the_other_password() {
    let world = World::new().await;
    let (mut browser, _, page) = elsewhere(&world).await;
    let door = page.main_door();
    let open = browser.get(&door).await;
    world.pass(TimeDelta::minutes(6));
    let page = browser.get(&door).await;
    assert_eq!(page.name(), "step-up");
    // A page that was open before asks for it too, and looks at no password.
    let hashes = world.hashes();
    let page = browser
        .submit(of_other_profile(&world, &open, "dmitrieva13", PASSWORD))
        .await;
    assert_eq!(page.name(), "step-up");
    assert_eq!(world.hashes(), hashes);
    let form = page.form("/step-up").with("password", PASSWORD);
    let page = browser.submit(form).await;
    assert_eq!(page.name(), "move");
    let page = browser
        .submit(of_other_profile(&world, &page, "dmitrieva13", PASSWORD))
        .await;
    assert_eq!(page.name(), "contacts");
}

#[tokio::test]
async fn e1_leaving_it_as_it_is_changes_nothing() {
    let world = World::new().await;
    let (mut browser, _, page) = elsewhere(&world).await;
    let flow = flow_address(&page);
    let page = browser.submit(page.form("/cancel")).await;
    assert_eq!(page.name(), "settings");
    assert_eq!(browser.get(&flow).await.name(), "cancelled");
    assert_eq!(world.links("dmitrieva13").await.len(), 1);
    assert!(world.links("dmitrieva30").await.is_empty());
}

#[tokio::test]
async fn e2_a_link_is_replaced_with_the_password() {
    let world = World::new().await;
    let mut first = Browser::new(&world);
    proved(&world, &mut first, "svetlana", "dmitrieva30").await;
    let old = world.links("dmitrieva30").await;
    let mut browser = Browser::new(&world);
    let page = proved(&world, &mut browser, "twin", "dmitrieva30").await;
    is_refused(&page, "account-linked-already", 409);
    assert!(page.says("Если заменить её, прежняя перестанет работать."));
    assert!(page.says("Оставить прежнюю"));
    let page = browser.get(&page.main_door()).await;
    assert_eq!(page.name(), "replace");
    assert!(page.says("Действует с 14 марта 2026") && page.says("Светлана В. Д."));
    for (typed, status, says) in [
        ("", 422, "Введите пароль"),
        ("не тот", 403, "Пароль не подошёл"),
    ] {
        let form = page.form("/replace").with("password", typed);
        let page = browser.submit(form).await;
        assert_eq!(page.name(), "replace");
        assert_eq!(page.status.as_u16(), status);
        assert!(page.says(says), "{}", page.body);
    }
    assert_eq!(world.links("dmitrieva30").await, old);
    let form = page.form("/replace").with("password", PASSWORD);
    let page = browser.submit(form).await;
    // The twin has no contacts to choose among.
    assert_eq!(page.name(), "linked", "{}", page.body);
    let links = world.links("dmitrieva30").await;
    assert_eq!(links.len(), 1);
    assert_ne!(links[0].identity, old[0].identity);
    assert_eq!(first.get("/settings").await.name(), "sign-in");
    let page = browser.get("/settings/history").await;
    assert!(
        page.says("Связь с Госуслугами заменили. Прежняя больше не работает."),
        "{}",
        page.body
    );
    // The old identity finds no profile now.
    let mut anywhere = Browser::new(&world);
    let state = anywhere.start(&world).await;
    let page = anywhere.come_back("svetlana", &state).await;
    assert_eq!(page.name(), "not-linked");
}
