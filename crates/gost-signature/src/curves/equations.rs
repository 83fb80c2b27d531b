//! Signing and checking, on whichever curve a key lies (GOST R 34.10-2012 6.1 and 6.2; RFC 7091).

use elliptic_curve::{
    FieldBytes, Group, NonZeroScalar, Scalar,
    ff::{Field, PrimeField},
    ops::{Invert, MulByGeneratorVartime, Reduce},
    point::AffineCoordinates,
};
use primeorder::{AffinePoint, ProjectivePoint};
use rfc6979::KGenerator;
use streebog::Streebog256;
use zeroize::{Zeroize, Zeroizing};

#[cfg(test)]
use super::Example;
use super::{CryptoProA, CryptoProB, CryptoProC, GostCurve};
use crate::ParamSet;

/// The two halves of a signature, each a big-endian integer.
#[derive(Clone, Copy)]
pub(crate) struct Halves {
    pub(crate) s: [u8; 32],
    pub(crate) r: [u8; 32],
}

/// A public key: a point of one of the curves, and not the point at infinity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    A(AffinePoint<CryptoProA>),
    B(AffinePoint<CryptoProB>),
    C(AffinePoint<CryptoProC>),
    #[cfg(test)]
    Example(AffinePoint<Example>),
}

/// Does the same with a value of any curve.
macro_rules! on_any_curve {
    ($type:ident, $value:expr, $inner:ident => $body:expr) => {
        match $value {
            $type::A($inner) => $body,
            $type::B($inner) => $body,
            $type::C($inner) => $body,
            #[cfg(test)]
            $type::Example($inner) => $body,
        }
    };
}

/// Makes a value of the curve that a parameter set names.
macro_rules! by_param_set {
    ($type:ident, $set:expr, $make:ident($($argument:expr),*)) => {
        match $set {
            ParamSet::CryptoProA | ParamSet::CryptoProXchA | ParamSet::Tc26B => {
                $make($($argument),*).map($type::A)
            }
            ParamSet::CryptoProB | ParamSet::Tc26C => $make($($argument),*).map($type::B),
            ParamSet::CryptoProC | ParamSet::CryptoProXchB | ParamSet::Tc26D => {
                $make($($argument),*).map($type::C)
            }
            #[cfg(test)]
            ParamSet::Example => $make($($argument),*).map($type::Example),
        }
    };
}

impl Point {
    /// The point with these big-endian coordinates; none if a coordinate is not reduced modulo
    /// the field's prime or the point is not on the curve. All curves here have cofactor one, so
    /// a point of the curve is in the prime-order group.
    pub(crate) fn from_coordinates(set: ParamSet, x: [u8; 32], y: [u8; 32]) -> Option<Self> {
        by_param_set!(Self, set, affine_point(x, y))
    }

    /// The big-endian coordinates.
    pub(crate) fn coordinates(&self) -> ([u8; 32], [u8; 32]) {
        on_any_curve!(Self, self, point => (point.x().into(), point.y().into()))
    }

    /// Whether the signature is this key's over the digest (6.2 of the standard).
    pub(crate) fn verify(&self, digest: &[u8; 32], halves: Halves) -> bool {
        on_any_curve!(Self, self, point => verify(point, digest, halves).is_some())
    }
}

/// A private key with its public key. The private half is wiped when dropped.
pub(crate) enum KeyPair {
    A(Pair<CryptoProA>),
    B(Pair<CryptoProB>),
    C(Pair<CryptoProC>),
    #[cfg(test)]
    Example(Pair<Example>),
}

impl KeyPair {
    /// The pair of the private key with this big-endian value; none unless `0 < d < q`.
    pub(crate) fn from_private(set: ParamSet, d: &[u8; 32]) -> Option<Self> {
        by_param_set!(Self, set, pair(d))
    }

    /// A private key drawn from 32 octets of entropy, uniformly among those that the curve has.
    pub(crate) fn generate(set: ParamSet, entropy: &[u8; 32]) -> Self {
        match set {
            ParamSet::CryptoProA | ParamSet::CryptoProXchA | ParamSet::Tc26B => {
                Self::A(generate(entropy))
            }
            ParamSet::CryptoProB | ParamSet::Tc26C => Self::B(generate(entropy)),
            ParamSet::CryptoProC | ParamSet::CryptoProXchB | ParamSet::Tc26D => {
                Self::C(generate(entropy))
            }
            #[cfg(test)]
            ParamSet::Example => Self::Example(generate(entropy)),
        }
    }

    /// The public half.
    pub(crate) fn point(&self) -> Point {
        match self {
            Self::A(pair) => Point::A(pair.public),
            Self::B(pair) => Point::B(pair.public),
            Self::C(pair) => Point::C(pair.public),
            #[cfg(test)]
            Self::Example(pair) => Point::Example(pair.public),
        }
    }

    /// The private half, big-endian.
    pub(crate) fn private(&self) -> Zeroizing<[u8; 32]> {
        on_any_curve!(Self, self, pair => Zeroizing::new(pair.private.to_repr().into()))
    }

