//! The stand, a browser and an information system: a client written from `esia.md` alone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use axum::Router;
use axum::body::Body;
use axum::http::header::{
    AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE, USER_AGENT,
};
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, FixedOffset};
use der::DecodePem as _;
use gost_signature::cms::{SignedAttributes, sign_detached};
use gost_signature::{Certificate, SigningKey, jws};
use linking_simulator::{
    Client, Clock, Control, EsiaCode, KeyMaterial, Settings, Simulator, TokenAlgorithm, personas,
};
use serde_json::Value;
use tower::ServiceExt as _;
use url::Url;

pub(crate) const START: i64 = 1_800_000_000;
pub(crate) const CALLBACK: &str = "https://diary.test/esia/callback";
pub(crate) const SCOPE: &str = "openid fullname snils birthdate gender email mobile contacts";
pub(crate) const CLIENT_KEY: &str = include_str!("../data/client.key.pem");
pub(crate) const CLIENT_CERTIFICATE: &str = include_str!("../data/client.crt.pem");
pub(crate) const OTHER_KEY: &str = include_str!("../data/cp-a.key.pem");
pub(crate) const OTHER_CERTIFICATE: &str = include_str!("../data/cp-a.crt.pem");

/// A running stand with two clients: `DIARY01` and `OTHER01`.
#[derive(Clone)]
pub(crate) struct Stand {
    pub(crate) control: Control,
    pub(crate) simulator: Simulator,
    router: Router,
    now: Arc<AtomicI64>,
}

pub(crate) fn settings() -> (Settings, Arc<AtomicI64>) {
    let now = Arc::new(AtomicI64::new(START));
    let mut settings = Settings::new(vec![
        Client::new("DIARY01", "Дневник школы", CALLBACK, CLIENT_CERTIFICATE),
        Client::new(
            "OTHER01",
            "Другая система",
            "https://other.test/cb",
            OTHER_CERTIFICATE,
        ),
    ]);
    let clock = Arc::clone(&now);
    settings.clock =
        Clock::new(move || DateTime::from_timestamp(clock.load(Ordering::SeqCst), 0).unwrap());
    settings.keys = Some(KeyMaterial {
        rsa_key: include_str!("../data/rsa.key.pem").to_owned(),
        rsa_certificate: include_str!("../data/rsa.crt.pem").to_owned(),
        gost_key: include_str!("../data/idp.key.pem").to_owned(),
        gost_certificate: include_str!("../data/idp.crt.pem").to_owned(),
    });
    (settings, now)
}

impl Stand {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// Tokens for `DIARY01` by GOST.
    pub(crate) fn gost() -> Self {
        Self::with(|settings| settings.clients[0].algorithm = TokenAlgorithm::Gost)
    }

    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let (mut settings, now) = settings();
        change(&mut settings);
        let simulator = Simulator::new(settings).unwrap();
        Self {
            control: simulator.control(),
            router: simulator.router(),
            simulator,
            now,
        }
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookies: BTreeMap::new(),
            stand: self.clone(),
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        answer(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        let request = Request::get(path)
            .header(HOST, "esia.stand.test")
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        self.send(request).await
    }

    /// Sends a token request as a form.
    pub(crate) async fn exchange(&self, form: &Form) -> Answer {
        self.post("/aas/oauth2/v3/te", form).await
    }

    pub(crate) async fn post(&self, path: &str, form: &Form) -> Answer {
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.encoded()))
            .unwrap();
        self.send(request).await
    }

    /// The cause of the last refusal.
    pub(crate) fn last_cause(&self) -> String {
        let refused = self
            .control
            .requests()
            .into_iter()
            .rev()
            .find_map(|request| request.cause);
        refused.unwrap_or_default()
    }

    /// Checks a token as a client must, and gives header and claims.
    pub(crate) fn verified(&self, token: &str, algorithm: TokenAlgorithm) -> (Value, Value) {
        let keys = self.control.certificates_pem(algorithm);
        assert!(
            self.verifies(token, algorithm, &keys),
            "no published key verifies the token"
        );
        decoded(token)
    }

    pub(crate) fn verifies(&self, token: &str, algorithm: TokenAlgorithm, keys: &[String]) -> bool {
        match algorithm {
            TokenAlgorithm::Gost => {
                let keys: Vec<_> = keys
                    .iter()
                    .map(|pem| Certificate::from_pem(pem).unwrap())
                    .collect();
                jws::UnverifiedJws::parse(token)
                    .and_then(|jws| jws::verify_gost(jws, &keys, self.now()))
                    .is_ok()
            }
            TokenAlgorithm::Rs256 => {
                let (input, signature) = token.rsplit_once('.').unwrap();
                let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
                keys.iter().any(|pem| {
                    let certificate = x509_cert::Certificate::from_pem(pem).unwrap();
                    let spki = certificate.tbs_certificate().subject_public_key_info();
                    let key = spki.subject_public_key.as_bytes().unwrap();
                    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
                        .verify(input.as_bytes(), &signature)
                        .is_ok()
                })
            }
        }
    }
}

