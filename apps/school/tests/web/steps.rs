//! `threats.md` E20: every request in every state, by a table written by hand. A step that the
//! state does not have is answered with the page of the present step, and changes nothing.

use crate::{
    browser::{Browser, FormOf, Page, state_of},
    moving::proved_at_13,
    world::{PASSWORD, World},
};

/// The states that a flow of this preset can stand in.
const STATES: [&str; 10] = [
    "provider",
    "not-linked",
    "prove",
    "who",
    "taken",
    "contacts",
    "again",
    "interrupted",
    "linked",
    "cancelled",
];

/// Brings a flow into a state; gives its address.
async fn bring(world: &World, browser: &mut Browser, state: &str) -> String {
    let from_settings = matches!(state, "who" | "taken");
    if from_settings {
        if state == "taken" {
            linked_elsewhere(world).await;
        }
        browser.sign_in(world, "dmitrieva30", PASSWORD).await;
        let page = browser.get("/settings").await;
        let page = browser.submit(page.form("/gosuslugi/link")).await;
        let page = browser.come_back("svetlana", &state_of(&page)).await;
        if state == "taken" {
            browser.post(&page.form("/confirm")).await;
        }
        return flow_of(&page);
    }
    let ticket = browser.start(world).await;
    if state == "provider" {
        let place = browser
            .get(&format!("/auth/gosuslugi/callback?state={ticket}x"))
            .await;
        assert_eq!(place.refusal(), "flow-not-yours");
        // Its address is found by the page of a second flow in the same browser: none is needed,
        // since «Отменить» of the waiting page carries it.
        return world_flow(world, browser).await;
    }
    if state == "interrupted" {
        let page = browser
            .get(&format!(
                "/auth/gosuslugi/callback?error=access_denied&state={ticket}"
            ))
            .await;
        return flow_of(&page);
    }
    let page = browser.come_back("svetlana", &ticket).await;
    let flow = flow_of(&page);
    match state {
        "not-linked" => {}
        "again" => {
            browser.post(&page.form("/other-identity")).await;
        }
        "cancelled" => {
            browser.submit(page.form("/cancel")).await;
        }
        _ => {
            let page = browser.submit(page.form("/agree")).await;
            if state != "prove" {
                let form = page
                    .form("/prove")
                    .with("login", "dmitrieva30")
                    .with("password", PASSWORD);
                let page = browser.submit(form).await;
                if state == "linked" {
                    browser
                        .submit(page.form("/contacts").with("none", "yes"))
                        .await;
                }
            }
        }
    }
    flow
}

/// The teacher's identity is linked to her other profile.
async fn linked_elsewhere(world: &World) {
    let mut browser = Browser::new(world);
    let page = proved_at_13(world, &mut browser).await;
    assert_eq!(page.name(), "contacts", "{}", page.body);
}

fn flow_of(page: &Page) -> String {
    let id = page.address.split('/').nth(2).unwrap();
    format!("/flow/{id}")
}

/// A flow that waits at the provider: begun, interrupted, sent there again.
async fn world_flow(world: &World, browser: &mut Browser) -> String {
    let ticket = browser.start(world).await;
    let page = browser
        .get(&format!(
            "/auth/gosuslugi/callback?error=access_denied&state={ticket}"
        ))
        .await;
    let flow = flow_of(&page);
    browser.post(&page.form("/retry")).await;
    flow
}

/// Where a flow stands: the page to which its address leads.
async fn stands(browser: &mut Browser, flow: &str) -> String {
    let page = browser.look(flow).await;
    page.location().to_owned()
}

