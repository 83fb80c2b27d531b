//! G: what every page and every form holds to.

use std::collections::{BTreeSet, VecDeque};

use anyhow::{Context, Result, ensure};
use http::{Method, StatusCode};
use linking_school::router::{ROUTES, Verb};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{
    attacks::Ground,
    browser::{Browser, JavaScript},
    client::{Attempt, Client, Page},
};

/// A path of the route list with something in place of each name.
fn example(path: &str) -> String {
    path.replace("{provider}", "gosuslugi")
        .replace("{id}", "flw_00000000000000000000000000")
        .replace("{topic}", "child")
        .replace("{version}", "2026-11")
        .replace("{file}", "nothing.css")
}

fn is_dressed(page: &Page) -> Result<()> {
    let at = format!("{} {}", page.status, page.url.path());
    ensure!(page.header("x-frame-options") == "DENY", "{at}");
    ensure!(page.header("x-content-type-options") == "nosniff", "{at}");
    let referrer = page.header("referrer-policy");
    ensure!(
        ["no-referrer", "same-origin"].contains(&referrer),
        "{at}: {referrer}"
    );
    ensure!(
        page.header("cross-origin-opener-policy") == "same-origin",
        "{at}"
    );
    let policy = page.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        ensure!(policy.contains(part), "{at}: {policy}");
    }
    ensure!(!policy.contains("unsafe"), "{at}: {policy}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn g1_no_answer_can_be_framed() -> Result<()> {
    let ground = Ground::new("g1").await?;
    let signed_in = ground.stand.client();
    ground.stand.sign_in(&signed_in, "sokolov").await?;
    let stranger = ground.stand.client();
    for client in [&signed_in, &stranger] {
        for route in ROUTES {
            let url = ground.stand.at(&example(route.path));
            for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT] {
                let attempt = Attempt::bare(method, &url)?;
                is_dressed(&client.send(attempt).await?)?;
            }
            // Refused, and dressed all the same.
            is_dressed(&client.send(Attempt::bare(Method::POST, &url)?).await?)?;
        }
        for path in [
            "/nowhere",
            "/static/nothing",
            "/healthz",
            "/readyz",
            "/auth/gosuslugi/callback?code=1",
        ] {
            let page = client.get(&ground.stand.at(path)).await?;
            if path.ends_with('z') {
                continue;
            }
            is_dressed(&page)?;
        }
    }
    // A broken request, before any route.
    let attempt =
        Attempt::bare(Method::GET, &ground.stand.at("/"))?.with("host", "evil.example")?;
    is_dressed(&stranger.send(attempt).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn g1_a_real_browser_shows_nothing_in_a_frame() -> Result<()> {
    let ground = Ground::new("g1-frame").await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let framed = ground.stand.at("/sign-in");
    let page = format!(
        "<!DOCTYPE html><title>Game</title><h1>Game</h1><iframe id=victim src=\"{framed}\"></iframe>"
    );
    let evil = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
                page.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    let browser = Browser::start("attack-frame", JavaScript::On).await?;
    browser.open(&format!("http://127.0.0.1:{port}/")).await?;
    browser.expect_heading("Game").await?;
    let shown = browser.text_in_frame("victim").await?;
    ensure!(!shown.contains("Вход в дневник"), "{shown}");
    evil.abort();
    browser.close().await
}

/// Texts that run, break out, or hide, where they are not escaped.
const HOSTILE: [&str; 14] = [
    "<img src=x onerror=document.title='pwned'>",
    "<script>document.title='pwned'</script>",
    "\"><script>document.title='pwned'</script>",
    "' onmouseover='document.title=1",
    "\" autofocus onfocus=\"document.title='pwned'",
    "javascript:document.title='pwned'",
    "</title><svg onload=document.title='pwned'>",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "</script><script>document.title='pwned'</script>",
    "\u{202e}txt.exe",
    "\u{0}null",
    "%3Cscript%3E",
    "&lt;script&gt;",
];

fn runs_nothing(page: &Page, text: &str) -> Result<()> {
    let markup = text.contains(['<', '"', '\'']);
    ensure!(
        !markup || !page.body.contains(text),
        "{} holds {text} as it came",
        page.url.path()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_no_name_runs_in_a_page() -> Result<()> {
    let ground = Ground::new("g2").await?;
    // As the provider's names.
    for text in HOSTILE {
        ground.stand.control().edit_person("sokolov", |person| {
            text.clone_into(&mut person.first_name);
            text.clone_into(&mut person.last_name);
            person.middle_name = Some(text.to_owned());
        });
        let client = ground.stand.client();
        let page = ground.stand.come_from_provider(&client, "sokolov").await?;
        runs_nothing(&page, text)?;
        if page.name() == "not-linked" {
            let page = ground.stand.agree(&client, &page).await?;
            runs_nothing(&page, text)?;
        }
        // As logins, passwords, searched words and parts of addresses.
        let page = ground.stand.sign_in_by_form(&client, text, text).await?;
        runs_nothing(&page, text)?;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("words", text)
            .append_pair("region", "sakhalin")
            .append_pair("locality", text)
            .append_pair("kind", "school")
            .append_pair("to", text)
            .append_pair("through", text)
            .append_pair("next", text)
            .finish();
        for path in [
            "/sign-in",
            "/sign-in/authority",
            "/places/organizations",
            "/places/regions",
            "/signed-out",
            "/help/x",
            "/flow/x",
        ] {
            let page = client
                .open(&ground.stand.at(&format!("{path}?{query}")))
                .await?;
            runs_nothing(&page, text)?;
            ensure!(
                page.header("content-type").starts_with("text/html")
                    || page.header("content-type").starts_with("application/json"),
                "{}",
                page.header("content-type")
            );
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_a_real_browser_runs_no_organisations_name() -> Result<()> {
    let ground = Ground::new("g2-browser").await?;
    let rows = std::iter::once("region;region_name;utc_offset;id;locality;name;kind".to_owned())
        .chain(HOSTILE.iter().take(10).enumerate().map(|(at, text)| {
            let quoted = text.replace('"', "\"\"");
            format!("sakhalin;Сахалинская обл.;+11:00;evil-{at};Злое;\"{quoted}\";school")
        }))
        .collect::<Vec<_>>()
        .join("\n");
    ground.stand.import("organizations", &rows)?;
    let mut browser = Browser::start("attack-names", JavaScript::On).await?;
    let address = "/sign-in?region=sakhalin&locality=%D0%97%D0%BB%D0%BE%D0%B5";
    browser.open(&ground.stand.at(address)).await?;
    browser.expect_heading("Вход в дневник").await?;
    browser.expect_text("<script>").await?;
    ensure!(!browser.title().await?.contains("pwned"));
    // And through the live search.
    browser
        .open(&ground.stand.at("/sign-in/authority?region=sakhalin"))
        .await?;
    browser
        .open(&ground.stand.at("/sign-in?region=sakhalin"))
        .await?;
    browser.fill("Город или село", "Зл").await?;
    browser.pick("Злое").await?;
    browser.expect_text("<img src=x").await?;
    ensure!(!browser.title().await?.contains("pwned"));
    browser.look("hostile-names").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_a_form_from_elsewhere_changes_nothing() -> Result<()> {
    let ground = Ground::new("g4").await?;
    let victim = ground.stand.client();
    // A token of this very browser, from before its sign-in.
    let early = ground
        .stand
        .sign_in_page(&victim)
        .await?
        .hidden("form-token")
        .context("none")?;
    let page = ground
        .stand
        .link_by_provider(&victim, "sokolova", "sokolova")
        .await?;
    victim.press(&page, "Ничего не сохранять", &[]).await?;
    let settings = victim
        .open(&ground.stand.at("/settings"))
        .await?
        .expect("settings")?;
    let token = settings.hidden("form-token").context("no token")?;
    let attacker = ground.stand.client();
    let foreign = ground
        .stand
        .sign_in_page(&attacker)
        .await?
        .hidden("form-token")
        .context("no token")?;
    let before = ground.dump().await?;
    let posts: Vec<_> = ROUTES
        .iter()
        .filter(|route| route.verb == Verb::Post)
        .collect();
    ensure!(posts.len() > 15);
    for route in posts {
        ensure!(route.verb.needs_form_token());
        let url = ground.stand.at(&example(route.path));
        let good = || Attempt::form(&url, &[("form-token", token.as_str())]);
        let attempts = [
            ("no token", Attempt::form(&url, &[])?),
            (
                "another browser's token",
                Attempt::form(&url, &[("form-token", &foreign)])?,
            ),
            (
                "a token of before",
                Attempt::form(&url, &[("form-token", &early)])?,
            ),
            (
                "two tokens",
                good()?.body(&format!("form-token={token}&form-token={token}")),
            ),
            (
                "foreign origin",
                good()?.with("origin", "https://evil.example")?,
            ),
            ("origin null", good()?.with("origin", "null")?),
            ("cross-site", good()?.with("sec-fetch-site", "cross-site")?),
            ("same-site", good()?.with("sec-fetch-site", "same-site")?),
            (
                "no origin at all",
                good()?.without("origin").without("sec-fetch-site"),
            ),
            ("text/plain", good()?.with("content-type", "text/plain")?),
            ("no type", good()?.without("content-type")),
            (
                "JSON",
                good()?
                    .with("content-type", "application/json")?
                    .body(&format!("{{\"form-token\":\"{token}\"}}")),
            ),
            (
                "multipart",
                good()?.with("content-type", "multipart/form-data; boundary=x")?,
            ),
        ];
        for (name, attempt) in attempts {
            let answer = victim.send(attempt).await?;
            ensure!(
                answer.status.is_client_error() && answer.status != StatusCode::NOT_FOUND,
                "{name} at {}: {}",
                route.path,
                answer.status
            );
        }
        // A method in disguise.
        let disguised = Attempt::bare(
            Method::GET,
            &format!("{url}?form-token={token}&_method=POST"),
        )?
        .with("x-http-method-override", "POST")?
        .with("x-method-override", "POST")?;
        victim.send(disguised).await?;
    }
    ground.holds(&before).await?;
    // Nothing was loosened: with everything right it works.
    victim
        .press(&settings, "Выход", &[])
        .await?
        .expect("signed-out")
        .map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_no_get_changes_anything() -> Result<()> {
    let ground = Ground::new("g5").await?;
    let client = ground.stand.linked("sokolova", "sokolova").await?;
    let before = ground.dump().await?;
    let mut open: VecDeque<String> = [
        "/",
        "/settings",
        "/settings/step-up",
        "/settings/ways/gosuslugi/unlink",
    ]
    .map(str::to_owned)
    .into();
    let mut seen: BTreeSet<String> = open.iter().cloned().collect();
    while let Some(path) = open.pop_front() {
        let url = ground.stand.at(&path);
        for method in [Method::HEAD, Method::OPTIONS, Method::GET] {
            let page = client.send(Attempt::bare(method, &url)?).await?;
            ensure!(!page.status.is_server_error(), "{path}: {}", page.status);
            for (_, to) in page.links() {
                let to = page.url.join(&to)?;
                let ours = to.as_str().starts_with(&ground.stand.school());
                let mut next = to.path().to_owned();
                if let Some(query) = to.query() {
                    next = format!("{next}?{query}");
                }
                if ours && seen.len() < 200 && seen.insert(next.clone()) {
                    open.push_back(next);
                }
            }
        }
    }
    ensure!(seen.len() > 15, "{seen:?}");
    // Every route that takes a form, by GET.
    for route in ROUTES.iter().filter(|route| route.verb == Verb::Post) {
        let answer = client.get(&ground.stand.at(&example(route.path))).await?;
        let also_get = ROUTES
            .iter()
            .any(|other| other.path == route.path && other.verb == Verb::Get);
        ensure!(
            also_get || answer.status.is_client_error(),
            "{}: {}",
            route.path,
            answer.status
        );
    }
    let after = ground.dump().await?;
    ensure!(
        before == after,
        "{:?}",
        crate::stand::changed_tables(&before, &after)
    );
    // A look ahead at the callback does not use the answer up.
    let visitor = ground.stand.client();
    let page = ground.stand.begin_at_provider(&visitor).await?;
    let callback = ground
        .stand
        .callback_of(&visitor, page, "kuznetsova")
        .await?;
    let ahead = visitor
        .send(Attempt::bare(Method::HEAD, callback.as_str())?)
        .await?;
    ensure!(ahead.status == StatusCode::METHOD_NOT_ALLOWED);
    visitor
        .open(callback.as_str())
        .await?
        .expect("not-linked")
        .map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_a_browser_without_cookies_is_told_so() -> Result<()> {
    let ground = Ground::new("g4-cookies").await?;
    let client = ground.stand.client();
    let page = ground.stand.sign_in_page(&client).await?;
    let attempt = Client::filled(&page, "Войти", &[("login", "sokolov"), ("password", "x")])?;
    client.forget("localhost");
    let answer = client.send(attempt).await?;
    ensure!(answer.status == StatusCode::FORBIDDEN);
    ensure!(
        answer.heading() == "Браузер не сохраняет данные входа",
        "{}",
        answer.heading()
    );
    Ok(())
}
