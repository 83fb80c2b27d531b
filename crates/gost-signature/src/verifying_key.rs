//! Public keys and their `SubjectPublicKeyInfo` (RFC 9215 4).

use std::fmt;

use der::{
    Decode, Encode, Sequence,
    asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef},
};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::{
    EncodingError, ParamSet, Signature, SignatureError,
    curves::Point,
    identifiers::{EXAMPLE_CURVE, GOST_256, GOST_512, GOST_2001, STREEBOG_256, TC26_256_A},
    streebog256,
};

/// A public key: a point of its curve, checked when it was read.
#[derive(Clone, Copy)]
pub struct VerifyingKey {
    set: ParamSet,
    point: Point,
}

/// Why a public key can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// The octets are no DER of the structure that was expected.
    #[error("the public key is not a DER SubjectPublicKeyInfo")]
    Der,
    /// The key is of GOST R 34.10-2001, which is withdrawn.
    #[error("the key is of GOST R 34.10-2001; a key of GOST R 34.10-2012 is needed")]
    Gost2001,
    /// The key has 512 bits.
    #[error("the key has 512 bits; only 256-bit keys are supported")]
    Bits512,
    /// The key is of another algorithm, RSA for example.
    #[error("the key's algorithm {oid} is not GOST R 34.10-2012 with 256 bits")]
    OtherAlgorithm {
        /// The algorithm's identifier.
        oid: ObjectIdentifier,
    },
    /// The key lies on TC26-256-A, whose cofactor is four.
    #[error("parameter set TC26-256-A is not supported; use CryptoPro-A or another set")]
    Tc26A,
    /// The key lies on the example curve of the standard.
    #[error("the key is on the example curve of the standard, which protects nothing")]
    ExampleCurve,
    /// The parameter set is none that is known.
    #[error("the parameter set {oid} is not known")]
    UnknownParamSet {
        /// The parameter set's identifier.
        oid: ObjectIdentifier,
    },
    /// The key is meant for another digest than Streebog-256.
    #[error("the key is meant for the digest {oid}, not for Streebog-256")]
    OtherDigest {
        /// The digest's identifier.
        oid: ObjectIdentifier,
    },
    /// A public key has 64 octets.
    #[error("a public key has 64 octets, this one has {got}")]
    Length {
        /// How many octets there were.
        got: usize,
    },
    /// A coordinate is not reduced, or the point is not on the curve.
    #[error("the public key is no point of its curve")]
    NotOnCurve,
}

/// `GostR3410-2012-PublicKeyParameters` of RFC 9215 4.2.
#[derive(Sequence)]
struct KeyParameters {
    param_set: ObjectIdentifier,
    #[asn1(optional = "true")]
    digest: Option<ObjectIdentifier>,
}

/// Reads the algorithm of a public or private key and gives its parameter set.
pub(crate) fn param_set(algorithm: AlgorithmIdentifierRef<'_>) -> Result<ParamSet, PublicKeyError> {
    match algorithm.oid {
        GOST_256 => {}
        GOST_512 => return Err(PublicKeyError::Bits512),
        GOST_2001 => return Err(PublicKeyError::Gost2001),
        oid => return Err(PublicKeyError::OtherAlgorithm { oid }),
    }
    let parameters: KeyParameters = algorithm
        .parameters
        .ok_or(PublicKeyError::Der)?
        .decode_as()
        .map_err(|_| PublicKeyError::Der)?;
    if let Some(oid) = parameters.digest.filter(|oid| *oid != STREEBOG_256) {
        return Err(PublicKeyError::OtherDigest { oid });
    }
    match parameters.param_set {
        TC26_256_A => Err(PublicKeyError::Tc26A),
        EXAMPLE_CURVE => Err(PublicKeyError::ExampleCurve),
        oid => ParamSet::from_oid(oid).ok_or(PublicKeyError::UnknownParamSet { oid }),
    }
}

