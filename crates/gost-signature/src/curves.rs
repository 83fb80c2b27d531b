//! The curves and the two equations of GOST R 34.10-2012.
//!
//! Fields, scalars and point formulas are those of `primefield` and `primeorder`. Parameters come
//! from RFC 4357 (CryptoPro-A, -B, -C) and RFC 7091 (the example).

mod equations;
#[cfg(test)]
mod tests;

pub(crate) use equations::{Halves, KeyPair, Point};

use elliptic_curve::{Curve, bigint::U256, consts::U32};
use primeorder::PrimeCurveParams;

/// A curve of GOST R 34.10-2012 with 256-bit keys and cofactor one.
pub(crate) trait GostCurve:
    PrimeCurveParams + Curve<FieldBytesSize = U32, Uint = U256>
{
}

/// Defines a curve. `p_generator` and `q_generator` are quadratic non-residues that `primefield`
/// asks for and checks at compile time; the standard never takes a square root.
macro_rules! gost_curve {
    (
        $(#[$attribute:meta])*
        $module:ident, $name:ident, $formulas:ident,
        p: $p:literal, p_generator: $p_generator:literal,
        q: $q:literal, q_generator: $q_generator:literal,
        a: $a:literal, b: $b:literal,
        x: $x:literal, y: $y:literal $(,)?
    ) => {
        $(#[$attribute])*
        pub(crate) use $module::$name;

        $(#[$attribute])*
        mod $module {
            use elliptic_curve::{
                CurveArithmetic, PrimeCurveArithmetic,
                bigint::{Odd, U256},
                consts::U32,
                hazmat::FieldArithmetic,
            };
            use primeorder::{PrimeCurveParams, mul_backend, point_arithmetic};

            #[expect(deprecated, reason = "primefield's macro asks crypto-bigint for `bits`")]
            mod field {
                use elliptic_curve::{
                    bigint::U256,
                    ff::PrimeField,
                    ops::BatchInvert,
                    subtle::{Choice, ConstantTimeEq, CtOption},
                };

                primefield::monty_field_params! {
                    name: FieldParams,
                    modulus: $p,
                    uint: U256,
                    byte_order: primefield::ByteOrder::BigEndian,
                    multiplicative_generator: $p_generator,
                    doc: "Montgomery parameters of the base field"
                }
                primefield::monty_field_element! {
                    name: FieldElement,
                    params: FieldParams,
                    uint: U256,
                    doc: "Element of the base field"
                }
                primefield::monty_field_arithmetic! {
                    name: FieldElement,
                    params: FieldParams,
                    uint: U256
                }

                impl BatchInvert for FieldElement {}
            }

            #[expect(deprecated, reason = "primefield's macro asks crypto-bigint for `bits`")]
            mod scalar {
                use super::{$name, ORDER};
                use elliptic_curve::{
                    bigint::U256,
                    ff::PrimeField,
                    scalar::{FromUintUnchecked, IsHigh},
                    subtle::{Choice, ConstantTimeEq, ConstantTimeGreater, CtOption},
                };
                use primeorder::wnaf;

                primefield::monty_field_params! {
                    name: ScalarParams,
                    modulus: $q,
                    uint: U256,
                    byte_order: primefield::ByteOrder::BigEndian,
                    multiplicative_generator: $q_generator,
                    doc: "Montgomery parameters of the scalar field"
                }
                primefield::monty_field_element! {
                    name: Scalar,
                    params: ScalarParams,
                    uint: U256,
                    doc: "Element of the scalar field"
                }
                primefield::monty_field_arithmetic! {
                    name: Scalar,
                    params: ScalarParams,
                    uint: U256
                }
                primefield::monty_field_reduce! {
                    name: Scalar,
                    params: ScalarParams,
                    uint: U256,
                }
                elliptic_curve::scalar_impls!($name, Scalar);
                wnaf::impl_wnaf_size_for_scalar!(Scalar);

                impl AsRef<Scalar> for Scalar {
                    fn as_ref(&self) -> &Scalar {
                        self
                    }
                }

                impl FromUintUnchecked for Scalar {
                    type Uint = U256;

                    fn from_uint_unchecked(uint: Self::Uint) -> Self {
                        Self::from_uint_unchecked(uint)
                    }
                }

                impl IsHigh for Scalar {
                    fn is_high(&self) -> Choice {
                        const HALF: U256 = ORDER.as_ref().shr_vartime(1);
                        self.to_canonical().ct_gt(&HALF)
                    }
                }
            }

            const ORDER: Odd<U256> = Odd::<U256>::from_be_hex($q);

            #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
            pub struct $name;

            impl elliptic_curve::Curve for $name {
                type FieldBytesSize = U32;
                type Uint = U256;
                const ORDER: Odd<U256> = ORDER;
            }

            impl elliptic_curve::PrimeCurve for $name {}

            impl elliptic_curve::point::PointCompression for $name {
                const COMPRESS_POINTS: bool = false;
            }

            impl CurveArithmetic for $name {
                type AffinePoint = primeorder::AffinePoint<Self>;
                type ProjectivePoint = primeorder::ProjectivePoint<Self>;
                type Scalar = scalar::Scalar;
            }

            impl FieldArithmetic for $name {
                type FieldElement = field::FieldElement;
            }

            impl PrimeCurveArithmetic for $name {
                type CurveGroup = primeorder::ProjectivePoint<Self>;
            }

            impl PrimeCurveParams for $name {
                type PointArithmetic = point_arithmetic::$formulas;
                type Backend = mul_backend::VariableOnly;

                const EQUATION_A: field::FieldElement = field::FieldElement::from_hex_vartime($a);
                const EQUATION_B: field::FieldElement = field::FieldElement::from_hex_vartime($b);
                const GENERATOR: (field::FieldElement, field::FieldElement) = (
                    field::FieldElement::from_hex_vartime($x),
                    field::FieldElement::from_hex_vartime($y),
                );
            }

            impl super::GostCurve for $name {}
        }
    };
}

gost_curve! {
    cryptopro_a, CryptoProA, EquationAIsMinusThree,
    p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd97", p_generator: 7,
    q: "ffffffffffffffffffffffffffffffff6c611070995ad10045841b09b761b893", q_generator: 3,
    a: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd94",
    b: "00000000000000000000000000000000000000000000000000000000000000a6",
    x: "0000000000000000000000000000000000000000000000000000000000000001",
    y: "8d91e471e0989cda27df505a453f2b7635294f2ddf23e3b122acc99c9e9f1e14",
}

gost_curve! {
    cryptopro_b, CryptoProB, EquationAIsMinusThree,
    p: "8000000000000000000000000000000000000000000000000000000000000c99", p_generator: 3,
    q: "800000000000000000000000000000015f700cfff1a624e5e497161bcc8a198f", q_generator: 5,
    a: "8000000000000000000000000000000000000000000000000000000000000c96",
    b: "3e1af419a269a5f866a7d3c25c3df80ae979259373ff2b182f49d4ce7e1bbc8b",
    x: "0000000000000000000000000000000000000000000000000000000000000001",
    y: "3fa8124359f96680b83d1c3eb2c070e5c545c9858d03ecfb744bf8d717717efc",
}

gost_curve! {
    cryptopro_c, CryptoProC, EquationAIsMinusThree,
    p: "9b9f605f5a858107ab1ec85e6b41c8aacf846e86789051d37998f7b9022d759b", p_generator: 2,
    q: "9b9f605f5a858107ab1ec85e6b41c8aa582ca3511eddfb74f02f3a6598980bb9", q_generator: 7,
    a: "9b9f605f5a858107ab1ec85e6b41c8aacf846e86789051d37998f7b9022d7598",
    b: "000000000000000000000000000000000000000000000000000000000000805a",
    x: "0000000000000000000000000000000000000000000000000000000000000000",
    y: "41ece55743711a8c3cbf3783cd08c0ee4d4dc440d4641a8f366e550dfdb3bb67",
}

gost_curve! {
    #[cfg(test)]
    example, Example, EquationAIsGeneric,
    p: "8000000000000000000000000000000000000000000000000000000000000431", p_generator: 7,
    q: "8000000000000000000000000000000150fe8a1892976154c59cfc193accf5b3", q_generator: 2,
    a: "0000000000000000000000000000000000000000000000000000000000000007",
    b: "5fbff498aa938ce739b8e022fbafef40563f6e6a3472fc2a514c0ce9dae23b7e",
    x: "0000000000000000000000000000000000000000000000000000000000000002",
    y: "08e2a8a0e65147d4bd6316030e16d19c85c97f0a9ca267122b96abbcea7e8fc8",
}
