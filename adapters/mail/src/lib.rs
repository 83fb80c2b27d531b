//! Letters: by SMTP over TLS, or into a folder for a demo (`architecture.md`). What a letter says
//! is the host's; headers are built by a library with types, so that no text forges one
//! (`threats.md` G3). No error and no `Debug` names an address of a person.

mod folder;
mod message;
mod smtp;

pub use folder::FolderMailer;
pub use message::{Sender, SenderError};
pub use smtp::{Encryption, SmtpError, SmtpMailer, SmtpSettings, SmtpUser};
