//! `[traces]`: where traces of requests go, for a program that was built with the feature `otlp`.

use std::fs;

use url::{Host, Url};

use super::section::Section;

/// Where traces of requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traces {
    /// The collector: OTLP over HTTP, in protobuf. `https`, or `http` to this very machine.
    pub address: Url,
    /// Root certificates for the collector alone, beside the system's; PEM.
    pub roots: Option<Vec<u8>>,
}

/// Reads the section, which is there.
pub(super) fn read(section: &mut Section<'_>) -> Option<Traces> {
    let address = section.required("address", |text| read_address(&text));
    let roots = section.optional("root-certificates", |path| {
        fs::read(path).map_err(|error| format!("names a file that cannot be read: {error}"))
    });
    section.finish();
    if !cfg!(feature = "otlp") {
        section.problem(
            "address",
            "needs a program that can send traces: build it with cargo build --release -p \
             linking-school --features otlp, or take the section out",
        );
        return None;
    }
    Some(Traces {
        address: address?,
        roots: roots.ok()?,
    })
}

fn read_address(text: &str) -> Result<Url, String> {
    let form = "needs the collector's whole address, as http://127.0.0.1:4318/v1/traces";
    let url = Url::parse(text).map_err(|_| form.to_owned())?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.path() != "/";
    let host = url
        .host()
        .filter(|_| plain && matches!(url.scheme(), "https" | "http"));
    let here = match host.ok_or_else(|| form.to_owned())? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    if url.scheme() == "http" && !here {
        return Err("must begin with https://, but for a collector on this machine".into());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_is_named_whole_and_reached_over_tls() {
        for good in [
            "http://127.0.0.1:4318/v1/traces",
            "http://localhost:4318/v1/traces",
            "http://[::1]:4318/v1/traces",
            "https://collector.region.ru/otlp/v1/traces",
        ] {
            assert_eq!(read_address(good).unwrap().as_str(), good);
        }
        for bad in [
            "127.0.0.1:4318",
            "http://127.0.0.1:4318",
            "grpc://127.0.0.1:4317/v1/traces",
            "http://collector.region.ru:4318/v1/traces",
            "https://user:password@collector.region.ru/v1/traces",
            "https://collector.region.ru/v1/traces?token=1",
        ] {
            assert!(read_address(bad).is_err(), "{bad}");
        }
    }
}
