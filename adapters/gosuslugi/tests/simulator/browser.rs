//! A browser with cookies that walks the simulator's screens, as a person would.

use std::{collections::BTreeMap, time::Duration};

use linking_core::provider::CallbackParams;
use linking_http::{
    ClientSettings, EgressRules, HostRule, HttpClient, HttpTransport, LoopbackHttp,
};
use linking_simulator::Control;
use url::Url;

use crate::site::REDIRECT;

/// What the person does on the screens.
pub(crate) struct Visitor {
    pub(crate) id: String,
    pub(crate) decision: &'static str,
    pub(crate) by_signature: bool,
}

impl Visitor {
    pub(crate) fn granting(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            decision: "grant",
            by_signature: false,
        }
    }

    pub(crate) fn denying(id: &str) -> Self {
        Self {
            decision: "deny",
            ..Self::granting(id)
        }
    }

    pub(crate) fn signing(id: &str) -> Self {
        Self {
            by_signature: true,
            ..Self::granting(id)
        }
    }
}

/// Where the browser ends up.
#[derive(Debug)]
pub(crate) enum Landing {
    /// At our callback address, with these parameters.
    Callback(CallbackParams),
    /// At our callback address, with parameters that the core does not take.
    BadCallback,
    /// At another address.
    Elsewhere(String),
    /// On a page of the simulator.
    Page(u16),
}

pub(crate) struct Browser {
    client: HttpClient,
    base: Url,
    cookies: BTreeMap<String, String>,
    control: Control,
    /// Paths of the simulator's screens that were shown.
    pub(crate) screens: Vec<String>,
}

impl Browser {
    pub(crate) fn new(base: &str, control: Control) -> Self {
        let base = Url::parse(base).unwrap();
        let rules = EgressRules::new(HostRule::of(&base)).with_loopback_http(LoopbackHttp::Allowed);
        // Nothing here waits for a limit.
        let client = HttpClient::new(ClientSettings {
            connect_timeout: Duration::from_mins(1),
            total_timeout: Duration::from_mins(1),
            ..ClientSettings::new(rules)
        })
        .unwrap();
        Self {
            client,
            base,
            cookies: BTreeMap::new(),
            control,
            screens: Vec::new(),
        }
    }

    async fn send(&mut self, address: &Url, form: Option<String>) -> http::Response<Vec<u8>> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let builder = http::Request::builder()
            .uri(address.as_str())
            .header("cookie", cookies.join("; "));
        let request = match form {
            None => builder.body(Vec::new()),
            Some(form) => builder
                .method("POST")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.into_bytes()),
        };
        let answer = self.client.send(request.unwrap()).await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Goes to an address and on from there, filling in each screen, until the browser leaves
    /// the simulator or stays on a page.
    pub(crate) async fn walk(&mut self, to: &str, visitor: &Visitor) -> Landing {
        let mut address = self.base.join(to).unwrap();
        let mut form = None;
        for _ in 0..20 {
            let answer = self.send(&address, form.take()).await;
            if answer.status() != 302 && answer.status() != 303 {
                return Landing::Page(answer.status().as_u16());
            }
            let location = answer.headers()["location"].to_str().unwrap();
            let next = address.join(location).unwrap();
            if next.origin() != self.base.origin() {
                return leave(&next);
            }
            address = next;
            if let Some((path, fields)) = self.fill_in(&address, visitor) {
                self.screens.push(address.path().to_owned());
                address = self.base.join(path).unwrap();
                form = Some(fields);
            }
        }
        panic!("the browser goes round in circles");
    }

    /// What the person sends from a screen.
    fn fill_in(&self, screen: &Url, visitor: &Visitor) -> Option<(&'static str, String)> {
        let request = screen
            .query_pairs()
            .find(|(name, _)| name == "request")?
            .1
            .into_owned();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("request", &request);
        let path = match screen.path() {
            "/login" if visitor.by_signature => {
                form.append_pair("person", &visitor.id);
                "/login/signature"
            }
            "/login" => {
                let person = self.control.person(&visitor.id).unwrap();
                form.append_pair("login", person.login())
                    .append_pair("password", &person.password);
                "/login"
            }
            "/login/code" => {
                form.append_pair("code", &self.control.last_sms_code(&visitor.id).unwrap());
                "/login/code"
            }
            "/login/consent" => {
                form.append_pair("decision", visitor.decision);
                "/login/consent"
            }
            _ => return None,
        };
        Some((path, form.finish()))
    }
}

fn leave(to: &Url) -> Landing {
    if to.as_str().split('?').next() != Some(REDIRECT) {
        return Landing::Elsewhere(to.as_str().to_owned());
    }
    match CallbackParams::new(to.query_pairs().into_owned()) {
        Ok(params) => Landing::Callback(params),
        Err(_) => Landing::BadCallback,
    }
}
