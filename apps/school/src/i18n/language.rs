//! The languages of the pages, and which one a reader gets.

use serde::Deserialize;

/// A language of the pages. There is no default: whoever writes a text says for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum Language {
    /// Russian.
    #[serde(rename = "ru")]
    Russian,
    /// English.
    #[serde(rename = "en")]
    English,
}

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../locales/", $name)))),+]
    };
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Russian, Self::English];

    /// The code of BCP 47, for `lang` attributes.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Russian => "ru",
            Self::English => "en",
        }
    }

    /// What the language calls itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Russian => "Русский",
            Self::English => "English",
        }
    }

    /// Reads a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| code.eq_ignore_ascii_case(language.code()))
    }

    /// The language that an `Accept-Language` header likes best (RFC 9110, section 12.5.4):
    /// `en-GB` is English; of equal weights the earlier wins; a weight of 0 refuses. None if it
    /// names no language of ours.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for range in header.split(',') {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let primary = tag.split('-').next().unwrap_or_default();
            let weight = parts.find_map(|part| {
                let (name, value) = part.split_once('=')?;
                name.trim()
                    .eq_ignore_ascii_case("q")
                    .then(|| weight(value.trim()))
            });
            let (Some(language), Some(weight)) =
                (Self::from_code(primary), weight.unwrap_or(Some(1000)))
            else {
                continue;
            };
            if weight > best.map_or(0, |(weight, _)| weight) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    /// The files: name, for errors, and text.
    pub(super) const fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Russian => files![
                "ru/labels.ftl",
                "ru/api.ftl",
                "ru/common.ftl",
                "ru/fields.ftl",
                "ru/refusals.ftl",
                "ru/sign-in.ftl",
                "ru/settings.ftl",
                "ru/letters.ftl",
                "ru/slips.ftl",
                "ru/help.ftl",
                "ru/pages-extra.ftl",
            ],
            Self::English => files![
                "en/labels.ftl",
                "en/api.ftl",
                "en/common.ftl",
                "en/fields.ftl",
                "en/refusals.ftl",
                "en/sign-in.ftl",
                "en/settings.ftl",
                "en/letters.ftl",
                "en/slips.ftl",
                "en/help.ftl",
                "en/pages-extra.ftl",
            ],
        }
    }
}

/// A weight in thousandths: `0`, `0.5`, `1.000`; none if it is no weight.
fn weight(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let sound = part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit());
    let thousandths = format!("{part:0<3}")
        .parse::<u16>()
        .ok()
        .filter(|_| sound)?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_chooses_by_its_weights() {
        const EN: Option<Language> = Some(Language::English);
        const RU: Option<Language> = Some(Language::Russian);
        for (header, language) in [
            ("en", EN),
            ("en-GB", EN),
            ("EN-us", EN),
            ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", RU),
            ("en;q=0.4, ru;q=0.5", RU),
            ("ru;q=0.4, en;q=0.5", EN),
            ("de, fr;q=0.9, en;q=0.1", EN),
            ("ru;q=0, en;q=0.001", EN),
            ("en, ru", EN),
            ("ru ; q = 0.2 , en ; q=0.20", RU),
            ("ru;q=1.000", RU),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
        for unknown in [
            "",
            "*",
            "de",
            "de-DE,fr;q=0.5",
            "en;q=0",
            "en;q=2",
            "en;q=1.5",
            "en;q=-1",
            "english",
            "en;q=0.1234",
            "en;q=",
            ";;,,=,",
            "en_GB",
            "\u{0}",
            "en;q=0.x",
        ] {
            assert_eq!(Language::accepted(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_code_is_read_back() {
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(language));
        }
        assert_eq!(Language::from_code("de"), None);
    }
}
