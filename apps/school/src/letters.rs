//! What letters say (`texts.md`, section 7): plain text, and simple HTML with the same words; one
//! link, made of the installation's own address; no name, login or school in the subject.

use askama::Template;
use linking_core::{
    letter::LetterKind,
    ports::OutgoingLetter,
    region::ZoneOffset,
    session::AgentLabel,
    time::{NOT_ME_LIFE, RESTORE_LIFE, Timestamp},
    usecase::Letter,
};

use crate::{
    i18n::{Args, Texts},
    pages::profile::ways_list,
    settings::PublicAddress,
};

/// A letter's words: paragraphs, the one link, paragraphs after it.
#[derive(Debug, Template)]
#[template(path = "letter.html")]
struct Words {
    language: &'static str,
    before: Vec<String>,
    link: String,
    after: Vec<String>,
}

impl Words {
    fn plain(&self) -> String {
        let link = [self.link.clone()];
        let parts: Vec<&str> = self
            .before
            .iter()
            .chain(&link)
            .chain(&self.after)
            .map(String::as_str)
            .collect();
        parts.join("\n\n") + "\n"
    }
}

/// Writes a letter.
///
/// # Errors
/// The template's own, which no value can cause.
pub(crate) fn write(
    t: &Texts,
    address: &PublicAddress,
    letter: &Letter,
    now: Timestamp,
) -> Result<OutgoingLetter, askama::Error> {
    let offset = letter.offset.unwrap_or(ZoneOffset::MOSCOW);
    let (subject, first) = match &letter.kind {
        LetterKind::Linked { .. } => ("letter-linked-title", "letter-linked-text"),
        LetterKind::Unlinked { .. } => ("letter-unlinked-title", "letter-unlinked-text"),
        LetterKind::MovedAway { .. } => ("letter-replaced-title", "letter-moved-away-text"),
        LetterKind::Replaced { .. } => ("letter-replaced-title", "letter-replaced-text"),
        LetterKind::MismatchTried { .. } => ("letter-mismatch-title", "letter-mismatch-text"),
        LetterKind::IdentityTriedElsewhere { .. } => {
            ("letter-elsewhere-title", "letter-elsewhere-text")
        }
        LetterKind::PasswordPaused { .. } => ("letter-paused-title", "letter-paused-text"),
        LetterKind::PasswordChanged => (
            "letter-password-changed-title",
            "letter-password-changed-text",
        ),
        LetterKind::Restore => ("letter-restore-title", "letter-restore-text"),
    };
    let when = t.moment(letter.at, now, offset);
    let mut args = Args::new()
        .with("Moment", capitalised(&when))
        .with("mask", letter.profile.clone());
    if let LetterKind::PasswordPaused { until } = &letter.kind {
        args = args.with("time", t.time(*until, offset));
    }
    let mut before = vec![t.text("letter-greeting"), t.text_with(first, &args)];
    if let LetterKind::Unlinked { ways, .. } | LetterKind::MovedAway { ways, .. } = &letter.kind
        && !ways.is_empty()
    {
        let ways = Args::new().with("ways", ways_list(ways, t));
        before.push(t.text_with("letter-unlinked-ways", &ways));
    }
    if let Some(agent) = letter.agent.as_ref().map(AgentLabel::as_str)
        && !agent.is_empty()
    {
        before.push(t.text_with("letter-agent", &Args::new().with("agent", agent)));
    }
    let secret = letter.secret.to_hex();
    let origin = address.origin();
    let number = |count: i64| u32::try_from(count).unwrap_or_default();
    let (link, after) = if letter.kind == LetterKind::Restore {
        before.push(t.text("letter-restore-open"));
        let life = Args::new().with_number("minutes", number(RESTORE_LIFE.num_minutes()));
        let after = vec![
            t.text_with("letter-restore-life", &life),
            t.text("letter-restore-not-you"),
            t.text("letter-never"),
        ];
        (format!("{origin}/restore/{secret}"), after)
    } else {
        before.push(t.text("letter-you"));
        before.push(t.text("letter-not-you"));
        let life = Args::new().with_number("count", number(NOT_ME_LIFE.num_days()));
        let after = vec![t.text_with("letter-life", &life), t.text("letter-never")];
        (format!("{origin}/not-me/{secret}"), after)
    };
    let words = Words {
        language: t.language().code(),
        before,
        link,
        after,
    };
    Ok(OutgoingLetter {
        key: letter.key.clone(),
        to: letter.to.clone(),
        subject: t.text(subject),
        text: words.plain(),
        html: words.render()?,
    })
}

fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(rest).collect()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use linking_core::{secret::Secret256, session::SignInWay};

    use super::*;
    use crate::i18n::{Catalogue, Language};

    fn every_kind() -> [LetterKind; 9] {
        let provider = || "gosuslugi".parse().unwrap();
        [
            LetterKind::Linked {
                provider: provider(),
            },
            LetterKind::Unlinked {
                provider: provider(),
                ways: vec![SignInWay::Password],
            },
            LetterKind::MovedAway {
                provider: provider(),
                ways: vec![SignInWay::Password],
            },
            LetterKind::Replaced {
                provider: provider(),
            },
            LetterKind::MismatchTried {
                provider: provider(),
            },
            LetterKind::IdentityTriedElsewhere {
                provider: provider(),
            },
            LetterKind::PasswordPaused {
                until: "2026-03-14T14:05:00Z".parse().unwrap(),
            },
            LetterKind::PasswordChanged,
            LetterKind::Restore,
        ]
    }

    #[test]
    fn every_letter_has_one_link_of_ours_and_no_name_in_its_subject() {
        let catalogue = Arc::new(Catalogue::embedded().unwrap());
        let address = PublicAddress::of_tests("https://diary.example.ru");
        for (language, kind) in Language::ALL
            .into_iter()
            .flat_map(|language| every_kind().map(|kind| (language, kind)))
        {
            let common = Args::new()
                .with("diary", "Сетевой Город")
                .with("into", "в дневник");
            let t = Texts::new(Arc::clone(&catalogue), language, common)
                .about(&"gosuslugi".parse().unwrap());
            let letter = Letter {
                key: "evt_1".to_owned(),
                to: "teacher@example.ru".parse().unwrap(),
                kind,
                profile: "<b>Светлана</b> В. Д.".to_owned(),
                at: "2026-03-14T14:00:00Z".parse().unwrap(),
                offset: None,
                agent: Some(AgentLabel::new("Chrome, Windows")),
                secret: Secret256::from_hex(&"0a".repeat(32)).unwrap(),
            };
            let now = letter.at;
            let written = write(&t, &address, &letter, now).unwrap();
            assert_eq!(written.text.matches("://").count(), 1, "{}", written.text);
            assert_eq!(written.html.matches("href=").count(), 1, "{}", written.html);
            assert!(
                written.text.contains("https://diary.example.ru/"),
                "{}",
                written.text
            );
            assert!(written.text.contains(&"0a".repeat(32)));
            assert!(!written.html.contains("<b>"), "g3: {}", written.html);
            assert!(written.text.contains("Chrome, Windows"));
            for private in ["Светлана", "teacher", "example"] {
                assert!(!written.subject.contains(private), "{}", written.subject);
            }
            for wrong in ["⟦", "{$", "{ $"] {
                assert!(!written.text.contains(wrong), "{}", written.text);
            }
            for paragraph in written.text.split("\n\n").filter(|p| !p.contains("://")) {
                let shown = [
                    ('<', "&#60;"),
                    ('>', "&#62;"),
                    ('"', "&#34;"),
                    ('\'', "&#39;"),
                ]
                .into_iter()
                .fold(paragraph.trim().to_owned(), |text, (from, to)| {
                    text.replace(from, to)
                });
                assert!(written.html.contains(&shown), "{shown} in {}", written.html);
            }
        }
    }
}
