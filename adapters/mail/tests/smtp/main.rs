//! Letters to a real mail server (npm's `smtp-server`, which `./test` installs).

#[cfg(test)]
mod letters;
