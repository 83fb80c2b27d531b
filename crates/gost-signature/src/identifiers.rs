//! Object identifiers (RFC 9215, RFC 5652, RFC 4357, RFC 7836).

use der::asn1::ObjectIdentifier;

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($text);)*
    };
}

oids! {
    /// Public key of GOST R 34.10-2012, 256 bit.
    GOST_256 = "1.2.643.7.1.1.1.1";
    /// Public key of GOST R 34.10-2012, 512 bit: known in order to be refused.
    GOST_512 = "1.2.643.7.1.1.1.2";
    /// Public key of GOST R 34.10-2001: known in order to be refused.
    GOST_2001 = "1.2.643.2.2.19";
    /// Streebog-256.
    STREEBOG_256 = "1.2.643.7.1.1.2.2";
    /// Curve TC26-256-A: known in order to be refused.
    TC26_256_A = "1.2.643.7.1.2.1.1.1";
    /// The example curve of the standard: known in order to be refused.
    EXAMPLE_CURVE = "1.2.643.2.2.35.0";
}
