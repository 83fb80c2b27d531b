//! The attacks of `threats.md` that a browser can try, by their ids.

mod forms;
mod headers;
mod mix_up;
mod person;
mod redirect;
mod surface;

fn callback(code: &str, state: &str) -> String {
    format!("/auth/gosuslugi/callback?code={code}&state={state}")
}

/// A path of the table with something in its holes.
fn filled(path: &str) -> String {
    path.replace("{provider}", "gosuslugi")
        .replace("{id}", "flw_0190c0c0c0c07000800000000000dead")
        .replace("{topic}", "child")
        .replace("{version}", "2026-11")
        .replace("{ticket}", &"0a".repeat(32))
        .replace("{file}", "x.css")
}
