//! The number that a person reads out to the support is the number in the log.

use std::sync::{Arc, Mutex, atomic::Ordering};

use axum::{Router, middleware};
use linking_school::telemetry::observe;
use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt};

use crate::{
    browser::Browser,
    world::{PASSWORD, World},
};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Lines {
    fn written(&self) -> Vec<serde_json::Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// An installation whose requests are logged.
async fn logged() -> (World, Lines, tracing::subscriber::DefaultGuard) {
    let mut world = World::new().await;
    world.app = Router::new()
        .merge(world.app.clone())
        .layer(middleware::from_fn(observe));
    let lines = Lines::default();
    let layer = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_writer(lines.clone());
    let subscriber = tracing_subscriber::registry().with(layer);
    let guard = tracing::subscriber::set_default(subscriber);
    (world, lines, guard)
}

fn number_after(body: &str, words: &str) -> String {
    let rest = body.split(words).nth(1).unwrap();
    rest.chars().take_while(|c| *c != '.').collect()
}

#[tokio::test]
async fn the_number_of_a_broken_page_is_that_of_its_request_in_the_log() {
    let (world, lines, _guard) = logged().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("panic", &state).await;
    assert_eq!(page.name(), "broken");
    let number = number_after(&page.body, "Номер для поддержки: ");
    let written = lines.written();
    let requests: Vec<_> = written
        .iter()
        .filter(|line| line["message"] == "request" && line["request"] == number)
        .collect();
    assert_eq!(requests.len(), 1, "{written:#?}");
    assert_eq!(requests[0]["status"], 500);
    let cause = |line: &&serde_json::Value| line["message"] == "a request stopped in the middle";
    assert_eq!(written.iter().find(cause).unwrap()["request"], number);
}

#[tokio::test]
async fn the_number_of_a_refused_answer_stays_that_of_the_request_that_brought_it() {
    let (world, lines, _guard) = logged().await;
    let mut browser = Browser::new(&world);
    let state = browser.start(&world).await;
    let page = browser.come_back("forged", &state).await;
    let words = "назовите поддержке номер ";
    let number = number_after(&page.body, words);
    assert!(page.says("Как связаться с поддержкой"));
    let again = browser.get(&page.address).await;
    assert_eq!(number_after(&again.body, words), number);
    let written = lines.written();
    let of_number = |line: &&serde_json::Value| line["request"] == number;
    let found: Vec<_> = written.iter().filter(of_number).collect();
    let says = |text: &str| found.iter().any(|line| line["message"] == text);
    assert!(says("a provider's answer was not taken"), "{written:#?}");
    assert!(
        found
            .iter()
            .any(|line| line["route"] == "/auth/{provider}/callback"),
        "{written:#?}"
    );
}

#[tokio::test]
async fn the_log_names_the_refusal_of_a_page_and_of_a_form() {
    let (world, lines, _guard) = logged().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", "не тот").await;
    world.provider.down.store(true, Ordering::SeqCst);
    let page = browser.get("/sign-in").await;
    browser.submit(page.form("/sign-in/gosuslugi")).await;
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    world.pass(chrono::TimeDelta::minutes(6));
    let page = browser.get("/settings/step-up").await;
    let form = page.form("/settings/step-up").with("password", "не тот");
    browser.submit(form).await;
    let refusals: Vec<String> = lines
        .written()
        .iter()
        .filter_map(|line| line["refusal"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(
        refusals,
        [
            "wrong-credentials",
            "provider-unavailable",
            "wrong-credentials"
        ]
    );
}
