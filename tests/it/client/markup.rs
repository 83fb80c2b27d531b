//! Reads forms, links and texts of pages that our own templates made.

use http::Method;

/// A button of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Button {
    pub(crate) label: String,
    pub(crate) name: Option<String>,
    pub(crate) value: String,
}

/// A form with what a browser would send of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    id: Option<String>,
    pub(crate) method: Method,
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) buttons: Vec<Button>,
}

impl Form {
    /// The button with that label, whole or at its beginning.
    pub(crate) fn button(&self, label: &str) -> Option<&Button> {
        let whole = self.buttons.iter().find(|button| button.label == label);
        whole.or_else(|| {
            self.buttons
                .iter()
                .find(|button| button.label.starts_with(label))
        })
    }

    /// The labels of its buttons.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &str> {
        self.buttons.iter().map(|button| button.label.as_str())
    }
}

/// A tag with its attributes.
#[derive(Debug, Clone)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A piece of a page.
#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Open(Tag),
    Close(String),
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (entity, tail) = after.split_once(';').unwrap_or((after, ""));
        let number = |text: &str| match text.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => text.parse().ok(),
        };
        let found = match entity {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            _ => entity
                .strip_prefix('#')
                .and_then(number)
                .and_then(char::from_u32),
        };
        if let Some(c) = found {
            out.push(c);
            rest = tail;
        } else {
            out.push('&');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn attributes(mut text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if text.is_empty() {
            return found;
        }
        let end = text
            .find(|c: char| c.is_whitespace() || c == '=' || c == '/')
            .unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let (value, rest) = match rest.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => ("", rest.strip_prefix('=').unwrap_or(rest)),
        };
        found.push((name.to_owned(), unescaped(value)));
        text = rest;
    }
}

fn pieces(html: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        if !before.is_empty() {
            found.push(Piece::Text(unescaped(before)));
        }
        // Attribute values of ours hold no bare «>»: the templates escape it.
        let (tag, tail) = after.split_once('>').unwrap_or((after, ""));
        if let Some(name) = tag.strip_prefix('/') {
            found.push(Piece::Close(name.trim().to_owned()));
        } else if !tag.starts_with('!') {
            let end = tag
                .find(|c: char| c.is_whitespace() || c == '/')
                .unwrap_or(tag.len());
            let (name, inside) = tag.split_at(end);
            found.push(Piece::Open(Tag {
                name: name.to_owned(),
                attributes: attributes(inside),
            }));
        }
        rest = tail;
    }
    found
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text from after an opening tag to the closing one of that name.
fn text_until(pieces: &[Piece], name: &str) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(part) => text.push_str(part),
            Piece::Close(closed) if closed == name => break,
            Piece::Close(closed)
                if ["p", "li", "div", "dt", "dd", "h2", "td", "th"].contains(&closed.as_str()) =>
            {
                text.push(' ');
            }
            Piece::Open(_) | Piece::Close(_) => {}
        }
    }
    squeezed(&text)
}

/// The text of the first element of that name.
pub(crate) fn text_of(html: &str, name: &str) -> Option<String> {
    let pieces = pieces(html);
    let at = pieces
        .iter()
        .position(|piece| matches!(piece, Piece::Open(tag) if tag.name == name))?;
    Some(text_until(pieces.get(at + 1..)?, name))
}

/// An attribute of the first element of that name.
pub(crate) fn attribute_of(html: &str, name: &str, attribute: &str) -> Option<String> {
    pieces(html).iter().find_map(|piece| match piece {
        Piece::Open(tag) if tag.name == name => tag.attribute(attribute).map(str::to_owned),
        _ => None,
    })
}

/// Text and address of every link.
pub(crate) fn links(html: &str) -> Vec<(String, String)> {
    let pieces = pieces(html);
    let mut found = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        if let Piece::Open(tag) = piece
            && tag.name == "a"
            && let Some(to) = tag.attribute("href")
        {
            let text = text_until(pieces.get(at + 1..).unwrap_or_default(), "a");
            found.push((text, to.to_owned()));
        }
    }
    found
}

/// Every form.
pub(crate) fn forms(html: &str) -> Vec<Form> {
    let pieces = pieces(html);
    let mut forms: Vec<Form> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Open(tag) if tag.name == "form" => Some(Form {
                id: tag.attribute("id").map(str::to_owned),
                method: match tag.attribute("method") {
                    Some(method) if method.eq_ignore_ascii_case("post") => Method::POST,
                    _ => Method::GET,
                },
                action: tag.attribute("action").unwrap_or_default().to_owned(),
                fields: Vec::new(),
                buttons: Vec::new(),
            }),
            _ => None,
        })
        .collect();
    let mut begun = 0;
    let mut inside = None;
    let mut elsewhere = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Open(tag) if tag.name == "form" => {
                inside = Some(begun);
                begun += 1;
            }
            Piece::Close(name) if name == "form" => inside = None,
            Piece::Open(tag) if tag.name == "input" || tag.name == "button" => {
                let owner = match tag.attribute("form") {
                    Some(id) => forms.iter().position(|form| form.id.as_deref() == Some(id)),
                    None => inside,
                };
                let Some(form) = owner.and_then(|index| forms.get_mut(index)) else {
                    continue;
                };
                let name = tag.attribute("name").map(str::to_owned);
                let value = tag.attribute("value").unwrap_or_default().to_owned();
                if tag.name == "button" {
                    let label = text_until(pieces.get(at + 1..).unwrap_or_default(), "button");
                    let button = Button { label, name, value };
                    match tag.attribute("formaction") {
                        Some(action) => elsewhere.push((owner, action.to_owned(), button)),
                        None => form.buttons.push(button),
                    }
                    continue;
                }
                let choice = matches!(tag.attribute("type"), Some("checkbox" | "radio"));
                let sent = !choice || tag.attribute("checked").is_some();
                if let Some(name) = name.filter(|_| sent) {
                    form.fields.push((name, value));
                }
            }
            Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => {}
        }
    }
    // A button that sends its form to an address of its own.
    for (owner, action, button) in elsewhere {
        if let Some(form) = owner.and_then(|index| forms.get(index)).cloned() {
            forms.push(Form {
                action,
                buttons: vec![button],
                ..form
            });
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_browser_would_send_it() {
        let html = "<form id=\"f\" method=\"post\" action=\"/a?b=1&amp;c=2\">\
             <input type=\"hidden\" name=\"t\" value=\"&#39;x&#39;\">\
             <input type=\"checkbox\" name=\"no\" value=\"1\">\
             <button type=\"submit\" name=\"go\" value=\"1\">Да,  <b>это я</b></button></form>\
             <input type=\"radio\" name=\"o\" value=\"7\" form=\"f\" checked>\
             <button type=\"submit\" form=\"f\" formaction=\"/b\">Иначе</button>";
        let forms = forms(html);
        let form = forms.first().unwrap();
        assert_eq!(form.action, "/a?b=1&c=2");
        assert_eq!(
            form.fields,
            [
                ("t".to_owned(), "'x'".to_owned()),
                ("o".to_owned(), "7".to_owned())
            ]
        );
        assert_eq!(form.button("Да").unwrap().label, "Да, это я");
        let other = forms.get(1).unwrap();
        assert_eq!((other.action.as_str(), &other.fields), ("/b", &form.fields));
        assert_eq!(other.labels().collect::<Vec<_>>(), ["Иначе"]);
    }
}
