//! An answer, and what a test reads of it.

use anyhow::{Result, bail};
use http::{HeaderMap, StatusCode, header};
use url::Url;

use crate::client::markup::{self, Form};

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) url: Url,
    pub(crate) body: String,
}

impl Page {
    /// Where it sends the browser.
    pub(crate) fn location(&self) -> Result<Option<Url>> {
        if !self.status.is_redirection() {
            return Ok(None);
        }
        match self.headers.get(header::LOCATION) {
            Some(to) => Ok(Some(self.url.join(to.to_str()?)?)),
            None => Ok(None),
        }
    }

    /// The value of a header, or an empty text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    fn of_main(&self, attribute: &str) -> Option<String> {
        markup::attribute_of(&self.body, "main", attribute)
    }

    /// Which of our pages it is.
    pub(crate) fn name(&self) -> String {
        self.of_main("data-page").unwrap_or_default()
    }

    /// The code of the refusal that it tells.
    pub(crate) fn refusal(&self) -> Option<String> {
        self.of_main("data-refusal")
    }

    /// Its heading.
    pub(crate) fn heading(&self) -> String {
        markup::text_of(&self.body, "h1").unwrap_or_default()
    }

    /// What it says, without its tags.
    pub(crate) fn text(&self) -> String {
        markup::text_of(&self.body, "main").unwrap_or_default()
    }

    /// Its forms.
    pub(crate) fn forms(&self) -> Vec<Form> {
        markup::forms(&self.body)
    }

    /// A hidden value of any of its forms.
    pub(crate) fn hidden(&self, name: &str) -> Option<String> {
        self.forms()
            .into_iter()
            .flat_map(|form| form.fields)
            .find(|(field, _)| field == name)
            .map(|(_, value)| value)
    }

    /// Where the link with that text leads.
    pub(crate) fn link(&self, text: &str) -> Option<String> {
        let links = markup::links(&self.body);
        links
            .iter()
            .find(|(label, _)| label == text)
            .or_else(|| links.iter().find(|(label, _)| label.starts_with(text)))
            .map(|(_, to)| to.clone())
    }

    /// Every link.
    pub(crate) fn links(&self) -> Vec<(String, String)> {
        markup::links(&self.body)
    }

    /// Holds that it is that page of ours.
    pub(crate) fn expect(self, name: &str) -> Result<Self> {
        if self.name() != name || self.refusal().is_some() {
            bail!(
                "expected the page {name}, got {} {} {:?} «{}» at {}: {}",
                self.status,
                self.name(),
                self.refusal(),
                self.heading(),
                self.url.path(),
                self.text()
            );
        }
        Ok(self)
    }

    /// Holds that it tells that refusal.
    pub(crate) fn expect_refusal(self, code: &str) -> Result<Self> {
        if self.refusal().as_deref() != Some(code) {
            bail!(
                "expected the refusal {code}, got {} {} {:?} «{}» at {}: {}",
                self.status,
                self.name(),
                self.refusal(),
                self.heading(),
                self.url.path(),
                self.text()
            );
        }
        Ok(self)
    }
}
