//! Slips of paper with login and first password, to cut and hand out.

use std::fmt::Write;

use linking_core::ports::PrintedFor;

use super::FirstPassword;
use crate::i18n::{Args, Texts};

/// A slip for one person.
#[derive(Debug, Clone)]
pub struct Slip {
    /// For whom.
    pub person: PrintedFor,
    /// The password.
    pub password: FirstPassword,
}

/// In which form slips are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlipFormat {
    /// A page for a browser's print dialogue.
    Html,
    /// Plain text.
    Text,
}

impl SlipFormat {
    /// The form that a file's name asks for.
    #[must_use]
    pub fn of(file: &std::path::Path) -> Option<Self> {
        match file.extension()?.to_str()? {
            "html" => Some(Self::Html),
            "txt" => Some(Self::Text),
            _ => None,
        }
    }
}

/// How slips look.
#[derive(Debug, Clone)]
pub struct SlipSheet {
    /// The texts, with `diary` among the common values.
    pub texts: Texts,
    /// The address that people type.
    pub address: String,
    /// In which form.
    pub format: SlipFormat,
}

const STYLE: &str = "body{font:14pt/1.4 system-ui,sans-serif;margin:0}\
    section{border-bottom:1px dashed #000;padding:8mm;break-inside:avoid}\
    h1{font-size:14pt;margin:0 0 3mm}\
    dl{display:grid;grid-template-columns:max-content auto;gap:1mm 6mm;margin:0}\
    dt{color:#333}dd{margin:0}\
    .code{font:16pt/1.4 ui-monospace,monospace}\
    p{margin:3mm 0 0}";

impl SlipSheet {
    /// The whole file.
    #[must_use]
    pub fn render(&self, slips: &[Slip]) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = match self.format {
            SlipFormat::Html => self.html(&mut out, slips),
            SlipFormat::Text => self.text(&mut out, slips),
        };
        out
    }

    fn lines(&self, slip: &Slip) -> Vec<(String, String, Kind)> {
        let person = &slip.person;
        let text = |key: &str| self.texts.text(key);
        let mut lines = vec![(text("slip-name"), person.display_name.clone(), Kind::Plain)];
        if let Some(class) = &person.class {
            lines.push((text("slip-class"), class.as_str().to_owned(), Kind::Plain));
        }
        lines.push((text("slip-address"), self.address.clone(), Kind::Plain));
        lines.push((
            text("slip-login"),
            person.login.as_str().to_owned(),
            Kind::Code,
        ));
        lines.push((
            text("slip-password"),
            slip.password.expose().to_owned(),
            Kind::Code,
        ));
        lines
    }

    fn html(&self, out: &mut String, slips: &[Slip]) -> std::fmt::Result {
        let title = escaped(&self.texts.text("slip-title"));
        let language = self.texts.language().code();
        writeln!(
            out,
            "<!DOCTYPE html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\">\
             <meta name=\"referrer\" content=\"no-referrer\"><title>{title}</title>\
             <style>{STYLE}</style></head><body>"
        )?;
        for slip in slips {
            writeln!(out, "<section><h1>{title}</h1><dl>")?;
            for (name, value, kind) in self.lines(slip) {
                let class = if kind == Kind::Code {
                    " class=\"code\""
                } else {
                    ""
                };
                let (name, value) = (escaped(&name), escaped(&value));
                writeln!(out, "<dt>{name}</dt><dd{class}>{value}</dd>")?;
            }
            writeln!(out, "</dl><p>{}</p></section>", escaped(&self.note()))?;
        }
        writeln!(out, "</body></html>")
    }

    fn text(&self, out: &mut String, slips: &[Slip]) -> std::fmt::Result {
        let title = self.texts.text("slip-title");
        for slip in slips {
            writeln!(out, "{title}\n")?;
            for (name, value, _) in self.lines(slip) {
                writeln!(out, "{name}: {}", one_line(&value))?;
            }
            writeln!(out, "\n{}\n\n{}\n", self.note(), "- ".repeat(36).trim_end())?;
        }
        Ok(())
    }

    fn note(&self) -> String {
        self.texts.text_with("slip-note", &Args::new())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Code,
}

/// For HTML: a name in the register may hold anything (`threats.md` G3).
fn escaped(text: &str) -> String {
    one_line(text)
        .chars()
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            '\'' => "&#39;".to_owned(),
            other => other.to_string(),
        })
        .collect()
}

/// Control characters and separators of lines become blanks.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                c
            }
        })
        .collect()
}
