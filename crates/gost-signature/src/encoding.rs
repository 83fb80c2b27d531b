//! Putting DER together and taking it apart, where octets have to be kept as they are.

use der::{
    Encode, Reader, SliceReader, Tag, TagNumber,
    asn1::{AnyRef, ObjectIdentifier},
    pem::Decoder,
};
use zeroize::Zeroizing;

/// The encoder of DER refused a value. No case is known: it happens for lengths beyond its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value could not be encoded as DER: {0}")]
pub struct EncodingError(#[from] der::Error);

/// The parts, each DER of its own, joined under a tag.
pub(crate) fn wrapped(tag: Tag, parts: &[&[u8]]) -> der::Result<Vec<u8>> {
    AnyRef::new(tag, &parts.concat())?.to_der()
}

/// A SEQUENCE of the parts.
pub(crate) fn sequence(parts: &[&[u8]]) -> der::Result<Vec<u8>> {
    wrapped(Tag::Sequence, parts)
}

/// The parts under a constructed context-specific tag.
pub(crate) fn context(number: u32, parts: &[&[u8]]) -> der::Result<Vec<u8>> {
    wrapped(
        Tag::ContextSpecific {
            constructed: true,
            number: TagNumber(number),
        },
        parts,
    )
}

/// An `AlgorithmIdentifier` without parameters.
pub(crate) fn algorithm(oid: ObjectIdentifier) -> der::Result<Vec<u8>> {
    sequence(&[&oid.to_der()?])
}

/// Splits the inside of a SEQUENCE or SET into its elements, tags included.
pub(crate) fn elements(inside: &[u8]) -> der::Result<Vec<&[u8]>> {
    let mut reader = SliceReader::new(inside)?;
    let mut elements = Vec::new();
    while !reader.is_finished() {
        elements.push(reader.tlv_bytes()?);
    }
    Ok(elements)
}

/// Label and octets of a text with one PEM block: of any line width, with either line end, after
/// whatever explanation.
pub(crate) fn pem_block(text: &str) -> Option<(&str, Zeroizing<Vec<u8>>)> {
    // Windows editors put a byte-order mark in front.
    let text = text.trim_start_matches('\u{feff}').trim_end();
    let mut decoder = Decoder::new_detect_wrap(text.as_bytes()).ok()?;
    let mut octets = Zeroizing::new(Vec::new());
    decoder.decode_to_end(&mut octets).ok()?;
    Some((decoder.type_label(), octets))
}
