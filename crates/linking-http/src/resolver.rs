//! From names to addresses, each judged before it is used.

use std::{io, net::IpAddr, net::SocketAddr, sync::Arc};

use async_trait::async_trait;

use crate::{EgressRules, ForbiddenReason, error::Refused};

/// Finds the addresses of a name. The client connects to one of the answer and asks no second
/// time, so that a name cannot be public when judged and private when called.
#[async_trait]
pub trait Resolver: std::fmt::Debug + Send + Sync {
    /// All addresses of a name.
    ///
    /// # Errors
    /// The name is not known, or the name service is away.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's own resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0))
            .await?
            .map(|address| address.ip())
            .collect())
    }
}

/// Asks a resolver and lets pass only answers whose every address is allowed: a name with one
/// public and one private address is refused whole (`threats.md` G12).
#[derive(Debug, Clone)]
pub(crate) struct GuardedResolver {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) rules: Arc<EgressRules>,
    /// The operator's proxy, which may live at any address but a reserved one.
    pub(crate) proxy_host: Option<String>,
}

impl GuardedResolver {
    async fn addresses(
        self,
        name: &str,
    ) -> Result<Vec<IpAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let addresses = self.resolver.addresses(name).await?;
        if addresses.is_empty() {
            return Err(io::Error::from(io::ErrorKind::NotFound).into());
        }
        if self.proxy_host.as_deref() != Some(name) {
            for address in &addresses {
                self.rules.judge_address(name, *address).map_err(Refused)?;
            }
        } else if addresses.iter().any(|address| is_reserved(*address)) {
            return Err(Refused(ForbiddenReason::NetworkAddress).into());
        }
        Ok(addresses)
    }
}

fn is_reserved(address: IpAddr) -> bool {
    crate::AddressKind::of(address) == crate::AddressKind::Reserved
}

impl reqwest::dns::Resolve for GuardedResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let this = self.clone();
        Box::pin(async move {
            let found = this.addresses(name.as_str()).await?;
            // Port 0 stands for the port of the request.
            let addresses: reqwest::dns::Addrs =
                Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