/// The parameters that stand beside a key's algorithm, as DER.
pub(crate) fn key_parameters(set: ParamSet) -> der::Result<Vec<u8>> {
    let digest = set.names_digest().then_some(STREEBOG_256);
    KeyParameters {
        param_set: set.oid(),
        digest,
    }
    .to_der()
}

impl VerifyingKey {
    pub(crate) fn new(set: ParamSet, point: Point) -> Self {
        Self { set, point }
    }

    /// Reads a DER `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    ///
    /// [`PublicKeyError`] for anything but a 256-bit key on a supported curve.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, PublicKeyError> {
        let spki = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| PublicKeyError::Der)?;
        let set = param_set(spki.algorithm)?;
        let bits = spki
            .subject_public_key
            .as_bytes()
            .ok_or(PublicKeyError::Der)?;
        let octets = <&OctetStringRef>::from_der(bits).map_err(|_| PublicKeyError::Der)?;
        Self::from_octets(set, octets.as_bytes())
    }

    /// Takes the key octets of a certificate: x then y, each 32 octets little-endian.
    ///
    /// # Errors
    ///
    /// [`PublicKeyError::Length`] unless there are 64, [`PublicKeyError::NotOnCurve`] if they are
    /// no point of the curve, written with reduced coordinates.
    pub fn from_octets(set: ParamSet, octets: &[u8]) -> Result<Self, PublicKeyError> {
        let wrong_length = PublicKeyError::Length { got: octets.len() };
        let (x, y) = octets.split_at_checked(32).ok_or(wrong_length)?;
        let mut x = <[u8; 32]>::try_from(x).map_err(|_| wrong_length)?;
        let mut y = <[u8; 32]>::try_from(y).map_err(|_| wrong_length)?;
        x.reverse();
        y.reverse();
        let point = Point::from_coordinates(set, x, y).ok_or(PublicKeyError::NotOnCurve)?;
        Ok(Self { set, point })
    }

    /// The name of the curve.
    #[must_use]
    pub fn param_set(&self) -> ParamSet {
        self.set
    }

    /// The key octets: x then y, each 32 octets little-endian.
    #[must_use]
    pub fn to_octets(&self) -> [u8; 64] {
        let (mut x, mut y) = self.point.coordinates();
        x.reverse();
        y.reverse();
        let mut octets = [0; 64];
        let (first, second) = octets.split_at_mut(32);
        first.copy_from_slice(&x);
        second.copy_from_slice(&y);
        octets
    }

    /// The key as a DER `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    ///
    /// [`EncodingError`]; no case of it is known.
    pub fn to_spki_der(&self) -> Result<Vec<u8>, EncodingError> {
        let parameters = key_parameters(self.set)?;
        let octets = self.to_octets();
        let key = OctetStringRef::new(&octets)?.to_der()?;
        let spki = SubjectPublicKeyInfoRef {
            algorithm: AlgorithmIdentifierRef {
                oid: GOST_256,
                parameters: Some(AnyRef::from_der(&parameters)?),
            },
            subject_public_key: BitStringRef::from_bytes(&key)?,
        };
        Ok(spki.to_der()?)
    }

    /// Checks that the signature is this key's over the message: Streebog-256, then 6.2 of
    /// GOST R 34.10-2012, in the one byte order of [`Signature`].
    ///
    /// # Errors
    ///
    /// [`SignatureError::NotValid`] if it is not.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        self.verify_digest(&streebog256(message), signature)
    }

    pub(crate) fn verify_digest(
        &self,
        digest: &[u8; 32],
        signature: &Signature,
    ) -> Result<(), SignatureError> {
        if self.point.verify(digest, signature.halves()) {
            Ok(())
        } else {
            Err(SignatureError::NotValid)
        }
    }
}

/// Keys are equal when their curves and points are, under whichever name of the curve.
impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.point == other.point
    }
}

impl Eq for VerifyingKey {}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "VerifyingKey({}, {})",
            self.set,
            hex::encode(self.to_octets())
        )
    }
}
