//! The screens themselves: what they say, and what they refuse.

use axum::http::StatusCode;
use linking_simulator::personas;

use crate::stand::{Browser, Stand, System, request_of};

async fn begun(stand: &Stand) -> (Browser, String) {
    let mut browser = stand.browser();
    let page = browser.get(&System::new(stand).start()).await.location();
    (browser, request_of(&page))
}

#[tokio::test]
async fn the_sign_in_page_shows_who_there_is_and_where_the_codes_are() {
    let stand = Stand::new();
    let (mut browser, request) = begun(&stand).await;
    let page = browser.get(&format!("/login?request={request}")).await.body;
    for person in personas::all() {
        assert!(
            page.contains(&person.full_name()) && page.contains(&person.note),
            "{}",
            person.id
        );
        assert!(page.contains(person.login()), "{}", person.id);
    }
    for text in [
        "Учебный стенд",
        "Не настоящие Госуслуги",
        "href=\"/sms\"",
        "lang=\"ru\"",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("<script") && !page.contains("style=") && !page.contains("<style"));
}

#[tokio::test]
async fn a_wrong_password_keeps_the_login_that_was_typed() {
    let stand = Stand::new();
    let (mut browser, request) = begun(&stand).await;
    for (login, password) in [
        ("+79000000001", "wrong"),
        ("nobody@stend.example", "stend"),
        ("<b>", ""),
        ("", "stend"),
    ] {
        let form = [
            ("request", request.as_str()),
            ("login", login),
            ("password", password),
        ];
        let answer = browser.post("/login", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("Неверный логин или пароль"));
        assert!(answer.body.contains("role=\"alert\""));
        assert!(!answer.body.contains("<b>"));
        assert!(browser.cookies.is_empty());
    }
    let form = [
        ("request", request.as_str()),
        ("login", "+79000000001"),
        ("password", "x"),
    ];
    assert!(
        browser
            .post("/login", &form)
            .await
            .body
            .contains("value=\"+79000000001\"")
    );
}

#[tokio::test]
async fn a_deleted_account_can_t_sign_in() {
    let stand = Stand::new();
    let (mut browser, request) = begun(&stand).await;
    let (_, answer) = browser
        .log_in(&format!("/login?request={request}"), "deleted")
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("удалена"));
}

#[tokio::test]
async fn an_account_deleted_later_loses_its_session() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let mut browser = stand.browser();
    system.sign_in(&mut browser, "sokolova").await;
    stand.control.edit_person("sokolova", |person| {
        person.kind = personas::AccountKind::Deleted;
    });
    assert!(
        browser
            .get(&system.start())
            .await
            .location()
            .starts_with("/login?")
    );
}

#[tokio::test]
async fn a_wrong_code_is_refused_and_the_third_ends_the_attempt() {
    let stand = Stand::new();
    let (mut browser, request) = begun(&stand).await;
    let login = [
        ("request", request.as_str()),
        ("login", "+79000000001"),
        ("password", "stend"),
    ];
    browser.post("/login", &login).await.location();
    for left in [2, 1] {
        let answer = browser
            .post("/login/code", &[("request", &request), ("code", "999999")])
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(&format!("Осталось попыток: {left}")));
    }
    let answer = browser
        .post("/login/code", &[("request", &request), ("code", "999999")])
        .await;
    assert!(answer.body.contains("слишком много раз"));
    // Even the right code is of no use now.
    let code = stand.control.last_sms_code("sokolova").unwrap();
    let answer = browser
        .post("/login/code", &[("request", &request), ("code", &code)])
        .await;
    assert!(answer.location().starts_with("/login?"));
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn a_code_expires_and_a_new_one_replaces_it() {
    let stand = Stand::new();
    let (mut browser, request) = begun(&stand).await;
    let login = [
        ("request", request.as_str()),
        ("login", "+79000000001"),
        ("password", "stend"),
    ];
    browser.post("/login", &login).await.location();
    let page = browser
        .get(&format!("/login/code?request={request}"))
        .await
        .body;
    assert!(page.contains("+7(900) ***-**-01") && page.contains("href=\"/sms\""));
    let old = stand.control.last_sms_code("sokolova").unwrap();
    stand.advance(300);
    let answer = browser
        .post("/login/code", &[("request", &request), ("code", &old)])
        .await;
    assert!(answer.body.contains("Код устарел"));
    browser
        .post("/login/code/again", &[("request", &request)])
        .await
        .location();
    let new = stand.control.last_sms_code("sokolova").unwrap();
    assert_ne!(old, new);
    let answer = browser
        .post("/login/code", &[("request", &request), ("code", &old)])
        .await;
    assert!(answer.body.contains("Неверный код"));
    let log = browser.get("/sms").await.body;
    assert!(log.contains(&new) && log.contains("Соколова Марина Игоревна"));
    let spaced = format!("{} {}", &new[..3], &new[3..]);
    let answer = browser
        .post("/login/code", &[("request", &request), ("code", &spaced)])
        .await;
    assert!(answer.location().starts_with("/login/consent"));
}

#[tokio::test]
async fn a_walk_that_is_unknown_or_an_hour_old_is_over() {
    let stand = Stand::new();
    let (mut browser, request) = begun(&stand).await;
    stand.advance(3600);
    for path in [
        "/login",
        "/login/code",
        "/login/signature",
        "/login/consent",
    ] {
        for query in [
            format!("?request={request}"),
            "?request=x".to_owned(),
            "?x=1".to_owned(),
        ] {
            let answer = browser.get(&format!("{path}{query}")).await;
            assert_eq!(answer.status, StatusCode::GONE, "{path}{query}");
            assert!(answer.body.contains("начните вход заново"));
        }
    }
}

#[tokio::test]
async fn the_stand_can_be_entered_without_a_client() {
    let stand = Stand::new();
    let mut browser = stand.browser();
    let page = browser.get("/login").await;
    let at = page.body.find("request=").unwrap();
    let path = format!("/login?{}", &page.body[at..at + 44]);
    let (path, answer) = browser.log_in(&path, "sokolova").await;
    assert_eq!(path, "/settings/third-party/agreements/acting");
    assert!(answer.body.contains("Соколова Марина Игоревна"));
}

#[tokio::test]
async fn pages_bring_their_headers() {
    let stand = Stand::new();
    for path in ["/", "/sms", "/public/keys/", "/login", "/nothing"] {
        let answer = stand.browser().get(path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{path}"
        );
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert!(answer.body.contains("<title>") && answer.body.contains("lang=\"ru\""));
    }
    let style = stand.browser().get("/style.css").await;
    assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
}

#[tokio::test]
async fn the_session_cookie_is_for_http_alone() {
    let stand = Stand::with(|settings| settings.base_url = Some("https://esia.test".to_owned()));
    let (mut browser, request) = begun(&stand).await;
    let person = personas::find("orlov").unwrap();
    let form = [
        ("request", request.as_str()),
        ("login", person.login()),
        ("password", "stend"),
    ];
    let answer = browser.post("/login", &form).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    for part in [
        "ESIA_SESSION=",
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
}
