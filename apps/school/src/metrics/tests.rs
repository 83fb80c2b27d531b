//! `threats.md` J7: labels come from fixed lists, and no metric tells of a person.

use std::collections::BTreeSet;

use super::*;
use crate::{readiness::CHECKS, router::ROUTES};

/// A line of the text: name, labels, value.
fn parsed(line: &str) -> (String, Vec<(String, String)>) {
    let (series, _) = line.rsplit_once(' ').unwrap();
    let Some((name, labels)) = series.split_once('{') else {
        return (series.to_owned(), Vec::new());
    };
    let labels = labels.trim_end_matches('}').split("\",").map(|label| {
        let (name, value) = label.split_once("=\"").unwrap();
        (name.to_owned(), value.trim_end_matches('"').to_owned())
    });
    (name.to_owned(), labels.collect())
}

fn allowed(values: Values, value: &str, providers: &[&str]) -> bool {
    match values {
        Values::Routes => {
            let health = ["/healthz", "/readyz", "unknown"];
            health.contains(&value) || ROUTES.iter().any(|route| route.path == value)
        }
        Values::Statuses => value.len() == 3 && value.bytes().all(|b| b.is_ascii_digit()),
        Values::Refusals => {
            value == "other" || RefusalCode::ALL.iter().any(|code| code.as_str() == value)
        }
        Values::Providers => providers.contains(&value),
        Values::Acts => ACTS.contains(&value),
        Values::Of(words) => words.contains(&value),
    }
}

/// Holds a text to the schema; gives the names that it tells.
pub(crate) fn hold_to_schema(text: &str, providers: &[&str]) -> BTreeSet<&'static str> {
    let mut told = BTreeSet::new();
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (name, labels) = parsed(line);
        let ends = ["_bucket", "_sum", "_count"];
        let measure = MEASURES
            .iter()
            .find(|measure| {
                let bare = ends.iter().find_map(|end| name.strip_suffix(end));
                measure.name == name
                    || (measure.kind == Kind::Histogram && bare == Some(measure.name))
            })
            .unwrap_or_else(|| panic!("{name} is not in the schema"));
        told.insert(measure.name);
        for (label, value) in labels {
            if label == "le" && measure.kind == Kind::Histogram {
                continue;
            }
            let (_, values) = measure
                .labels
                .iter()
                .find(|(known, _)| *known == label)
                .unwrap_or_else(|| panic!("{name} has no label {label}"));
            assert!(
                allowed(*values, &value, providers),
                "{name} {label}: {value}"
            );
        }
    }
    told
}

#[test]
fn j7_a_text_out_of_the_schema_is_found() {
    for bad in [
        "svyazka_logins_total 1",
        "svyazka_requests_total{route=\"/flow/0190\",status=\"200\"} 1",
        "svyazka_requests_total{login=\"marina\"} 1",
        "svyazka_refusals_total{code=\"Sokolova\"} 1",
        "svyazka_ready{check=\"school\"} 1",
    ] {
        let held = std::panic::catch_unwind(|| hold_to_schema(bad, &["gosuslugi"]));
        assert!(held.is_err(), "{bad}");
    }
}

#[test]
fn j7_what_is_counted_stays_in_the_schema() {
    let metrics = Metrics::new().unwrap();
    metrics.request("/flow/{id}", 200, None, Duration::from_millis(3));
    metrics.request("unknown", 404, Some("invented"), Duration::from_secs(9));
    metrics.request("/sign-in", 403, Some("wrong-credentials"), Duration::ZERO);
    metrics.swept(7);
    metrics.fold();
    let text = metrics.text();
    let told = hold_to_schema(&text, &[]);
    assert_eq!(told.len(), 4, "{text}");
    for line in [
        "svyazka_requests_total{route=\"/flow/{id}\",status=\"200\"} 1",
        "svyazka_refusals_total{code=\"other\"} 1",
        "svyazka_refusals_total{code=\"wrong-credentials\"} 1",
        "svyazka_swept_total 7",
        "svyazka_request_seconds_bucket{route=\"unknown\",le=\"+Inf\"} 1",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn every_measure_has_a_name_with_its_unit_and_a_word_on_what_it_tells() {
    let mut names = BTreeSet::new();
    for measure in MEASURES {
        assert!(names.insert(measure.name), "{} stands twice", measure.name);
        assert!(measure.name.starts_with("svyazka_") && measure.help.ends_with('.'));
        assert_eq!(
            measure.kind == Kind::Counter,
            measure.name.ends_with("_total")
        );
    }
    assert!(!CHECKS.is_empty());
}
