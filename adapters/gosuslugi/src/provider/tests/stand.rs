//! A canned ESIA: each test says what is odd about its answers. Every step runs on an adapter of
//! its own, so that nothing can be kept in memory between two steps.

use std::sync::{Arc, Mutex};

use aws_lc_rs::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::TimeDelta;
use gost_signature::{Certificate, SigningKey};
use linking_core::{
    ids::FlowId,
    ports::{IdentityProvider, Randomness},
    provider::{
        Answer, Begin, CallbackParams, ProviderError, ProviderId, ProviderState, Resume, Step,
        Switch, Ticket, Wanted,
    },
    secret::Secret256,
    time::Timestamp,
};
use linking_http::{CannedTransport, TransportError};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Gosuslugi, Material, Settings, SignerSettings, Stand, settings::TokenAlgorithm};

/// Stands in texts that must never be repeated.
pub(super) const MARK: &str = "MARKED";

/// The UUID form of [`ticket`].
pub(super) const STATE_TEXT: &str = "abababab-abab-4bab-abab-abababababab";

pub(super) fn now() -> Timestamp {
    "2027-01-15T09:30:45Z".parse().unwrap()
}

pub(super) fn data(name: &str) -> String {
    format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn text(name: &str) -> String {
    std::fs::read_to_string(data(name)).unwrap()
}

pub(super) fn certificate() -> Certificate {
    Certificate::from_pem(&text("client.crt.pem")).unwrap()
}

#[derive(Debug, Default)]
pub(super) struct Counting(Mutex<u64>);

impl Randomness for Counting {
    fn fill(&self, out: &mut [u8]) {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        for (to, from) in out.iter_mut().zip(count.to_be_bytes().iter().cycle()) {
            *to = *from;
        }
    }
}

pub(super) fn settings(algorithm: TokenAlgorithm) -> Settings {
    let keys = match algorithm {
        TokenAlgorithm::Gost => "idp.crt.pem",
        TokenAlgorithm::Rs256 => "rsa.crt.pem",
    };
    let mut settings = Settings::new(
        Stand::Test,
        "TESTSYS",
        "https://school.example/callback/gosuslugi",
        Material::pem(text("client.crt.pem")),
        SignerSettings::SoftKey {
            key: Material::pem(text("client.key.pem")),
        },
        vec![Material::pem(text(keys))],
    );
    settings.token_algorithm = algorithm;
    settings.front_base = Some("https://esia.example".to_owned());
    settings.issuers = Some(vec!["http://esia.example/".to_owned()]);
    settings
}

pub(super) fn provider() -> ProviderId {
    "gosuslugi".parse().unwrap()
}

fn ticket() -> Ticket {
    Ticket::new(Secret256::from_hex(&"ab".repeat(32)).unwrap())
}

fn flow() -> FlowId {
    FlowId::from_uuid(Uuid::from_u128(1))
}

pub(super) fn begin(contacts: Switch) -> Begin {
    Begin {
        flow: flow(),
        ticket: ticket(),
        wanted: Wanted { contacts },
        now: now(),
    }
}

pub(super) fn resume(state: ProviderState, answer: Answer) -> Resume {
    Resume {
        flow: flow(),
        state,
        answer,
        begun_at: now() - TimeDelta::minutes(5),
        now: now(),
    }
}

pub(super) fn params(pairs: &[(&str, &str)]) -> CallbackParams {
    let pairs = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    CallbackParams::new(pairs).unwrap()
}

type Canned = (u16, Value);

/// What ESIA answers.
#[derive(Clone)]
pub(super) struct Play {
    pub(super) algorithm: TokenAlgorithm,
    /// Claims of the code.
    pub(super) code: Value,
    /// Claims of the access token, and its kind.
    pub(super) access: Value,
    pub(super) access_kind: &'static str,
    /// Claims of the ID token, and its kind.
    pub(super) id: Value,
    pub(super) id_kind: &'static str,
    /// Changes to the body of the token call's answer.
    pub(super) tokens: Value,
    /// Answers that come before the tokens: status, body.
    pub(super) token_refusals: Vec<Canned>,
    /// The token call brings no answer.
    pub(super) no_tokens: Option<TransportError>,
    /// Person and contacts: status, body.
    pub(super) person: Canned,
    pub(super) contacts: Canned,
    /// Whether the person comes with contacts where they are asked for so.
    pub(super) embeds: bool,
    /// The call for both is answered with 503.
    pub(super) embed_fails: bool,
    /// `Date` of every answer.
    pub(super) date: Option<Timestamp>,
}

impl Default for Play {
    fn default() -> Self {
        let at = now().timestamp();
        let times = json!({
            "iss": "http://esia.example/", "nbf": at, "iat": at, "exp": at + 3600,
            "client_id": "TESTSYS",
        });
        let subject = 1_000_000_001_u64;
        Self {
            algorithm: TokenAlgorithm::Gost,
            code: with(
                &times,
                &json!({
                    "exp": at + 240, "urn:esia:client:state": STATE_TEXT,
                    "urn:esia:sbj": {"urn:esia:sbj:nam": MARK},
                }),
            ),
            access: with(
                &times,
                &json!({"urn:esia:sbj_id": subject, "scope": "openid"}),
            ),
            access_kind: "access",
            id: with(
                &times,
                &json!({
                    "client_id": null, "aud": "TESTSYS", "sub": subject, "auth_time": at, "amr": "PWD",
                    "urn:esia:sbj": {
                        "urn:esia:sbj:oid": subject, "urn:esia:sbj:typ": "P",
                        "urn:esia:sbj:is_tru": true, "urn:esia:sbj:lvl": "PR",
                        "urn:esia:sbj:nam": MARK,
                    },
                }),
            ),
            id_kind: "id",
            tokens: json!({}),
            token_refusals: Vec::new(),
            no_tokens: None,
            person: (
                200,
                json!({
                    "stateFacts": ["EntityRoot"], "lastName": "Соколова", "firstName": "Марина",
                    "middleName": "Игоревна", "birthDate": "14.03.1988", "gender": "F",
                    "snils": "112-233-445 95", "trusted": true, "status": "REGISTERED",
                }),
            ),
            contacts: (
                200,
                json!({
                    "elements": [{"type": "EML", "value": "a@example.ru", "vrfStu": "VERIFIED"}],
                }),
            ),
            embeds: true,
            embed_fails: false,
            date: Some(now()),
        }
    }
}

/// An object with some members replaced, or removed by null.
pub(super) fn with(object: &Value, changes: &Value) -> Value {
    let mut object = object.clone();
    let map = object.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            map.remove(name);
        } else {
            map.insert(name.clone(), value.clone());
        }
    }
    object
}

