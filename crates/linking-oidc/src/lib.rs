//! What adapters of OAuth 2.0 and OpenID Connect providers share.
//!
//! | step | here | by |
//! | --- | --- | --- |
//! | authorisation address | [`AuthorizationRequest`] | crate `oauth2` |
//! | PKCE S256 (RFC 7636) | [`CodeVerifier`] | crate `oauth2`, our randomness |
//! | token call (RFC 6749 4.1.3) | [`CodeExchange`] | crate `oauth2` over [`linking_http`] |
//! | signature of a token | [`verify`] with a [`KeySet`] | [`Rs256Keys`] over `jsonwebtoken` |
//! | issuer, audience, times | [`VerifiedJws::judge`] with [`ClaimRules`] | here |
//!
//! Claims exist only as the result of a verification (`threats.md` B11): [`Verified`] has no
//! constructor, [`VerifiedJws`] comes from [`verify`] alone, and that asks a [`KeySet`], whose
//! only good answer is that one of its keys made the signature.
//!
//! ```compile_fail
//! // Claims cannot be made from thin air.
//! let claims = linking_oidc::Verified { claims: 1 };
//! ```
//! ```compile_fail
//! let jws = linking_oidc::VerifiedJws { header: Vec::new(), payload: Vec::new() };
//! ```

mod authorization;
mod claims;
mod jws;
mod pkce;
mod rs256;
mod token_call;

pub use authorization::{AuthorizationRequest, EndpointError};
pub use claims::{AudienceRule, ClaimRules, Leeway, Verified};
pub use jws::{CompactJws, KeyFault, KeySet, MAX_TOKEN_BYTES, TokenError, VerifiedJws, verify};
pub use pkce::CodeVerifier;
pub use rs256::{Rs256Key, Rs256KeyError, Rs256Keys};
pub use token_call::{CodeExchange, TokenAnswer, TokenCallError, date_of};
