//! From names to addresses, and only to those that may be reached.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve};

use crate::rules::{Denied, Rules};

/// The most addresses of one name that are tried.
const MOST: usize = 32;

/// The future of [`Resolver::resolve`].
pub type Resolving = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Resolves the names of hosts. What it gives is checked by the rules before it is used, and
/// nothing else resolves names.
pub trait Resolver: fmt::Debug + Send + Sync + 'static {
    /// The addresses of a host, in the order in which they are to be tried.
    ///
    /// # Errors
    /// The future's: the name cannot be resolved.
    ///
    /// # Cancel safety
    /// The future is dropped when the request runs out of time.
    fn resolve(&self, host: &str) -> Resolving;
}

/// The operating system's resolver: `/etc/hosts`, DNS, and whatever else it is set up for.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, host: &str) -> Resolving {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Stands between a resolver and the connections: the addresses that it lets through are those
/// that are connected to, so a second answer of DNS cannot differ from the one that was checked.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) rules: Arc<Rules>,
    pub(crate) resolver: Arc<dyn Resolver>,
    /// With a proxy, this is the only host that is ever connected to, and the operator named it.
    pub(crate) proxy: Option<String>,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> reqwest::dns::Resolving {
        let host = name.as_str().trim_end_matches('.').to_ascii_lowercase();
        let trusted = self.proxy.as_ref().is_some_and(|proxy| *proxy == host);
        let (rules, found) = (Arc::clone(&self.rules), self.resolver.resolve(name.as_str()));
        Box::pin(async move {
            let mut found = found.await?;
            found.truncate(MOST);
            if found.is_empty() {
                let error = io::Error::new(io::ErrorKind::NotFound, "it has no addresses");
                return Err(error.into());
            }
            if !trusted {
                found.retain(|address| match rules.address(Some(&host), *address) {
                    Ok(()) => true,
                    Err(why) => {
                        tracing::warn!(%host, %address, why, "an address may not be reached");
                        false
                    }
                });
                if found.is_empty() {
                    // Not which, for that is nothing to those outside of the network.
                    return Err(Denied(format!(
                        "requests to {host} are not allowed: it has no address that may be reached"
                    ))
                    .into());
                }
            }
            // Port 0 stands for that of the URL.
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(found) as Addrs)
        })
    }
}
