//! A program that uses the API: keeps its own secret and its session's, and sends JSON.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::world::{PASSWORD, World};

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
    /// The body, where it is JSON.
    pub(super) body: Value,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The code of an error.
    pub(super) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The step of the flow in the answer.
    pub(super) fn step(&self) -> &str {
        self.body["flow"]["step"].as_str().unwrap_or_default()
    }

    /// The flow in the answer.
    pub(super) fn flow(&self) -> String {
        self.body["flow"]["id"].as_str().unwrap().to_owned()
    }

    /// The state in the provider's address.
    pub(super) fn state(&self) -> String {
        let open = self.body["open"].as_str().unwrap_or_default();
        let state = open.split_once("state=").map(|(_, state)| state);
        state.unwrap_or_else(|| panic!("{}", self.text)).to_owned()
    }

    pub(super) fn expect(self, status: u16, code: &str) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.code(), code, "{}", self.text);
        self
    }

    pub(super) fn ok(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self
    }

    pub(super) fn at(self, step: &str) -> Self {
        assert_eq!(self.step(), step, "{}", self.text);
        self
    }
}

/// A program.
#[derive(Clone)]
pub(super) struct Program {
    app: Router,
    pub(super) client: Option<String>,
    pub(super) token: Option<String>,
}

impl Program {
    /// A program without any secret.
    pub(super) fn bare(world: &World) -> Self {
        Self {
            app: world.app.clone(),
            client: None,
            token: None,
        }
    }

    /// A program with a secret of its own.
    pub(super) async fn new(world: &World) -> Self {
        Self::at(&world.app).await
    }

    /// A program with a secret of its own, at another server.
    pub(super) async fn at(app: &Router) -> Self {
        let mut program = Self {
            app: app.clone(),
            client: None,
            token: None,
        };
        let reply = program.post("/clients", json!({})).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        program.client = reply.body["client"].as_str().map(str::to_owned);
        program
    }

    /// A program that is signed in.
    pub(super) async fn signed_in(world: &World, login: &str) -> Self {
        let mut program = Self::new(world).await;
        program.sign_in(world, login, PASSWORD).await.ok();
        program
    }

    pub(super) fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let mut builder = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("host", "localhost:8080")
            .header("user-agent", "Dnevnik/7 (Android)");
        if let Some(client) = &self.client {
            builder = builder.header("svyazka-client", client);
        }
        if let Some(token) = &self.token {
            builder = builder.header("authorization", format!("Bearer {token}"));
        }
        builder
    }

    /// Sends a request as it is; keeps the secret of a session that began.
    pub(super) async fn send(&mut self, request: Request<Body>) -> Reply {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let reply = Reply {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        };
        if let Some(token) = reply.body["session"]["token"].as_str() {
            self.token = Some(token.to_owned());
        }
        reply
    }

    pub(super) async fn get(&mut self, path: &str) -> Reply {
        let request = self.request("GET", path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    pub(super) async fn delete(&mut self, path: &str) -> Reply {
        let request = self.request("DELETE", path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    pub(super) async fn post(&mut self, path: &str, body: Value) -> Reply {
        self.post_text(path, &body.to_string()).await
    }

    pub(super) async fn post_text(&mut self, path: &str, body: &str) -> Reply {
        let request = self
            .request("POST", path)
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.send(request).await
    }

    /// With a key of repetition.
    pub(super) async fn post_once(&mut self, key: &str, path: &str, body: &Value) -> Reply {
        let request = self
            .request("POST", path)
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    pub(super) async fn sign_in(&mut self, world: &World, login: &str, password: &str) -> Reply {
        self.post("/session", credentials(world, login, password))
            .await
    }

    /// Begins a sign-in through the provider.
    pub(super) async fn begin(&mut self, world: &World) -> Reply {
        let body = json!({
            "provider": "gosuslugi", "region": "65", "organization": world.school.to_string(),
        });
        let reply = self.post("/flows", body).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply
    }

    /// Brings what the provider sent back.
    pub(super) async fn come_back(&mut self, code: &str, state: &str) -> Reply {
        let query = format!("code={code}&state={state}");
        self.bring(&query).await
    }

    pub(super) async fn bring(&mut self, query: &str) -> Reply {
        self.post("/providers/gosuslugi/answer", json!({ "query": query }))
            .await
    }

    /// From the provider to the local password.
    pub(super) async fn reach_proof(&mut self, world: &World, code: &str) -> String {
        let begun = self.begin(world).await;
        let reply = self.come_back(code, &begun.state()).await;
        let flow = reply.at("not-linked").flow();
        let body = json!({"text_version": "2026-11"});
        self.post(&format!("/flows/{flow}/agree"), body)
            .await
            .at("prove");
        flow
    }

    pub(super) async fn prove(&mut self, world: &World, flow: &str, login: &str) -> Reply {
        let body = credentials(world, login, PASSWORD);
        self.post(&format!("/flows/{flow}/prove"), body).await
    }

    /// From the provider to a link of that account; gives the flow.
    pub(super) async fn link(&mut self, world: &World, code: &str, login: &str) -> String {
        let flow = self.reach_proof(world, code).await;
        self.prove(world, &flow, login).await.ok();
        flow
    }
}

pub(super) fn credentials(world: &World, login: &str, password: &str) -> Value {
    json!({
        "organization": world.school.to_string(), "login": login, "password": password,
    })
}