/// Header and claims, unchecked.
pub(crate) fn decoded(token: &str) -> (Value, Value) {
    let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    let mut parts = token.split('.');
    (part(parts.next().unwrap()), part(parts.next().unwrap()))
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

async fn answer(response: axum::http::Response<Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 8 * 1024 * 1024).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn location(&self) -> String {
        assert_eq!(self.status, StatusCode::FOUND, "{}", self.body);
        self.headers
            .get(LOCATION)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    }

    /// The callback's parameters; the address must be the client's.
    pub(crate) fn callback(&self) -> BTreeMap<String, String> {
        let location = self.location();
        assert!(location.starts_with(CALLBACK), "{location}");
        Url::parse(&location)
            .unwrap()
            .query_pairs()
            .into_owned()
            .collect()
    }

    /// ESIA's code in a callback, a JSON answer or a page.
    pub(crate) fn esia_code(&self) -> Option<EsiaCode> {
        let text = match self.headers.get(LOCATION) {
            Some(location) => Url::parse(location.to_str().unwrap())
                .ok()?
                .query_pairs()
                .find(|(name, _)| name == "error_description")?
                .1
                .into_owned(),
            None => self.body.clone(),
        };
        let at = text.find("ESIA-")?;
        text[at..at + 11].parse().ok()
    }
}

/// A form or query, in order, with names that may repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Form(pub(crate) Vec<(String, String)>);

impl Form {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    pub(crate) fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish()
    }
}

/// The information system.
#[derive(Clone)]
pub(crate) struct System {
    pub(crate) client_id: &'static str,
    pub(crate) redirect_uri: &'static str,
    pub(crate) scope: String,
    pub(crate) key: Arc<SigningKey>,
    pub(crate) certificate: Certificate,
    pub(crate) stand: Stand,
}

impl System {
    pub(crate) fn new(stand: &Stand) -> Self {
        Self::registered(stand, "DIARY01", CALLBACK, CLIENT_KEY, CLIENT_CERTIFICATE)
    }

    pub(crate) fn other(stand: &Stand) -> Self {
        let address = "https://other.test/cb";
        Self::registered(stand, "OTHER01", address, OTHER_KEY, OTHER_CERTIFICATE)
    }

    pub(crate) fn registered(
        stand: &Stand,
        client_id: &'static str,
        redirect_uri: &'static str,
        key: &str,
        certificate: &str,
    ) -> Self {
        Self {
            client_id,
            redirect_uri,
            scope: SCOPE.to_owned(),
            key: Arc::new(SigningKey::from_pkcs8_pem(key).unwrap()),
            certificate: Certificate::from_pem(certificate).unwrap(),
            stand: stand.clone(),
        }
    }

    pub(crate) fn asking(mut self, scope: &str) -> Self {
        scope.clone_into(&mut self.scope);
        self
    }

    pub(crate) fn timestamp(&self) -> String {
        timestamp(self.stand.now())
    }

    fn common(&self, state: &str) -> Form {
        let mut form = Form(Vec::new());
        form.set("client_id", self.client_id);
        form.set("client_certificate_hash", self.certificate.hash_hex());
        form.set("redirect_uri", self.redirect_uri);
        form.set("scope", self.scope.clone());
        form.set("state", state);
        form.set("timestamp", self.timestamp());
        form
    }

    pub(crate) fn raw(&self, text: &str) -> Vec<u8> {
        self.key.sign(text.as_bytes(), &[7; 32]).as_bytes().to_vec()
    }

    /// Signs whatever the form now says, the way v2 and v3 ask for.
    pub(crate) fn sign(&self, form: &mut Form) {
        let parts = [
            "client_id",
            "scope",
            "scope_org",
            "timestamp",
            "state",
            "redirect_uri",
        ];
        let text: String = parts.iter().map(|name| form.get(name)).collect();
        let code = form.get("code").to_owned();
        form.set(
            "client_secret",
            URL_SAFE_NO_PAD.encode(self.raw(&(text + &code))),
        );
    }

    /// Signs the way v1 asks for.
    pub(crate) fn sign_retired(&self, form: &mut Form, attributes: SignedAttributes) {
        let parts = ["scope", "timestamp", "client_id", "state"];
        let text: String = parts.iter().map(|name| form.get(name)).collect();
        let cms = sign_detached(
            text.as_bytes(),
            &self.key,
            &self.certificate,
            attributes,
            &[7; 32],
        )
        .unwrap();
        form.set("client_secret", STANDARD.encode(cms));
    }