fn mint(algorithm: TokenAlgorithm, kind: &str, claims: &Value) -> String {
    match algorithm {
        TokenAlgorithm::Gost => {
            let header = json!({"ver": 1, "typ": "JWT", "sbt": kind, "alg": "GOST3410_2012_256"});
            let key = SigningKey::from_pkcs8_pem(&text("idp.key.pem")).unwrap();
            // ESIA escapes slashes (`esia.md` 5.4).
            let claims = claims.to_string().replace('/', "\\/");
            gost_signature::jws::sign_gost(&header.to_string(), &claims, &key, &[7; 32])
        }
        TokenAlgorithm::Rs256 => {
            let header = json!({"ver": 1, "typ": "JWT", "sbt": kind, "alg": "RS256"});
            let pem = text("rsa.key.pem");
            let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
            let key = KeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap();
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let input = format!("{}.{}", part(&header), part(claims));
            let mut signature = vec![0; key.public_modulus_len()];
            let random = SystemRandom::new();
            key.sign(&RSA_PKCS1_SHA256, &random, input.as_bytes(), &mut signature)
                .unwrap();
            format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
        }
    }
}

/// A canned ESIA with the settings for it.
pub(super) struct Esia {
    play: Play,
    settings: Settings,
    transport: Arc<CannedTransport>,
    random: Arc<Counting>,
}

impl Esia {
    pub(super) fn new(play: Play) -> Self {
        let settings = settings(play.algorithm);
        Self::with_settings(play, settings)
    }

    pub(super) fn with_settings(play: Play, settings: Settings) -> Self {
        let mut playing = play.clone();
        let transport = Arc::new(CannedTransport::new(move |request| playing.answer(request)));
        Self {
            play,
            settings,
            transport,
            random: Arc::default(),
        }
    }

