//! What kind of network address it is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of network address it is, for the rules of the way out (`threats.md` G12; the
/// ranges are those of the IANA special-purpose registries, RFC 6890).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressKind {
    /// Of the public Internet.
    Public,
    /// Of a private network: RFC 1918, carrier-grade NAT (RFC 6598), unique local (RFC 4193).
    Private,
    /// This machine.
    Loopback,
    /// Never called: link-local (cloud metadata lives there), IPv4 in IPv6 clothes (mapped,
    /// 6to4, NAT64, Teredo), unspecified, multicast, documentation, test and reserved ranges.
    Reserved,
}

impl AddressKind {
    /// The kind of an address.
    #[must_use]
    pub const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }
}

const fn of_v4(address: Ipv4Addr) -> AddressKind {
    match address.octets() {
        [127, ..] => AddressKind::Loopback,
        [10, ..] | [192, 168, ..] | [172, 16..=31, ..] | [100, 64..=127, ..] => {
            AddressKind::Private
        }
        [0 | 224..=255, ..]
        | [169, 254, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => AddressKind::Reserved,
        _ => AddressKind::Public,
    }
}

const fn of_v6(address: Ipv6Addr) -> AddressKind {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressKind::Loopback,
        [0xfc00..=0xfdff, ..] => AddressKind::Private,
        // IETF protocol assignments with Teredo, documentation, 6to4.
        [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x2002, ..] | [0x3fff, 0..=0x0fff, ..] => {
            AddressKind::Reserved
        }
        [0x2000..=0x3fff, ..] => AddressKind::Public,
        _ => AddressKind::Reserved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g12_address_table() {
        let table = [
            ("127.0.0.1", AddressKind::Loopback),
            ("127.255.0.9", AddressKind::Loopback),
            ("::1", AddressKind::Loopback),
            ("10.0.0.1", AddressKind::Private),
            ("172.16.0.1", AddressKind::Private),
            ("172.31.255.255", AddressKind::Private),
            ("192.168.1.1", AddressKind::Private),
            ("100.64.0.1", AddressKind::Private),
            ("100.127.255.255", AddressKind::Private),
            ("fd00:ec2::254", AddressKind::Private),
            ("fc00::1", AddressKind::Private),
            ("169.254.169.254", AddressKind::Reserved),
            ("0.0.0.0", AddressKind::Reserved),
            ("255.255.255.255", AddressKind::Reserved),
            ("224.0.0.1", AddressKind::Reserved),
            ("240.0.0.1", AddressKind::Reserved),
            ("192.0.0.8", AddressKind::Reserved),
            ("192.0.2.1", AddressKind::Reserved),
            ("198.18.0.1", AddressKind::Reserved),
            ("198.51.100.1", AddressKind::Reserved),
            ("203.0.113.1", AddressKind::Reserved),
            ("::", AddressKind::Reserved),
            ("::ffff:10.0.0.1", AddressKind::Reserved),
            ("::ffff:8.8.8.8", AddressKind::Reserved),
            ("::127.0.0.1", AddressKind::Reserved),
            ("64:ff9b::a00:1", AddressKind::Reserved),
            ("2001::1", AddressKind::Reserved),
            ("2001:db8::1", AddressKind::Reserved),
            ("2002:a00:1::1", AddressKind::Reserved),
            ("3fff::1", AddressKind::Reserved),
            ("fe80::1", AddressKind::Reserved),
            ("fec0::1", AddressKind::Reserved),
            ("ff02::1", AddressKind::Reserved),
            ("8.8.8.8", AddressKind::Public),
            ("172.32.0.1", AddressKind::Public),
            ("100.128.0.1", AddressKind::Public),
            ("109.207.1.97", AddressKind::Public),
            ("2a00:1450::1", AddressKind::Public),
            ("2001:4860:4860::8888", AddressKind::Public),
        ];
        for (address, kind) in table {
            assert_eq!(AddressKind::of(address.parse().unwrap()), kind, "{address}");
        }
    }
}