    /// Signs a digest (6.1 of the standard). The nonce is that of RFC 6979 3.2 over Streebog-256
    /// with `extra` as the additional data of its 3.6, so it holds with a bad generator and gives
    /// no handle to an injected fault.
    pub(crate) fn sign(&self, digest: &[u8; 32], extra: &[u8]) -> Halves {
        on_any_curve!(Self, self, pair => sign(pair, digest, extra))
    }

    /// One attempt with a chosen nonce, to compare with published examples.
    #[cfg(test)]
    pub(crate) fn sign_with_nonce(&self, digest: &[u8; 32], k: &[u8; 32]) -> Option<Halves> {
        on_any_curve!(Self, self, pair => sign_with_nonce(pair, digest, k))
    }
}

/// A pair on a known curve.
pub(crate) struct Pair<C: GostCurve> {
    private: NonZeroScalar<C>,
    public: AffinePoint<C>,
}

impl<C: GostCurve> Drop for Pair<C> {
    fn drop(&mut self) {
        self.private.zeroize();
    }
}

fn affine_point<C: GostCurve>(x: [u8; 32], y: [u8; 32]) -> Option<AffinePoint<C>> {
    AffinePoint::from_coordinates(&FieldBytes::<C>::from(x), &FieldBytes::<C>::from(y)).into()
}

fn pair<C: GostCurve>(d: &[u8; 32]) -> Option<Pair<C>> {
    let private = NonZeroScalar::<C>::from_repr(FieldBytes::<C>::from(*d)).into_option()?;
    let public = ProjectivePoint::<C>::mul_by_generator(&private).to_affine();
    Some(Pair { private, public })
}

fn generate<C: GostCurve>(entropy: &[u8; 32]) -> Pair<C> {
    let label = crate::streebog256(b"gost-signature: private key");
    let order = C::ORDER;
    let mut candidates = KGenerator::<Streebog256, _>::new(entropy, &label, &[], order.as_ref());
    let mut d = Zeroizing::new([0; 32]);
    loop {
        candidates.fill_next_k(d.as_mut_slice());
        if let Some(pair) = pair(&d) {
            return pair;
        }
    }
}

/// The digest as the integer e: little-endian, modulo q, and one in place of zero.
fn digest_scalar<C: GostCurve>(digest: &[u8; 32]) -> Scalar<C> {
    let mut big_endian = *digest;
    big_endian.reverse();
    let e = Scalar::<C>::reduce(&FieldBytes::<C>::from(big_endian));
    if bool::from(Field::is_zero(&e)) {
        Scalar::<C>::ONE
    } else {
        e
    }
}

/// A half of a signature as a number; none unless it is above zero and below q.
fn half<C: GostCurve>(octets: [u8; 32]) -> Option<Scalar<C>> {
    NonZeroScalar::<C>::from_repr(FieldBytes::<C>::from(octets))
        .into_option()
        .map(|half| *half)
}

fn verify<C: GostCurve>(key: &AffinePoint<C>, digest: &[u8; 32], halves: Halves) -> Option<()> {
    let r = half::<C>(halves.r)?;
    let s = half::<C>(halves.s)?;
    let v = Invert::invert_vartime(&digest_scalar::<C>(digest)).into_option()?;
    let point = ProjectivePoint::<C>::mul_by_generator_and_mul_add_vartime(
        &(s * v),
        &-(r * v),
        &ProjectivePoint::from(*key),
    );
    let on_curve = !bool::from(Group::is_identity(&point));
    (on_curve && x_coordinate(&point) == r).then_some(())
}

/// The x coordinate modulo q.
fn x_coordinate<C: GostCurve>(point: &ProjectivePoint<C>) -> Scalar<C> {
    Scalar::<C>::reduce(&point.to_affine().x())
}

fn sign<C: GostCurve>(pair: &Pair<C>, digest: &[u8; 32], extra: &[u8]) -> Halves {
    let private = Zeroizing::new(<[u8; 32]>::from(pair.private.to_repr()));
    let mut big_endian = *digest;
    big_endian.reverse();
    let order = C::ORDER;
    let mut nonces =
        KGenerator::<Streebog256, _>::new(private.as_slice(), &big_endian, extra, order.as_ref());
    let mut k = Zeroizing::new([0; 32]);
    loop {
        nonces.fill_next_k(k.as_mut_slice());
        if let Some(halves) = sign_with_nonce(pair, digest, &k) {
            return halves;
        }
    }
}

/// None when r or s is zero: another nonce is needed then.
fn sign_with_nonce<C: GostCurve>(
    pair: &Pair<C>,
    digest: &[u8; 32],
    k: &[u8; 32],
) -> Option<Halves> {
    let k = Zeroizing::new(half::<C>(*k)?);
    let r = x_coordinate(&ProjectivePoint::<C>::mul_by_generator(&k));
    let s = r * *pair.private + *k * digest_scalar::<C>(digest);
    let usable = !bool::from(Field::is_zero(&r)) && !bool::from(Field::is_zero(&s));
    usable.then(|| Halves {
        s: s.to_repr().into(),
        r: r.to_repr().into(),
    })
}
