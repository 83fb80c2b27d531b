//! A vault without keys.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use linking_core::{
    ports::{Purpose, Sealed, Tag, Vault, VaultError},
    secret::SecretBytes,
};

const VERSION: u8 = 1;
const BOUND: usize = 8;

/// Writes what it "seals" in hex digits behind a check of purpose and record: it refuses what was
/// changed or moved, and **protects nothing**. Equal values look equal.
#[derive(Debug, Clone, Copy, Default)]
pub struct TestVault;

fn digest(parts: &[&[u8]], purpose: Purpose) -> [u8; BOUND] {
    let mut hasher = DefaultHasher::new();
    (purpose, parts).hash(&mut hasher);
    hasher.finish().to_be_bytes()
}

fn to_hex(octets: &[u8]) -> Vec<u8> {
    let digit = |nibble: u8| match nibble {
        0..=9 => b'0' + nibble,
        _ => b'a' + nibble - 10,
    };
    let digits = octets.iter().flat_map(|octet| [octet >> 4, octet & 15]);
    digits.map(digit).collect()
}

fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => Some(value(*high)? << 4 | value(*low)?),
        _ => None,
    });
    pairs.collect()
}

impl Vault for TestVault {
    fn seal(&self, purpose: Purpose, bound_to: &[u8], plain: &SecretBytes) -> Sealed {
        let check = digest(&[bound_to, plain.expose()], purpose);
        Sealed::new([&[VERSION], &check[..], &to_hex(plain.expose())].concat())
    }

    fn open(
        &self,
        purpose: Purpose,
        bound_to: &[u8],
        sealed: &Sealed,
    ) -> Result<SecretBytes, VaultError> {
        match sealed.octets().split_first() {
            Some((&VERSION, rest)) => rest
                .split_first_chunk::<BOUND>()
                .and_then(|(check, digits)| Some((check, from_hex(digits)?)))
                .filter(|(check, plain)| **check == digest(&[bound_to, plain], purpose))
                .map(|(_, plain)| SecretBytes::new(plain))
                .ok_or(VaultError::DoesNotOpen),
            Some((&other, _)) => Err(VaultError::UnknownKey(other)),
            None => Err(VaultError::DoesNotOpen),
        }
    }

    fn tag(&self, purpose: Purpose, value: &[u8]) -> Tag {
        let mut bytes = [0; 32];
        for (part, number) in bytes.chunks_mut(BOUND).zip(0_u8..) {
            part.copy_from_slice(&digest(&[&[number], value], purpose));
        }
        Tag::new(VERSION, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_for_its_record_and_purpose_alone() {
        let plain = SecretBytes::new(b"plain".to_vec());
        let sealed = TestVault.seal(Purpose::FlowState, b"1", &plain);
        let open = |purpose, record| TestVault.open(purpose, record, &sealed);
        assert_eq!(open(Purpose::FlowState, b"1"), Ok(plain));
        assert_eq!(open(Purpose::FlowState, b"2"), Err(VaultError::DoesNotOpen));
        assert_eq!(open(Purpose::Ticket, b"1"), Err(VaultError::DoesNotOpen));
        let mut changed = sealed.octets().to_vec();
        *changed.last_mut().unwrap() ^= 1;
        let opened = TestVault.open(Purpose::FlowState, b"1", &Sealed::new(changed));
        assert_eq!(opened, Err(VaultError::DoesNotOpen));
    }

    #[test]
    fn tags_differ_by_value_and_purpose() {
        let tag = |purpose, value: &[u8]| TestVault.tag(purpose, value);
        assert_eq!(tag(Purpose::Ticket, b"1"), tag(Purpose::Ticket, b"1"));
        assert_ne!(tag(Purpose::Ticket, b"1"), tag(Purpose::Ticket, b"2"));
        assert_ne!(tag(Purpose::Ticket, b"1"), tag(Purpose::Browser, b"1"));
    }
}
