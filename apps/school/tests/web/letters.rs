//! RESTORE, NEW-PASSWORD, NOT-ME, PASSWORD, and the letters that lead there.

use chrono::TimeDelta;

use crate::{
    browser::{Browser, Page},
    journeys::link_from_provider,
    world::{ORIGIN, PASSWORD, World},
};

const NEW: &str = "синий кит поёт";
const ADDRESS: &str = "teacher@example.ru";

/// A school that knows the teacher's address.
pub(crate) async fn world() -> World {
    let world = World::with_letters().await;
    world.give_email("dmitrieva30", ADDRESS).await;
    world
}

/// The path of a letter's one link.
pub(crate) fn link(text: &str) -> String {
    let line = text.lines().find(|line| line.contains("://")).unwrap();
    line.strip_prefix(ORIGIN).unwrap().to_owned()
}

async fn ask(browser: &mut Browser, typed: &str) -> Page {
    let page = browser.get("/restore").await;
    assert_eq!(page.name(), "restore");
    browser
        .submit(page.form("/restore").with("login", typed))
        .await
}

async fn set(browser: &mut Browser, path: &str, text: &str) -> Page {
    let page = browser.get(path).await;
    assert_eq!(page.name(), "new-password", "{}", page.body);
    let form = page.form(path).with("new-password", text);
    browser.submit(form).await
}

#[tokio::test]
async fn a_forgotten_password_is_restored_by_a_letter() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/restore").await;
    let empty = browser
        .submit(page.form("/restore").with("login", " "))
        .await;
    assert_eq!(empty.status, 422);
    assert!(empty.says("Введите логин или почту"));
    let page = ask(&mut browser, "dmitrieva30").await;
    assert_eq!(page.name(), "restore-sent");
    assert_eq!(page.address, "/restore/sent");
    assert!(page.says("Ссылка действует 30 минут."));
    let letter = world.letter().await;
    assert_eq!(letter.to.as_str(), ADDRESS);
    assert_eq!(letter.subject, "Новый пароль");
    let path = link(&letter.text);
    // In another browser than the one that asked.
    let mut phone = Browser::new(&world);
    let page = phone.get(&path).await;
    assert!(page.says("Не меньше 8 знаков. Можно фразу из нескольких слов."));
    assert!(
        page.body.contains("value=\"dmitrieva30\""),
        "for password managers"
    );
    for (text, fault) in [
        ("", "Введите новый пароль"),
        ("кит", "Пароль короче 8 знаков"),
        ("qwertyuiop", "Такой пароль пробуют одним из первых"),
        ("Dmitrieva30", "Пароль похож на логин"),
    ] {
        let page = set(&mut phone, &path, text).await;
        assert_eq!(page.status, 422);
        assert!(page.says(fault), "{}", page.body);
        assert!(text.is_empty() || !page.body.contains(&format!("value=\"{text}\"")));
    }
    let page = set(&mut phone, &path, NEW).await;
    assert_eq!(page.name(), "password-restored", "{}", page.body);
    assert!(page.says("вход по паролю"));
    // d3: what there is is seen, so that a stranger's is noticed.
    assert!(page.says("t•••@e•••.ru"), "{}", page.body);
    let again = phone.get(&path).await;
    assert_eq!(
        (again.status.as_u16(), again.refusal()),
        (410, "ticket-old".to_owned())
    );
    assert_eq!(again.main_door(), "/restore");
    let page = browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    assert_eq!(page.name(), "sign-in");
    let page = browser.sign_in(&world, "dmitrieva30", NEW).await;
    assert_eq!(page.name(), "home");
    assert_eq!(world.letter().await.subject, "Пароль изменён");
}

#[tokio::test]
async fn f3_f4_asking_for_a_letter_answers_and_works_alike_for_everybody() {
    let world = world().await;
    let mut seen = Vec::new();
    for typed in [
        "dmitrieva30",
        ADDRESS,
        "nobody",
        "nobody@example.ru",
        "second30",
        "§ ' -- <script>",
    ] {
        let mut browser = Browser::new(&world);
        let page = browser.get("/restore").await;
        let (before, hashes) = (world.counts(), world.hashes());
        let answer = browser
            .post(&page.form("/restore").with("login", typed))
            .await;
        let after = world.counts();
        let work = (
            after.statements - before.statements,
            after.commits - before.commits,
            world.hashes() - hashes,
        );
        let shown = browser.follow(answer.clone()).await;
        let body = shown.body.replace(&shown.token(), "");
        seen.push((
            work,
            answer.status,
            answer.location().to_owned(),
            answer.body,
            body,
        ));
    }
    for other in &seen {
        assert_eq!(other, &seen[0]);
    }
    assert_eq!(seen[0].0.2, 0, "no hash");
    assert_eq!(
        world.letters().await.len(),
        2,
        "the login's and the address's"
    );
}

