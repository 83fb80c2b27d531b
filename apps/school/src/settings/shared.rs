//! Shared computers: where nobody needs to tick it (`domain.md`, Bounds; `threats.md` G11).

use std::{collections::BTreeSet, net::IpAddr};

use ipnet::IpNet;
use linking_core::{region::RegionCode, session::Computer};

use super::section::Section;

/// Which computers are shared by their address or their region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SharedComputers {
    networks: Vec<IpNet>,
    regions: BTreeSet<RegionCode>,
}

impl SharedComputers {
    /// Whose computer is behind an address.
    #[must_use]
    pub fn at(&self, address: IpAddr) -> Computer {
        let address = address.to_canonical();
        computer(
            self.networks
                .iter()
                .any(|network| network.contains(&address)),
        )
    }

    /// Whose computers a region's people sign in on.
    #[must_use]
    pub fn of_region(&self, region: Option<&RegionCode>) -> Computer {
        computer(region.is_some_and(|region| self.regions.contains(region)))
    }
}

const fn computer(is_shared: bool) -> Computer {
    if is_shared {
        Computer::Shared
    } else {
        Computer::Own
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Option<SharedComputers> {
    let networks = section.optional_list("networks", read_network);
    let regions = section.optional_list("regions", |text| {
        text.parse().map_err(|_| "needs codes of regions".into())
    });
    section.finish();
    Some(SharedComputers {
        networks: networks.ok()?.unwrap_or_default(),
        regions: regions.ok()?.unwrap_or_default().into_iter().collect(),
    })
}

/// An address, or a range of them. A range whose address has more than the range says is a slip of
/// the pen.
fn read_network(text: &str) -> Result<IpNet, String> {
    let range = text
        .parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    range
        .ok()
        .filter(|range| range.trunc() == *range)
        .ok_or_else(|| "needs addresses or ranges, as 10.1.0.0/16 or 2001:db8::/48".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(networks: &[&str]) -> SharedComputers {
        SharedComputers {
            networks: networks
                .iter()
                .map(|text| read_network(text).unwrap())
                .collect(),
            regions: BTreeSet::from(["65".parse().unwrap()]),
        }
    }

    #[test]
    fn g11_a_range_holds_its_own_addresses_and_no_other() {
        let school = shared(&["10.1.0.0/16", "192.0.2.7", "2001:db8:1::/48"]);
        for (address, computer) in [
            ("10.1.0.0", Computer::Shared),
            ("10.1.255.255", Computer::Shared),
            ("::ffff:10.1.2.3", Computer::Shared),
            ("10.2.0.0", Computer::Own),
            ("192.0.2.7", Computer::Shared),
            ("192.0.2.8", Computer::Own),
            ("2001:db8:1:ffff::1", Computer::Shared),
            ("2001:db8:2::1", Computer::Own),
            ("::10.1.2.3", Computer::Own),
        ] {
            assert_eq!(school.at(address.parse().unwrap()), computer, "{address}");
        }
        assert_eq!(
            SharedComputers::default().at("10.1.0.1".parse().unwrap()),
            Computer::Own
        );
    }

    #[test]
    fn g11_a_region_may_be_shared_as_a_whole() {
        let shared = shared(&[]);
        let code = |text: &str| text.parse::<RegionCode>().unwrap();
        assert_eq!(shared.of_region(Some(&code("65"))), Computer::Shared);
        assert_eq!(shared.of_region(Some(&code("59"))), Computer::Own);
        assert_eq!(shared.of_region(None), Computer::Own);
    }

    #[test]
    fn a_range_is_written_without_slips() {
        for bad in [
            "10.1.2.3/16",
            "10.1.0.0/33",
            "school",
            "",
            "10.1.0.0-10.1.0.9",
        ] {
            assert!(read_network(bad).is_err(), "{bad}");
        }
    }
}