#[tokio::test]
async fn e20_every_step_in_every_state() {
    // Rows: the act. Columns: what it leads to in each state of STATES; "-" is the present page.
    let table: [(&str, &str); 12] = [
        ("agree", "- prove - - - - - - - -"),
        ("prove", "- - contacts - - - - - - -"),
        ("confirm", "- - - contacts - - - - - -"),
        ("step-up", "- - - who - - - - - -"),
        ("move", "- - - - contacts - - - - -"),
        ("replace", "- - - - - - - - - -"),
        ("contacts", "- - - - - done - - - -"),
        (
            "retry",
            "provider provider provider provider provider - provider provider - -",
        ),
        ("restore", "- - - - - - - - - -"),
        ("prolong", "- - - - - - - - - -"),
        ("cancel", "done done done done done done done done - -"),
        (
            "other-identity",
            "again again again again again - again again - -",
        ),
    ];
    for (act, row) in table {
        for (state, expected) in STATES.iter().zip(row.split(' ')) {
            let world = World::new().await;
            let mut browser = Browser::new(&world);
            let flow = bring(&world, &mut browser, state).await;
            let before = stands(&mut browser, &flow).await;
            let links = world.links("dmitrieva30").await.len();
            let token = token(&mut browser).await;
            let mut form = FormOf {
                action: format!("{flow}/{act}"),
                fields: vec![("form-token".to_owned(), token)],
            };
            form = match act {
                "agree" | "confirm" => form.with("text-version", "2026-11"),
                "prove" => form
                    .with("organization", &world.school.to_string())
                    .with("login", "dmitrieva30")
                    .with("password", PASSWORD),
                "step-up" | "replace" => form.with("password", PASSWORD),
                "move" => form
                    .with("organization", &world.other_school.to_string())
                    .with("login", "dmitrieva13")
                    .with("password", PASSWORD),
                "contacts" => form.with("email", "keep"),
                _ => form,
            };
            browser.post(&form).await;
            let after = stands(&mut browser, &flow).await;
            let wanted = match expected {
                "-" => before,
                page => format!("{flow}/{page}"),
            };
            assert_eq!(after, wanted, "{act} in {state}");
            let makes_link = matches!(
                (act, *state),
                ("prove", "prove") | ("confirm", "who") | ("move", "taken")
            );
            let now = world.links("dmitrieva30").await.len();
            assert_eq!(now, links + usize::from(makes_link), "{act} in {state}");
        }
    }
}

/// A token of the browser's present session.
async fn token(browser: &mut Browser) -> String {
    let page = browser.get("/settings").await;
    if page.name() == "settings" {
        page.token()
    } else {
        let page = browser.get("/sign-in?region=65").await;
        page.token()
    }
}

#[tokio::test]
async fn e20_every_page_in_every_state_is_the_present_one_or_leads_there() {
    let pages = [
        "",
        "/provider",
        "/checking",
        "/again",
        "/not-linked",
        "/prove",
        "/who",
        "/contacts",
        "/done",
        "/refused",
        "/restore",
        "/step-up",
        "/move",
        "/replace",
    ];
    for state in STATES {
        let world = World::new().await;
        let mut browser = Browser::new(&world);
        let flow = bring(&world, &mut browser, state).await;
        let present = stands(&mut browser, &flow).await;
        for page in pages {
            let path = format!("{flow}{page}");
            let answer = browser.look(&path).await;
            let own = path == present
                || (state == "prove" && page == "/restore")
                || (state == "who" && page == "/step-up")
                || (state == "taken" && matches!(page, "/step-up" | "/move"));
            if own {
                assert!(!answer.status.is_redirection(), "{page} in {state}");
            } else {
                let signed_out = answer.location().starts_with("/sign-in");
                assert!(
                    answer.location() == present
                        || (matches!(page, "/step-up" | "/move") && signed_out),
                    "{page} in {state}: {}",
                    answer.location()
                );
            }
        }
    }
}

#[tokio::test]
async fn e20_an_older_consent_text_is_not_agreed_to() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let flow = bring(&world, &mut browser, "not-linked").await;
    let page = browser.get(&flow).await;
    for version in ["", "2020-01", "<script>"] {
        let form = page.form("/agree").with("text-version", version);
        let answer = browser.submit(form).await;
        assert_eq!(answer.name(), "not-linked", "{version}");
    }
}