#[tokio::test]
async fn a_flow_goes_on_after_the_new_password() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("bare", &state).await;
    let page = browser.submit(page.form("/agree")).await;
    let page = browser.submit(page.form("/restore")).await;
    assert_eq!(page.name(), "restore");
    assert!(page.says("если вернуться до 15:12."), "{}", page.body);
    let form = page.form("/restore").with("login", "dmitrieva30");
    let page = browser.submit(form).await;
    assert_eq!(page.name(), "restore-sent");
    assert!(page.says("если вернуться до 15:12."), "{}", page.body);
    world.pass(TimeDelta::minutes(20));
    let path = link(&world.letter().await.text);
    let page = set(&mut browser, &path, NEW).await;
    assert_eq!(page.name(), "password-restored");
    let page = browser.get(&page.link("Вернуться к связи")).await;
    assert_eq!(page.name(), "prove", "{}", page.body);
    let form = page
        .form("/prove")
        .with("login", "dmitrieva30")
        .with("password", NEW);
    let page = browser.submit(form).await;
    assert_eq!(page.name(), "linked", "{}", page.body);
    let subjects: Vec<String> = world
        .letters()
        .await
        .into_iter()
        .map(|l| l.subject)
        .collect();
    assert_eq!(
        subjects,
        ["Пароль изменён", "Профиль связали с Госуслугами"]
    );
}

#[tokio::test]
async fn d2_session_flow_and_letter_of_before_are_dead_after_each_change() {
    for change in [
        "password",
        "restore",
        "link",
        "unlink",
        "sign-out-everywhere",
    ] {
        let world = world().await;
        let mut owner = Browser::new(&world);
        if change == "unlink" {
            link_from_provider(&world, &mut owner).await;
        } else {
            owner.sign_in(&world, "dmitrieva30", PASSWORD).await;
        }
        let mut stranger = Browser::new(&world);
        stranger.sign_in(&world, "dmitrieva30", PASSWORD).await;
        let flow = if change == "unlink" {
            None
        } else {
            let page = stranger.get("/settings").await;
            let away = stranger.submit(page.form("/gosuslugi/link")).await;
            Some(away)
        };
        world.letters().await;
        ask(&mut stranger, "dmitrieva30").await;
        let letter = link(&world.letter().await.text);
        assert_eq!(stranger.get(&letter).await.name(), "new-password");
        match change {
            "password" => {
                let page = owner.get("/settings/password").await;
                let form = page.form("/settings/password").with("new-password", NEW);
                assert_eq!(owner.submit(form).await.name(), "password-changed");
            }
            "restore" => {
                ask(&mut owner, ADDRESS).await;
                let path = link(&world.letter().await.text);
                assert_eq!(
                    set(&mut owner, &path, NEW).await.name(),
                    "password-restored"
                );
            }
            "link" => {
                let page = owner.get("/settings").await;
                let page = owner.submit(page.form("/gosuslugi/link")).await;
                let state = crate::browser::state_of(&page);
                let page = owner.come_back("bare", &state).await;
                let page = owner.submit(page.form("/confirm")).await;
                assert_eq!(page.name(), "linked", "{}", page.body);
            }
            "unlink" => {
                let page = owner.get("/settings/ways/gosuslugi/unlink").await;
                assert_eq!(owner.submit(page.form("/unlink")).await.name(), "unlinked");
            }
            _ => {
                let page = owner.get("/settings").await;
                owner
                    .submit(page.form("/settings/sessions/end").without("session"))
                    .await;
            }
        }
        let page = stranger.get(&letter).await;
        assert_eq!(page.refusal(), "ticket-old", "{change}: the letter");
        let page = stranger.get("/settings").await;
        assert_eq!(page.name(), "sign-in", "{change}: the session");
        if let Some(away) = flow {
            let state = crate::browser::state_of(&away);
            let page = stranger.come_back("bare", &state).await;
            assert_ne!(page.name(), "who", "{change}: the flow");
        }
    }
}

#[tokio::test]
async fn e3_not_me_ends_the_link_and_asks_for_a_new_password() {
    let world = world().await;
    let mut thief = Browser::new(&world);
    link_from_provider(&world, &mut thief).await;
    let letter = world.letter().await;
    assert_eq!(letter.subject, "Профиль связали с Госуслугами");
    assert!(
        letter
            .text
            .contains("Это не вы? Откройте страницу и нажмите «Это не я»:")
    );
    let path = link(&letter.text);
    let mut owner = Browser::new(&world);
    // g5: a scanner that opens the link changes nothing.
    for _ in 0..3 {
        let commits = world.counts().commits;
        let page = owner.get(&path).await;
        assert_eq!(page.name(), "not-me");
        assert_eq!(world.counts().commits, commits);
    }
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
    let page = owner.get(&path).await;
    let page = owner.submit(page.form(&path)).await;
    assert_eq!(page.name(), "protected", "{}", page.body);
    assert_eq!(world.links("dmitrieva30").await.len(), 0);
    assert_eq!(thief.get("/settings").await.name(), "sign-in");
    let refused = thief.sign_in(&world, "dmitrieva30", PASSWORD).await;
    assert_eq!(refused.refusal(), "new-password-needed", "{}", refused.body);
    let new = page.link("Задать пароль");
    assert_eq!(set(&mut owner, &new, NEW).await.name(), "password-restored");
    let page = owner.sign_in(&world, "dmitrieva30", NEW).await;
    assert_eq!(page.name(), "home");
    let page = owner.get(&path).await;
    assert_eq!(page.name(), "protected", "done already");
    world.pass(TimeDelta::days(7));
    assert_eq!(owner.get(&path).await.refusal(), "ticket-old");
}

