//! Whom we trust. The cryptography is always *ring*'s, named explicitly, so that nothing here
//! depends on (or installs) a provider for the whole process.

use std::{path::Path, sync::Arc};

use journeyman_core::settings::ConfigError;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

/// The largest file of certificates, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// The system's roots, and those of a file. Reads both from disk.
pub(crate) fn client(ca_file: Option<&Path>) -> Result<ClientConfig, ConfigError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = ca_file {
        for certificate in read(path)? {
            roots.add(certificate).map_err(|error| {
                wrong(path, &format!("holds a certificate that is malformed ({error})"))
            })?;
        }
    }
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a system root certificate could not be read");
    }
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        tracing::warn!(
            "this system has no root certificates, so every https request will fail; install them \
             (package `ca-certificates`), or name a file in `ca_file`"
        );
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::bare("tls", format!("cannot be set up: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let unreadable = |error| wrong(path, &format!("cannot be read ({error})"));
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_FILE {
        return Err(wrong(path, &format!("has {size} bytes; at most {MAX_FILE} are read")));
    }
    let pem = std::fs::read(path).map_err(unreadable)?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|_| wrong(path, "is not readable PEM"))?;
    match found.is_empty() {
        true => Err(wrong(path, "holds no `-----BEGIN CERTIFICATE-----` block")),
        false => Ok(found),
    }
}

fn wrong(path: &Path, problem: &str) -> ConfigError {
    ConfigError::new("ca_file", path.display(), format!("{problem}; name a PEM file of roots"))
}
