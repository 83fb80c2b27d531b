//! Changes of a key file: written whole beside it and put in its place, so that a crash leaves the
//! old file or the new one. Lines that are no keys stay as they are.

use std::{fs, path::Path};

use linking_core::{ports::Randomness, secret::Secret256};
use zeroize::Zeroizing;

use super::{
    KeyFileError, KeyVault,
    key_file::{self, SEAL_WITH, io_at, key_line},
};
use crate::give_to_owner_of;

/// The file's text, and what it says.
fn opened(path: &Path) -> Result<(Zeroizing<String>, KeyVault), KeyFileError> {
    let text = key_file::read(path)?;
    let vault = KeyVault::from_text(&text).map_err(|cause| KeyFileError::Text {
        path: path.to_owned(),
        cause,
    })?;
    Ok((text, vault))
}

/// The lines that stay, and the version that is in force.
fn written(path: &Path, lines: &[&str], in_force: u8) -> Result<(), KeyFileError> {
    let mut text = Zeroizing::new(String::new());
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    for part in [SEAL_WITH, ": ", &in_force.to_string(), "\n"] {
        text.push_str(part);
    }
    // What is written must read, before it takes the place of what does.
    KeyVault::from_text(&text).map_err(|cause| KeyFileError::Text {
        path: path.to_owned(),
        cause,
    })?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    // What a crash left of an earlier try.
    if beside.exists() {
        fs::remove_file(beside).map_err(io_at(beside))?;
    }
    key_file::write_new(beside, &text)?;
    give_to_owner_of(path, beside).map_err(io_at(beside))?;
    fs::rename(beside, path).map_err(io_at(path))
}

/// The lines but those that say which key is in force.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let says = |line: &str| {
        let name = line.trim().split_once(':').map(|(name, _)| name);
        name == Some(SEAL_WITH)
    };
    text.lines().filter(move |line| !says(line))
}

pub(super) fn add(path: &Path, random: &dyn Randomness) -> Result<u8, KeyFileError> {
    let (text, vault) = opened(path)?;
    let last = vault.fingerprints().into_keys().next_back();
    let version = last
        .and_then(|last| last.checked_add(1))
        .ok_or_else(|| KeyFileError::Full {
            path: path.to_owned(),
        })?;
    let digits = Zeroizing::new(Secret256::draw(random).to_hex());
    let line = Zeroizing::new(format!("{version}:{}", &*digits));
    let lines: Vec<&str> = lines(&text).chain([line.as_str()]).collect();
    written(path, &lines, vault.version_in_force())?;
    Ok(version)
}

pub(super) fn put_in_force(path: &Path, version: u8) -> Result<(), KeyFileError> {
    let (text, vault) = opened(path)?;
    if !vault.fingerprints().contains_key(&version) {
        return Err(KeyFileError::NoSuchKey {
            path: path.to_owned(),
            version,
        });
    }
    written(path, &lines(&text).collect::<Vec<_>>(), version)
}

pub(super) fn remove(path: &Path, version: u8) -> Result<(), KeyFileError> {
    let (text, vault) = opened(path)?;
    let path_of = || path.to_owned();
    if version == vault.version_in_force() {
        let path = path_of();
        return Err(KeyFileError::InForce { path, version });
    }
    if !vault.fingerprints().contains_key(&version) {
        let path = path_of();
        return Err(KeyFileError::NoSuchKey { path, version });
    }
    let is_it = |line: &str| key_line(line.trim()).is_ok_and(|(found, _)| found == version);
    let lines: Vec<&str> = lines(&text).filter(|line| !is_it(line)).collect();
    written(path, &lines, vault.version_in_force())
}

#[cfg(test)]
mod tests {
    use linking_core::{
        ports::{Purpose, Vault as _},
        secret::SecretBytes,
    };

    use super::*;
    use crate::SystemRandom;

    #[test]
    fn i6_a_new_key_waits_is_put_in_force_and_the_old_one_goes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vault.keys");
        let one = KeyVault::create(&file, &SystemRandom).unwrap();
        let text = format!("# of the school\n{}", fs::read_to_string(&file).unwrap());
        fs::write(&file, text).unwrap();
        let plain = SecretBytes::new(b"plain".to_vec());
        let by_one = one.seal(Purpose::SnilsSeal, b"r", &plain);
        let session = one.tag(Purpose::Session, b"s");

        assert_eq!(KeyVault::add_key(&file, &SystemRandom).unwrap(), 2);
        let both = KeyVault::load(&file).unwrap();
        assert_eq!(both.version_in_force(), 1, "the new key waits");
        assert_eq!(both.tag(Purpose::Session, b"s"), session);

        KeyVault::put_in_force(&file, 2).unwrap();
        let both = KeyVault::load(&file).unwrap();
        assert_eq!(both.version_in_force(), 2);
        assert_eq!(both.open(Purpose::SnilsSeal, b"r", &by_one).unwrap(), plain);
        assert_ne!(both.tag(Purpose::Session, b"s"), session);
        assert_eq!(both.other_tags(Purpose::Session, b"s"), [session]);
        assert_eq!(both.fingerprints().len(), 2);
        assert_eq!(both.fingerprints().get(&1), one.fingerprints().get(&1));

        assert!(matches!(
            KeyVault::remove_key(&file, 2),
            Err(KeyFileError::InForce { version: 2, .. })
        ));
        assert!(matches!(
            KeyVault::put_in_force(&file, 3),
            Err(KeyFileError::NoSuchKey { version: 3, .. })
        ));
        KeyVault::remove_key(&file, 1).unwrap();
        let two = KeyVault::load(&file).unwrap();
        assert!(two.open(Purpose::SnilsSeal, b"r", &by_one).is_err());
        assert!(two.other_tags(Purpose::Session, b"s").is_empty());
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("# of the school\n2:"), "comments stay");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn i5_a_fingerprint_tells_keys_apart_and_gives_no_key_away() {
        let text = KeyVault::generate(&SystemRandom);
        let vault = KeyVault::from_text(text.expose()).unwrap();
        let print = vault.fingerprints().remove(&1).unwrap();
        assert_eq!(print.len(), 16);
        assert!(!text.expose().contains(&print));
        let again = KeyVault::from_text(text.expose()).unwrap();
        assert_eq!(again.fingerprints().get(&1), Some(&print));
        let other = KeyVault::from_text(KeyVault::generate(&SystemRandom).expose()).unwrap();
        assert_ne!(other.fingerprints().get(&1), Some(&print));
    }

    #[test]
    fn a_seal_with_that_names_no_key_or_stands_twice_is_refused() {
        let text = KeyVault::generate(&SystemRandom);
        for more in ["seal-with: 2", "seal-with: x", "seal-with: 1\nseal-with: 1"] {
            let text = format!("{}{more}", text.expose());
            let error = KeyVault::from_text(&text).unwrap_err().to_string();
            assert!(error.contains("seal-with"), "{error}");
        }
    }
}