    pub(super) fn requests(&self) -> Vec<http::Request<Vec<u8>>> {
        self.transport.requests()
    }

    pub(super) fn transport(&self) -> Arc<CannedTransport> {
        Arc::clone(&self.transport)
    }

    pub(super) fn adapter(&self) -> Gosuslugi {
        let transport = Arc::clone(&self.transport);
        let random: Arc<dyn Randomness> = self.random.clone();
        Gosuslugi::with_transport(&provider(), &self.settings, transport, random).unwrap()
    }

    /// A token signed by this ESIA.
    pub(super) fn token(&self, kind: &str, claims: &Value) -> String {
        mint(self.play.algorithm, kind, claims)
    }

    /// A code with some claims changed.
    pub(super) fn code(&self, changes: &Value) -> String {
        self.token("authorization_code", &with(&self.play.code, changes))
    }

    pub(super) async fn begun(&self, contacts: Switch) -> ProviderState {
        match self.adapter().begin(begin(contacts)).await {
            Ok(Step::Ask { state, .. }) => state,
            other => panic!("{other:?}"),
        }
    }

    /// Both steps, with what [`Play`] says.
    pub(super) async fn sign_in(&self, contacts: Switch) -> Result<Step, ProviderError> {
        let state = self.begun(contacts).await;
        let code = self.code(&json!({}));
        let answer = Answer::Callback(params(&[("state", STATE_TEXT), ("code", &code)]));
        self.adapter().advance(resume(state, answer)).await
    }

    pub(super) async fn come_back_with(&self, code: &str) -> Result<Step, ProviderError> {
        let state = self.begun(Switch::Off).await;
        let answer = Answer::Callback(params(&[("code", code), ("state", STATE_TEXT)]));
        self.adapter().advance(resume(state, answer)).await
    }

    pub(super) async fn refused_with(&self, code: &str) -> Result<Step, ProviderError> {
        self.refused(&self.adapter(), code).await
    }

    pub(super) async fn refused(
        &self,
        adapter: &Gosuslugi,
        code: &str,
    ) -> Result<Step, ProviderError> {
        let state = self.begun(Switch::Off).await;
        let description = format!("{code}: {MARK}");
        let pairs = [
            ("error_description", &*description),
            ("state", STATE_TEXT),
            ("error", "access_denied"),
        ];
        adapter
            .advance(resume(state, Answer::Callback(params(&pairs))))
            .await
    }
}

impl Play {
    fn answer(
        &mut self,
        request: &http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        let path = request.uri().path();
        if path == "/" {
            return Ok(self.respond(&(404, json!({}))));
        }
        if path.ends_with("/ctts") {
            return Ok(self.respond(&self.contacts));
        }
        if path.starts_with("/rs/prns/") {
            if self.embed_fails && request.uri().query().is_some() {
                return Ok(self.respond(&(503, json!({}))));
            }
            let mut person = self.person.clone();
            if self.embeds && request.uri().query() == Some("embed=(contacts.elements)") {
                person.1 = with(&person.1, &json!({"contacts": self.contacts.1}));
            }
            return Ok(self.respond(&person));
        }
        assert!(path == "/aas/oauth2/v3/te" || path == "/aas/oauth2/te");
        if let Some(error) = &self.no_tokens {
            return Err(error.clone());
        }
        if !self.token_refusals.is_empty() {
            let refusal = self.token_refusals.remove(0);
            return Ok(self.respond(&refusal));
        }
        let state = url::form_urlencoded::parse(request.body())
            .find(|(name, _)| name == "state")
            .map(|(_, value)| value.into_owned());
        let body = json!({
            "access_token": mint(self.algorithm, self.access_kind, &self.access),
            "id_token": mint(self.algorithm, self.id_kind, &self.id),
            "token_type": "Bearer", "expires_in": "3600", "state": state,
        });
        Ok(self.respond(&(200, with(&body, &self.tokens))))
    }

    fn respond(&self, (status, body): &Canned) -> http::Response<Vec<u8>> {
        let mut response = http::Response::builder()
            .status(*status)
            .header("content-type", "application/json;charset=UTF-8");
        if let Some(date) = self.date {
            let date = date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            response = response.header("date", date);
        }
        response.body(body.to_string().into_bytes()).unwrap()
    }
}
