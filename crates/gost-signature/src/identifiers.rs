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
    /// Signature with Streebog-256, the algorithm of certificates.
    GOST_256_WITH_STREEBOG_256 = "1.2.643.7.1.1.3.2";
    /// Streebog-256.
    STREEBOG_256 = "1.2.643.7.1.1.2.2";
    /// Curve TC26-256-A: known in order to be refused.
    TC26_256_A = "1.2.643.7.1.2.1.1.1";
    /// The example curve of the standard: known in order to be refused.
    EXAMPLE_CURVE = "1.2.643.2.2.35.0";

    /// CMS content of no particular type.
    DATA = "1.2.840.113549.1.7.1";
    /// CMS signed data.
    SIGNED_DATA = "1.2.840.113549.1.7.2";
    /// CMS attribute: the type of the content.
    CONTENT_TYPE = "1.2.840.113549.1.9.3";
    /// CMS attribute: the digest of the content.
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    /// CMS attribute: when the signer says that it signed.
    SIGNING_TIME = "1.2.840.113549.1.9.5";

    /// Name attribute: common name.
    COMMON_NAME = "2.5.4.3";
    /// Certificate extension: identifier of the subject's key.
    SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    /// Certificate extension: what the key is for.
    KEY_USAGE = "2.5.29.15";
    /// Certificate extension: whether the subject issues certificates.
    BASIC_CONSTRAINTS = "2.5.29.19";
}