    /// An authorisation request, unsigned.
    pub(crate) fn request(&self, state: &str) -> Form {
        let mut form = self.common(state);
        form.set("response_type", "code");
        form.set("access_type", "offline");
        form
    }

    pub(crate) fn signed_request(&self, state: &str) -> Form {
        let mut form = self.request(state);
        self.sign(&mut form);
        form
    }

    /// A token request for a code, unsigned.
    pub(crate) fn code_request(&self, code: &str) -> Form {
        let mut form = self.common(&uuid());
        form.set("grant_type", "authorization_code");
        form.set("token_type", "Bearer");
        form.set("code", code);
        form
    }

    pub(crate) fn signed_code_request(&self, code: &str) -> Form {
        let mut form = self.code_request(code);
        self.sign(&mut form);
        form
    }

    pub(crate) fn refresh_request(&self, token: &str) -> Form {
        let mut form = self.common(&uuid());
        form.set("grant_type", "refresh_token");
        form.set("token_type", "Bearer");
        form.set("refresh_token", token);
        self.sign(&mut form);
        form
    }

    pub(crate) fn address(form: &Form) -> String {
        format!("/aas/oauth2/v2/ac?{}", form.encoded())
    }

    /// Authorisation address with a right signature and a new state.
    pub(crate) fn start(&self) -> String {
        Self::address(&self.signed_request(&uuid()))
    }

    /// Signs the person in by every screen, exchanges the code, and gives the answer.
    pub(crate) async fn sign_in(&self, browser: &mut Browser, persona: &str) -> Value {
        let end = browser.walk(&self.start(), persona).await;
        let code = end.callback().remove("code").expect("a code");
        let answer = self.stand.exchange(&self.signed_code_request(&code)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()
    }
}

pub(crate) fn timestamp(now: i64) -> String {
    let zone = FixedOffset::east_opt(3 * 3600).unwrap();
    let time = DateTime::from_timestamp(now, 0)
        .unwrap()
        .with_timezone(&zone);
    time.format("%Y.%m.%d %H:%M:%S %z").to_string()
}

pub(crate) fn uuid() -> String {
    let mut octets = [0; 16];
    aws_lc_rs::rand::fill(&mut octets).unwrap();
    uuid::Builder::from_random_bytes(octets)
        .into_uuid()
        .to_string()
}

/// A browser with its own cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    stand: Stand,
}

impl Browser {
    async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Answer {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(HOST, "esia.stand.test")
            .header(USER_AGENT, "a browser")
            .header(COOKIE, cookies.join("; "));
        let response = self
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
        let answer = answer(response).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(body)).await
    }

    /// Follows redirects within the stand.
    pub(crate) async fn follow(&mut self, mut answer: Answer) -> (String, Answer) {
        let mut path = String::new();
        while let Some(location) = answer.headers.get(LOCATION) {
            let location = location.to_str().unwrap().to_owned();
            if !location.starts_with('/') {
                break;
            }
            answer = self.get(&location).await;
            path = location;
        }
        (path, answer)
    }

    /// Types login and password of the person, and the code from the SMS if one was sent.
    pub(crate) async fn log_in(&mut self, page: &str, persona: &str) -> (String, Answer) {
        let person = personas::find(persona).unwrap();
        let request = request_of(page);
        let form = [
            ("request", request.as_str()),
            ("login", person.login()),
            ("password", person.password.as_str()),
        ];
        let answer = self.post("/login", &form).await;
        let (path, answer) = self.follow(answer).await;
        if !path.starts_with("/login/code") {
            return (path, answer);
        }
        let code = self.stand.control.last_sms_code(persona).unwrap();
        let answer = self
            .post("/login/code", &[("request", &request), ("code", &code)])
            .await;
        self.follow(answer).await
    }

    /// Presses a button of the consent screen.
    pub(crate) async fn decide(&mut self, page: &str, decision: &str) -> Answer {
        let request = request_of(page);
        self.post(
            "/login/consent",
            &[("request", &request), ("decision", decision)],
        )
        .await
    }

    /// From the authorisation address through every screen that shows, saying yes.
    pub(crate) async fn walk(&mut self, address: &str, persona: &str) -> Answer {
        let answer = self.get(address).await;
        let (mut path, mut answer) = self.follow(answer).await;
        if path.starts_with("/login?") {
            (path, answer) = self.log_in(&path.clone(), persona).await;
        }
        if path.starts_with("/login/consent") && answer.status == StatusCode::OK {
            answer = self.decide(&path, "grant").await;
        }
        answer
    }
}

/// `request` of a screen's address.
pub(crate) fn request_of(page: &str) -> String {
    page.split_once("request=")
        .expect("a screen's address")
        .1
        .to_owned()
}
