//! Identity providers: what an adapter states, answers and returns.

mod identity;
mod manifest;
mod step;

pub use identity::{
    AssuranceLevel, AuthenticationMethod, Claims, ContactClaim, IdentityKey, Issuer, ProviderId,
    ProviderIdentity, Subject, Verification,
};
pub use manifest::{
    AnswerIssuer, CodeBinding, LegalKind, Manifest, SubjectStability, Switch, VouchedAttribute,
};
pub use step::{
    Answer, Begin, CallbackParams, CallbackParamsError, Decline, HttpsUrl, HttpsUrlError, Prompt,
    ProviderError, ProviderErrorKind, ProviderState, Resume, Step, Ticket, Wanted,
};