#[tokio::test]
async fn a_ticket_that_is_none_opens_nothing() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    for ticket in ["x", "..%2f..", &"0a".repeat(32), &"0A".repeat(32)] {
        for page in ["restore", "not-me"] {
            let path = format!("/{page}/{ticket}");
            let page = browser.get(&path).await;
            assert_eq!(page.refusal(), "ticket-old", "{path}");
        }
    }
}

#[tokio::test]
async fn f5_after_five_mismatches_the_sign_in_asks_for_a_new_password() {
    let world = world().await;
    for number in 0..5 {
        let mut browser = Browser::new(&world);
        let state = browser.start(&world).await;
        let page = browser.come_back(&format!("mum.{number}"), &state).await;
        let page = browser.submit(page.form("/agree")).await;
        let form = page
            .form("/prove")
            .with("login", "dmitrieva30")
            .with("password", PASSWORD);
        let page = browser.submit(form).await;
        assert!(page.refusal().ends_with("mismatch"), "{}", page.refusal());
    }
    let letters = world.letters().await;
    assert_eq!(letters.len(), 5);
    assert!(
        letters
            .iter()
            .all(|l| l.subject == "Кто-то пробовал связать ваш профиль")
    );
    let mut owner = Browser::new(&world);
    let page = owner.sign_in(&world, "dmitrieva30", PASSWORD).await;
    assert_eq!(
        (page.status.as_u16(), page.refusal()),
        (403, "new-password-needed".to_owned())
    );
    assert_eq!(page.main_door(), "/restore");
    // Without the right password nothing of it shows.
    let page = owner.sign_in(&world, "dmitrieva30", "догадка").await;
    assert_eq!(page.name(), "sign-in");
    ask(&mut owner, "dmitrieva30").await;
    let path = link(&world.letter().await.text);
    set(&mut owner, &path, NEW).await;
    assert_eq!(
        owner.sign_in(&world, "dmitrieva30", NEW).await.name(),
        "home"
    );
}

#[tokio::test]
async fn the_own_password_is_changed_in_the_settings_after_a_step_up() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    world.pass(TimeDelta::minutes(6));
    let page = browser.get("/settings").await;
    let page = browser.get(&page.link("Сменить")).await;
    assert_eq!(page.name(), "step-up");
    let page = browser
        .submit(page.form("/settings/step-up").with("password", PASSWORD))
        .await;
    assert_eq!(page.name(), "password", "{}", page.body);
    let form = page.form("/settings/password").with("new-password", "кит");
    let page = browser.submit(form).await;
    assert_eq!(page.status, 422);
    let form = page.form("/settings/password").with("new-password", NEW);
    let page = browser.submit(form).await;
    assert_eq!(page.name(), "password-changed", "{}", page.body);
    assert_eq!(
        browser.get("/settings").await.name(),
        "settings",
        "here one stays"
    );
    world.pass(TimeDelta::minutes(11));
    assert_eq!(
        browser.get("/settings/password/changed").await.name(),
        "settings"
    );
    assert_eq!(world.letter().await.subject, "Пароль изменён");
    let mut other = Browser::new(&world);
    assert_eq!(
        other.sign_in(&world, "dmitrieva30", NEW).await.name(),
        "home"
    );
}

#[tokio::test]
async fn where_no_letters_go_out_the_school_gives_a_new_password() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/restore").await;
    assert!(page.says("Новый пароль даст школа.") && !page.says("Прислать ссылку"));
}

#[tokio::test]
async fn j8_a_forged_host_changes_no_link_of_a_letter() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/restore").await;
    let form = page.form("/restore").with("login", "dmitrieva30");
    for name in ["x-forwarded-host", "x-forwarded-proto", "forwarded"] {
        let request = browser
            .request("POST", "/restore")
            .header(name, "evil.example")
            .header("origin", ORIGIN)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.body().into())
            .unwrap();
        browser.send(request).await;
    }
    let letters = world.letters().await;
    assert_eq!(letters.len(), 3);
    for letter in letters {
        assert!(letter.text.contains(&format!("{ORIGIN}/restore/")));
        assert!(!letter.text.contains("evil") && !letter.html.contains("evil"));
    }
}
