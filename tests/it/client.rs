//! A browser without pages: cookies, redirects, forms, and the headers by which a server knows
//! from where a form came. For attacks, and for walks that nobody needs to look at.

mod markup;
mod page;

pub(crate) use page::Page;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, bail};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use url::Url;

use markup::Form;

type Body = Full<std::io::Cursor<Vec<u8>>>;

/// No walk of ours is redirected more often.
const MOST_HOPS: usize = 12;

/// The cookies of a host, ports apart: cookies do not know ports.
type Jar = BTreeMap<String, BTreeMap<String, String>>;

/// A browser without pages.
pub(crate) struct Client {
    http: HttpClient<HttpConnector, Body>,
    jar: Mutex<Jar>,
    /// Every cookie line that came, with the host that sent it.
    set: Mutex<Vec<(String, String)>>,
}

/// A request that a test writes by hand.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Attempt {
    /// A request without anything that a browser adds but its cookies.
    pub(crate) fn bare(method: Method, url: &str) -> Result<Self> {
        Ok(Self {
            method,
            url: Url::parse(url)?,
            headers: HeaderMap::new(),
            body: Vec::new(),
        })
    }

    /// A form as a browser sends it from a page of that very origin.
    pub(crate) fn form(url: &str, fields: &[(&str, &str)]) -> Result<Self> {
        let mut attempt = Self::bare(Method::POST, url)?;
        let origin = attempt.url.origin().ascii_serialization();
        attempt.body = encoded(fields).into_bytes();
        attempt
            .with("content-type", "application/x-www-form-urlencoded")?
            .with("origin", &origin)?
            .with("sec-fetch-site", "same-origin")
    }

    /// The same with a header in place of what stood there.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Result<Self> {
        self.headers.insert(
            HeaderName::try_from(name)?,
            HeaderValue::from_bytes(value.as_bytes())?,
        );
        Ok(self)
    }

    /// The same with one header more of that name.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Result<Self> {
        self.headers.append(
            HeaderName::try_from(name)?,
            HeaderValue::from_bytes(value.as_bytes())?,
        );
        Ok(self)
    }

    /// The same without a header.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// The same to an address with that query.
    pub(crate) fn at_query(mut self, query: &str) -> Self {
        self.url.set_query(Some(query));
        self
    }

    /// The same to that address.
    pub(crate) fn at(mut self, url: Url) -> Self {
        self.url = url;
        self
    }

    /// The same with another body.
    pub(crate) fn body(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// What `Sec-Fetch-Site` says of a request that one address makes to another.
fn fetch_site(from: Option<&Url>, to: &Url) -> &'static str {
    match from {
        None => "none",
        Some(from) if from.origin() == to.origin() => "same-origin",
        Some(from) if from.host_str() == to.host_str() => "same-site",
        Some(_) => "cross-site",
    }
}

impl Client {
    /// A browser that was nowhere yet.
    pub(crate) fn new() -> Self {
        let http = HttpClient::builder(TokioExecutor::new())
            // A server that was killed leaves connections that look alive.
            .pool_max_idle_per_host(0)
            .build_http();
        Self {
            http,
            jar: Mutex::default(),
            set: Mutex::default(),
        }
    }

    /// Another window of the same browser, or a thief of its cookies.
    pub(crate) fn twin(&self) -> Self {
        let twin = Self::new();
        let jar = self.cookies(|jar| jar.clone());
        twin.cookies(|own| *own = jar);
        twin
    }

