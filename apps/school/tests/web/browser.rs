//! A browser without a screen: keeps cookies, follows redirects, presses the buttons of a page.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use tower::ServiceExt;

use crate::world::{ORIGIN, PROVIDER, World};

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// The address at which it stands.
    pub(crate) address: String,
}

/// A form of a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct FormOf {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(unescape(value))
}

fn unescape(text: &str) -> String {
    text.replace("&#38;", "&")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
}

fn escape(text: &str) -> String {
    text.replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

impl Page {
    pub(crate) fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The page's name, from `data-page`.
    pub(crate) fn name(&self) -> String {
        self.mark("data-page")
    }

    /// The refusal's code, from `data-refusal`.
    pub(crate) fn refusal(&self) -> String {
        self.mark("data-refusal")
    }

    fn mark(&self, name: &str) -> String {
        let Some((_, rest)) = self.body.split_once("<main") else {
            return String::new();
        };
        let (tag, _) = rest.split_once('>').unwrap();
        attribute(tag, name).unwrap_or_default()
    }

    pub(crate) fn says(&self, text: &str) -> bool {
        self.body.contains(&escape(text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn cookies(&self) -> Vec<String> {
        self.headers
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|value| value.to_str().unwrap().to_owned())
            .collect()
    }

    /// The forms that are sent by POST.
    pub(crate) fn forms(&self) -> Vec<FormOf> {
        self.forms_by("post")
    }

    /// The address to which the search of a picker leads.
    pub(crate) fn search(&self, words: &str) -> String {
        let form = self.forms_by("get").into_iter().next().unwrap();
        let form = form.with("words", words);
        format!("{}?{}", form.action, form.body())
    }

    /// The address of the link with these words.
    pub(crate) fn link(&self, words: &str) -> String {
        self.body
            .split("<a ")
            .skip(1)
            .find(|part| part.split("</a>").next().unwrap().contains(&escape(words)))
            .and_then(|part| attribute(&format!(" {}", part.split('>').next()?), "href"))
            .unwrap_or_else(|| panic!("no link {words} on {}:\n{}", self.address, self.body))
    }

    /// The address to which the main button leads.
    pub(crate) fn main_door(&self) -> String {
        let (before, after) = self.body.split_once("class=\"btn\"").unwrap();
        let address = if before.ends_with("<a ") {
            after.split("href=\"").nth(1)
        } else {
            before.rsplit("action=\"").next()
        };
        address.unwrap().split('"').next().unwrap().to_owned()
    }

    fn forms_by(&self, sent: &str) -> Vec<FormOf> {
        let mut forms = Vec::new();
        for part in self.body.split("<form ").skip(1) {
            let text = part.split("</form>").next().unwrap();
            let tag = format!(" {}", text.split('>').next().unwrap());
            if attribute(&tag, "method").as_deref() != Some(sent) {
                continue;
            }
            let mut fields = Vec::new();
            for input in text.split("<input ").skip(1) {
                let input = format!(" {}", input.split('>').next().unwrap());
                let kind = attribute(&input, "type").unwrap_or_default();
                if let Some(name) = attribute(&input, "name")
                    && matches!(kind.as_str(), "hidden" | "text" | "search" | "password")
                {
                    fields.push((name, attribute(&input, "value").unwrap_or_default()));
                }
            }
            // A button elsewhere on the page may send the form to another address.
            if let Some(id) = attribute(&tag, "id") {
                let owner = Some(id);
                let buttons = self.body.split("<button ").skip(1);
                let buttons = buttons.map(|part| format!(" {}", part.split('>').next().unwrap()));
                forms.extend(
                    buttons
                        .filter(|button| attribute(button, "form") == owner)
                        .filter_map(|button| attribute(&button, "formaction"))
                        .map(|action| FormOf {
                            action,
                            fields: fields.clone(),
                        }),
                );
            }
            forms.push(FormOf {
                action: attribute(&tag, "action").unwrap_or_default(),
                fields,
            });
        }
        forms
    }

    /// The form whose address ends so.
    pub(crate) fn form(&self, ending: &str) -> FormOf {
        self.forms()
            .into_iter()
            .find(|form| form.action.ends_with(ending))
            .unwrap_or_else(|| panic!("no form {ending} on {}:\n{}", self.address, self.body))
    }

    /// Every address of a link on the page.
    pub(crate) fn links(&self) -> Vec<String> {
        self.body
            .split("<a ")
            .skip(1)
            .filter_map(|part| attribute(&format!(" {}", part.split('>').next()?), "href"))
            .collect()
    }

    pub(crate) fn token(&self) -> String {
        self.forms()
            .iter()
            .flat_map(|form| &form.fields)
            .find(|(name, _)| name == "form-token")
            .map_or_else(String::new, |(_, token)| token.clone())
    }
}

impl FormOf {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn body(&self) -> String {
        self.fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect::<Vec<_>>()
            .join("&")
    }
}

pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

/// A browser.
#[derive(Clone)]
pub(crate) struct Browser {
    app: Router,
    pub(crate) jar: BTreeMap<String, String>,
    /// The header `Accept-Language`.
    pub(crate) accepts: Option<String>,
    /// The header `X-Forwarded-For` of the proxy.
    pub(crate) forwarded: Option<String>,
}

impl Browser {
    pub(crate) fn new(world: &World) -> Self {
        Self {
            app: world.app.clone(),
            jar: BTreeMap::new(),
            accepts: None,
            forwarded: None,
        }
    }

    pub(crate) fn cookie_header(&self) -> String {
        self.jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// Sends a request as it is; keeps the cookies of the answer.
    pub(crate) async fn send(&mut self, request: Request<Body>) -> Page {
        let address = request.uri().to_string();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let page = Page {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
            address,
        };
        for cookie in page.cookies() {
            let (pair, rest) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        page
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let mut builder = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost:8080")
            .header(
                "user-agent",
                "Mozilla/5.0 (X11; Linux) Chrome/140.0 Safari/537.36",
            );
        if let Some(accepts) = &self.accepts {
            builder = builder.header("accept-language", accepts);
        }
        if let Some(forwarded) = &self.forwarded {
            let proxy: std::net::SocketAddr = ([127, 0, 0, 1], 4000).into();
            builder = builder
                .header("x-forwarded-for", forwarded)
                .extension(axum::extract::ConnectInfo(proxy));
        }
        if self.jar.is_empty() {
            builder
        } else {
            builder.header("cookie", self.cookie_header())
        }
    }

    /// One GET, without following.
    pub(crate) async fn look(&mut self, path: &str) -> Page {
        let request = self.request("GET", path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    /// One POST of a form, without following.
    pub(crate) async fn post(&mut self, form: &FormOf) -> Page {
        let request = self
            .request("POST", &form.action)
            .header("origin", ORIGIN)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.body()))
            .unwrap();
        self.send(request).await
    }

    /// Follows our own redirects.
    pub(crate) async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..10 {
            if !page.status.is_redirection() || page.location().starts_with(PROVIDER) {
                return page;
            }
            let next = page.location().to_owned();
            assert!(next.starts_with('/') && !next.starts_with("//"), "{next}");
            page = self.look(&next).await;
        }
        panic!("the redirects do not end: {}", page.address);
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let page = self.look(path).await;
        self.follow(page).await
    }

    pub(crate) async fn submit(&mut self, form: FormOf) -> Page {
        let page = self.post(&form).await;
        self.follow(page).await
    }

    /// Signs in by the local password.
    pub(crate) async fn sign_in(&mut self, world: &World, login: &str, password: &str) -> Page {
        let page = self
            .get(&format!("/sign-in?organization={}", world.school))
            .await;
        let form = page
            .form("/sign-in")
            .with("login", login)
            .with("password", password);
        self.submit(form).await
    }

    /// Presses the provider's button; gives the state that went there.
    pub(crate) async fn start(&mut self, world: &World) -> String {
        let page = self
            .get(&format!("/sign-in?organization={}", world.school))
            .await;
        let page = self.submit(page.form("/sign-in/gosuslugi")).await;
        state_of(&page)
    }

    /// The provider sends the browser back.
    pub(crate) async fn come_back(&mut self, code: &str, state: &str) -> Page {
        let address = format!("/auth/gosuslugi/callback?code={code}&state={state}");
        self.get(&address).await
    }
}

/// The state in the provider's address.
pub(crate) fn state_of(page: &Page) -> String {
    let location = page.location();
    assert!(location.starts_with(PROVIDER), "{location} {}", page.body);
    location.split_once("state=").unwrap().1.to_owned()
}
