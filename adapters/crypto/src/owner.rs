//! Files that take another's place stay their owner's.

use std::{io, path::Path};

/// Gives a file to the owner of another one, or of a folder: an administrator who restores a
/// database or exchanges a key is seldom the user that serves, and what only its owner may read
/// would be lost to that user.
///
/// # Errors
/// What the system says; giving files away is the administrator's alone.
#[cfg(unix)]
pub fn give_to_owner_of(model: &Path, file: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let (model, present) = (std::fs::metadata(model)?, std::fs::metadata(file)?);
    if model.uid() == present.uid() {
        return Ok(());
    }
    chown(file, Some(model.uid()), Some(model.gid()))
}

/// Access control lists are the operator's there.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn give_to_owner_of(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}