    fn cookies<T>(&self, look: impl FnOnce(&mut Jar) -> T) -> T {
        look(&mut self.jar.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A cookie's value.
    pub(crate) fn cookie(&self, host: &str, name: &str) -> Option<String> {
        self.cookies(|jar| jar.get(host)?.get(name).cloned())
    }

    /// Puts a cookie into the jar.
    pub(crate) fn set_cookie(&self, host: &str, name: &str, value: &str) {
        self.cookies(|jar| {
            jar.entry(host.to_owned())
                .or_default()
                .insert(name.to_owned(), value.to_owned())
        });
    }

    /// Every cookie line that a host ever sent.
    pub(crate) fn cookies_set_by(&self, host: &str) -> Vec<String> {
        let set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        set.iter()
            .filter(|(from, _)| from == host)
            .map(|(_, line)| line.clone())
            .collect()
    }

    /// Forgets the cookies of a host.
    pub(crate) fn forget(&self, host: &str) {
        self.cookies(|jar| jar.remove(host));
    }

    fn cookie_header(&self, url: &Url) -> Option<HeaderValue> {
        let host = url.host_str()?;
        let text = self.cookies(|jar| {
            let pairs = jar.get(host)?.iter();
            Some(
                pairs
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect::<Vec<_>>()
                    .join("; "),
            )
        })?;
        (!text.is_empty())
            .then(|| HeaderValue::try_from(text).ok())
            .flatten()
    }

    fn keep_cookies(&self, url: &Url, headers: &HeaderMap) {
        let Some(host) = url.host_str() else { return };
        for cookie in headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap_or_default();
            self.set
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((host.to_owned(), text.to_owned()));
            let mut parts = text.split(';').map(str::trim);
            let (name, value) = parts
                .next()
                .and_then(|pair| pair.split_once('='))
                .unwrap_or_default();
            let gone = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
            self.cookies(|jar| {
                let own = jar.entry(host.to_owned()).or_default();
                if gone {
                    own.remove(name);
                } else {
                    own.insert(name.to_owned(), value.to_owned());
                }
            });
        }
    }

    /// Sends one request, and follows nothing.
    pub(crate) async fn send(&self, attempt: Attempt) -> Result<Page> {
        let mut request = http::Request::builder()
            .method(attempt.method)
            .uri(attempt.url.as_str());
        if let Some(headers) = request.headers_mut() {
            if let Some(cookies) = self.cookie_header(&attempt.url)
                && !attempt.headers.contains_key(header::COOKIE)
            {
                headers.insert(header::COOKIE, cookies);
            }
            headers.insert(
                header::USER_AGENT,
                HeaderValue::from_static("Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0"),
            );
            for (name, value) in &attempt.headers {
                headers.append(name, value.clone());
            }
        }
        let request = request.body(Body::new(std::io::Cursor::new(attempt.body)))?;
        let response = self.http.request(request).await?;
        let (parts, body) = response.into_parts();
        self.keep_cookies(&attempt.url, &parts.headers);
        let body = body.collect().await?.to_bytes();
        Ok(Page {
            status: parts.status,
            headers: parts.headers,
            url: attempt.url,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    /// The status of an address.
    pub(crate) async fn probe(&self, url: &str) -> Result<StatusCode> {
        Ok(self.get(url).await?.status)
    }

    /// Gets an address, and follows nothing.
    pub(crate) async fn get(&self, url: &str) -> Result<Page> {
        let attempt = Attempt::bare(Method::GET, url)?.with("sec-fetch-site", "none")?;
        self.send(attempt).await
    }

    /// Gets an address as somebody who types it, and follows its redirects.
    pub(crate) async fn open(&self, url: &str) -> Result<Page> {
        let page = self.get(url).await?;
        self.follow(page, None).await
    }

    /// Follows redirects to a page.
    pub(crate) async fn follow(&self, page: Page, from: Option<Url>) -> Result<Page> {
        self.follow_until(page, from, |_| false).await
    }

    /// Follows redirects to a page, or to an address that is not opened any more.
    pub(crate) async fn follow_until(
        &self,
        mut page: Page,
        from: Option<Url>,
        stop: impl Fn(&Url) -> bool,
    ) -> Result<Page> {
        let mut crossed = false;
        for _ in 0..MOST_HOPS {
            let Some(to) = page.location()? else {
                return Ok(page);
            };
            if stop(&to) {
                return Ok(page);
            }
            let mut site = fetch_site(from.as_ref(), &to);
            crossed |= site == "cross-site";
            if crossed {
                site = "cross-site";
            }
            let next = Attempt::bare(Method::GET, to.as_str())?.with("sec-fetch-site", site)?;
            page = self.send(next).await?;
        }
        bail!("redirected without an end at {}", page.url.path())
    }

    /// The request of the form that has a button with that label, filled in.
    pub(crate) fn filled(page: &Page, label: &str, typed: &[(&str, &str)]) -> Result<Attempt> {
        let forms = page.forms();
        let (form, button) = forms
            .iter()
            .find_map(|form| Some((form, form.button(label)?)))
            .with_context(|| {
                let known: Vec<_> = forms.iter().flat_map(Form::labels).collect();
                format!("no button «{label}» on {}: {known:?}", page.url.path())
            })?;
        let mut fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .filter(|(name, _)| !typed.iter().any(|(typed, _)| typed == name))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        fields.extend(typed);
        if let Some(name) = &button.name {
            fields.push((name, &button.value));
        }
        let mut url = page.url.join(&form.action)?;
        if form.method == Method::GET {
            url.set_query(Some(&encoded(&fields)));
            return Attempt::bare(Method::GET, url.as_str())?.with("sec-fetch-site", "same-origin");
        }
        Attempt::form(url.as_str(), &fields)
    }

    /// Presses a button or, where a door is drawn as one, a link; follows where it leads.
    pub(crate) async fn press(
        &self,
        page: &Page,
        label: &str,
        typed: &[(&str, &str)],
    ) -> Result<Page> {
        let is_link = typed.is_empty()
            && page.link(label).is_some()
            && !page.forms().iter().any(|form| form.button(label).is_some());
        if is_link {
            return self.go(page, label).await;
        }
        let answer = self.send(Self::filled(page, label, typed)?).await?;
        self.follow(answer, Some(page.url.clone())).await
    }

    /// As [`Self::press`], up to an address that is not opened any more.
    pub(crate) async fn press_until(
        &self,
        page: &Page,
        label: &str,
        typed: &[(&str, &str)],
        stop: impl Fn(&Url) -> bool,
    ) -> Result<Page> {
        let answer = self.send(Self::filled(page, label, typed)?).await?;
        self.follow_until(answer, Some(page.url.clone()), stop)
            .await
    }

    /// Goes by the link with that text.
    pub(crate) async fn go(&self, page: &Page, text: &str) -> Result<Page> {
        let to = page
            .link(text)
            .with_context(|| format!("no link «{text}» on {}", page.url.path()))?;
        let to = page.url.join(&to)?;
        let site = fetch_site(Some(&page.url), &to);
        let next = Attempt::bare(Method::GET, to.as_str())?.with("sec-fetch-site", site)?;
        let answer = self.send(next).await?;
        self.follow(answer, Some(page.url.clone())).await
    }
}
