//! As much of a browser as a sign-in needs: cookies, forms, redirects; over plain sockets, so
//! that the tool itself weighs nothing.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
};

use anyhow::{Context, Result, bail};

/// A browser of one person.
#[derive(Debug, Default)]
pub(crate) struct Browser {
    /// By host and port.
    cookies: BTreeMap<String, BTreeMap<String, String>>,
}

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) address: String,
    pub(crate) body: String,
}

/// `http://host:port` and the rest of an address.
fn split(address: &str) -> Result<(&str, &str)> {
    let rest = address.strip_prefix("http://").context("only http")?;
    Ok(rest
        .find('/')
        .map_or((rest, "/"), |slash| rest.split_at(slash)))
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

impl Browser {
    /// Opens an address and follows redirects.
    pub(crate) fn open(&mut self, address: &str) -> Result<Page> {
        self.follow(address.to_owned(), None)
    }

    /// Sends the page's form whose action holds that text: its hidden fields, and these.
    pub(crate) fn send(
        &mut self,
        page: &Page,
        action_holds: &str,
        fields: &[(&str, &str)],
    ) -> Result<Page> {
        let form = page
            .body
            .split("<form")
            .skip(1)
            .filter_map(|rest| rest.split("</form>").next())
            .filter(|form| attribute(form, "method").is_some_and(|m| m == "post"))
            .find(|form| attribute(form, "action").is_some_and(|a| a.contains(action_holds)))
            .with_context(|| format!("no form to {action_holds} on {}", page.address))?;
        let action = attribute(form, "action").context("a form without action")?;
        let mut pairs: Vec<(String, String)> = form
            .split("<input")
            .skip(1)
            .filter(|input| attribute(input, "type").as_deref() == Some("hidden"))
            .filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)))
            .collect();
        pairs.extend(
            fields
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
        );
        let body: Vec<String> = pairs
            .iter()
            .map(|(n, v)| format!("{}={}", encode(n), encode(v)))
            .collect();
        self.follow(resolve(&page.address, &action)?, Some(body.join("&")))
    }

    fn follow(&mut self, mut address: String, mut body: Option<String>) -> Result<Page> {
        for _ in 0..12 {
            let (status, location, text) = self.request(&address, body.take())?;
            match location.filter(|_| (300..400).contains(&status)) {
                Some(location) => address = resolve(&address, &location)?,
                None => {
                    return Ok(Page {
                        status,
                        address,
                        body: text,
                    });
                }
            }
        }
        bail!("too many redirects at {address}")
    }

    fn request(
        &mut self,
        address: &str,
        body: Option<String>,
    ) -> Result<(u16, Option<String>, String)> {
        let (host, path) = split(address)?;
        let target = host.replace("localhost", "127.0.0.1");
        let mut stream = TcpStream::connect(target)?;
        let jar = self.cookies.entry(host.to_owned()).or_default();
        let cookies: Vec<String> = jar.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let method = if body.is_some() { "POST" } else { "GET" };
        let body = body.unwrap_or_default();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Origin: http://{host}\r\nSec-Fetch-Site: same-origin\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            cookies.join("; "),
            body.len(),
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer);
        let (head, text) = answer.split_once("\r\n\r\n").context("no answer")?;
        let status = head.split(' ').nth(1).context("no status")?.parse()?;
        let mut location = None;
        for line in head.lines().skip(1) {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let value = value.trim();
            if name.eq_ignore_ascii_case("location") {
                location = Some(value.to_owned());
            }
            if name.eq_ignore_ascii_case("set-cookie")
                && let Some((name, value)) = value.split(';').next().and_then(|c| c.split_once('='))
            {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok((status, location, text.to_owned()))
    }
}

fn resolve(base: &str, address: &str) -> Result<String> {
    if address.starts_with("http://") {
        return Ok(address.to_owned());
    }
    let (host, path) = split(base)?;
    if address.is_empty() {
        return Ok(format!("http://{host}{path}"));
    }
    Ok(format!("http://{host}{address}"))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next()?;
    let value = tag
        .split(&format!(" {name}=\""))
        .nth(1)?
        .split('"')
        .next()?;
    Some(
        value
            .replace("&#38;", "&")
            .replace("&amp;", "&")
            .replace("&#x26;", "&"),
    )
}
