//! Госуслуги (ESIA) as an identity provider.
//!
//! | step | request | what is checked |
//! | --- | --- | --- |
//! | [`begin`](Gosuslugi) | browser to `/aas/oauth2/v2/ac` (older protocol: `/aas/oauth2/ac`) | our own signature, before it is sent |
//! | callback | – | `state`; the code is a token of ESIA whose signature, client, issuer, times and own state claim must fit the flow (`threats.md` A7) |
//! | `advance` | `POST /aas/oauth2/v3/te` (older protocol: `/aas/oauth2/te`) | access and ID token: signature, kind, audience, issuer, times, one subject |
//! | | `GET /rs/prns/{oid}?embed=(contacts.elements)`; if they are not in it, `…/ctts?embed=(elements)` | asked by the verified subject (B7) |
//!
//! The protocol is that of `esia.md`; the signature is GOST R 34.10-2012 (`gost.md`). Between two
//! steps nothing is kept in memory but what could be learned anew: the provider's certificates
//! and how far its clock is from ours.
//!
//! What passes against the simulator has still to pass once on ESIA's own test stand
//! (`esia.md` 13.5).

mod claims;
mod clock;
mod codes;
mod keys;
mod material;
mod own_keys;
mod person;
mod provider;
mod request;
mod response;
mod settings;
mod signer;
mod state;

pub use keys::KeyFilesFault;
pub use material::{Material, MaterialError};
pub use provider::{CertificateLife, CertificateOf, Closeness, Gosuslugi, Warning};
pub use settings::{
    CommandSettings, NetworkSettings, NextKey, Protocol, ProxyText, Settings, SettingsError,
    SettingsErrors, SignerSettings, Stand, TokenAlgorithm,
};
pub use signer::{
    ClientSigner, CommandSigner, HttpSigner, MessageEncoding, OutputEncoding, RawSigner,
    SecretForm, ServiceSettings, SignError, SignatureOrder, SoftKey,
};
