//! All breaks in one build: each function that is broken somewhere becomes a choice among its
//! body and its broken bodies, made when the tests run.

use std::{collections::BTreeMap, fmt::Write as _, ops::Range};

use crate::list::Mutant;

/// The environment variable that says which break holds.
pub(crate) const SWITCH: &str = "SVYAZKA_MUTANT";

/// Goes to the end of the copied `lib.rs`.
pub(crate) const CHOICE: &str = r#"
/// Which break holds.
#[doc(hidden)]
pub fn broken() -> usize {
    static NUMBER: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *NUMBER.get_or_init(|| {
        let number = std::env::var("SVYAZKA_MUTANT").ok();
        number.and_then(|number| number.parse().ok()).unwrap_or(usize::MAX)
    })
}
"#;

/// A function's body and what breaks in it.
type Broken<'a> = (Range<usize>, Vec<(usize, &'a Mutant)>);

/// A file with the choices in it, and the breaks that are none of a function: they are tried one
/// by one.
pub(crate) fn with_choices(source: &str, mutants: &[(usize, &Mutant)]) -> (String, Vec<usize>) {
    let mut bodies: BTreeMap<usize, Broken<'_>> = BTreeMap::new();
    let mut rest = Vec::new();
    for (number, mutant) in mutants {
        let at = source.find(&mutant.text).unwrap_or_default();
        let within = at..at + mutant.text.len();
        match body_around(source, &within) {
            Some(body) => {
                let breaks = bodies.entry(body.start).or_insert((body, Vec::new()));
                breaks.1.push((*number, *mutant));
            }
            None => rest.push(*number),
        }
    }
    let mut chosen = source.to_owned();
    for (body, breaks) in bodies.into_values().rev() {
        let text = source.get(body.clone()).unwrap_or_default();
        let mut choice = String::from("match crate::broken() {\n");
        for (number, mutant) in breaks {
            let broken = text.replacen(&mutant.text, &mutant.instead, 1);
            let _ = writeln!(choice, "{number} => {{{broken}}}");
        }
        let _ = write!(choice, "_ => {{{text}}}\n}}");
        chosen.replace_range(body.clone(), &choice);
        unfix(&mut chosen, body.start);
    }
    (chosen, rest)
}

/// What stands between the braces of the function that holds a place.
fn body_around(source: &str, within: &Range<usize>) -> Option<Range<usize>> {
    let heads = source.match_indices("fn ").map(|(at, _)| at).filter(|at| {
        let line = source
            .get(..*at)
            .and_then(|before| before.rsplit('\n').next());
        line.is_some_and(|line| {
            line.split_whitespace()
                .all(|word| word.starts_with("pub") || word == "const" || word == "async")
        })
    });
    heads
        .filter_map(|head| body_of(source, head))
        .find(|body| body.start <= within.start && within.end <= body.end)
}

fn body_of(source: &str, head: usize) -> Option<Range<usize>> {
    let open = head + source.get(head..)?.find('{')?;
    let mut depth = 0_usize;
    for (at, letter) in source.get(open..)?.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(open + 1..open + at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A choice is made when the program runs: its function is no constant one.
fn unfix(source: &mut String, body: usize) {
    let before = source.get(..body).unwrap_or_default();
    let Some(head) = before.rfind("fn ") else {
        return;
    };
    let line = before
        .get(..head)
        .and_then(|b| b.rfind('\n'))
        .map_or(0, |at| at + 1);
    let words = before
        .get(line..head)
        .unwrap_or_default()
        .replace("const ", "");
    source.replace_range(line..head, &words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_function_is_a_choice() {
        let source = "use a;\n\n    pub const fn one(x: u8) -> u8 {\n        x + 1\n    }\nconst C: u8 = 2;\n";
        let mutant = |text: &str, instead: &str| Mutant {
            file: String::new(),
            text: text.to_owned(),
            instead: instead.to_owned(),
        };
        let (first, second) = (mutant("x + 1", "x"), mutant("u8 = 2", "u8 = 3"));
        let (chosen, rest) = with_choices(source, &[(7, &first), (8, &second)]);
        assert_eq!(rest, [8]);
        let words: Vec<&str> = chosen.split_whitespace().collect();
        assert_eq!(
            words.join(" "),
            "use a; pub fn one(x: u8) -> u8 {match crate::broken() { 7 => { x } _ => { x + 1 } }} \
             const C: u8 = 2;"
        );
    }
}
