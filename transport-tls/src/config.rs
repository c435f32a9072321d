//! TLS: whom we trust and what we show.
//!
//! The cryptography is always *ring*'s, named explicitly, so that nothing here depends on (or
//! installs) a provider for the whole process.

use std::{fmt, sync::Arc};

use journeyman_core::{Error, ErrorKind};
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem, pem::PemObject},
};

/// How a peer behind TLS is verified and what we show it.
///
/// By default the certificate must be signed by one of the operating system's roots and must be
/// for the host of the URL.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsConfig {
    /// Whether the operating system's root certificates are trusted. Default: true.
    pub system_roots: bool,
    /// More root certificates: PEM, any number of them. Default: none.
    pub roots_pem: Vec<u8>,
    /// What we show a peer that asks for a client certificate. Default: nothing.
    pub identity: Option<ClientIdentity>,
    /// The name that the peer's certificate must be for, where it is not the host of the URL.
    pub server_name: Option<String>,
    /// **Dangerous**: accept any certificate, expired, foreign or forged. Whoever is in the way
    /// can then read and change everything. For tests on a closed network only. Default: false.
    pub danger_accept_any_certificate: bool,
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            system_roots: true,
            roots_pem: Vec::new(),
            identity: None,
            server_name: None,
            danger_accept_any_certificate: false,
        }
    }
}

impl TlsConfig {
    /// Trusts the certificates of this PEM text and not those of the system.
    pub fn with_roots_only(pem: impl Into<Vec<u8>>) -> Self {
        Self { system_roots: false, roots_pem: pem.into(), ..Self::default() }
    }

    /// Sets the client certificate.
    #[must_use]
    pub fn identity(mut self, identity: ClientIdentity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Sets the name that the peer's certificate must be for.
    #[must_use]
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// **Dangerous**: see the field of the same name.
    #[must_use]
    pub fn danger_accept_any_certificate(mut self, yes: bool) -> Self {
        self.danger_accept_any_certificate = yes;
        self
    }

    /// The name that the certificate must be for, where the URL names this host.
    ///
    /// # Errors
    /// It is neither a DNS name nor an IP address.
    pub fn name_for(&self, host: &str) -> Result<ServerName<'static>, Error> {
        let name = self.server_name.as_deref().unwrap_or(host);
        ServerName::try_from(name.to_owned()).map_err(|error| {
            Error::config(format!("`{}` is no valid TLS server name", name.escape_debug()))
                .with_source(error)
                .with_remedy("use a DNS name or an IP address")
        })
    }
}

impl fmt::Debug for TlsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfig")
            .field("system_roots", &self.system_roots)
            .field("roots_pem", &format_args!("{} bytes", self.roots_pem.len()))
            .field("identity", &self.identity)
            .field("server_name", &self.server_name)
            .field("danger_accept_any_certificate", &self.danger_accept_any_certificate)
            .finish()
    }
}

/// A client certificate with its key, both PEM. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientIdentity {
    /// The certificate and what leads from it to a root that the peer trusts, in that order.
    pub certificates_pem: Vec<u8>,
    /// The private key: PKCS#8, PKCS#1 or SEC1, not encrypted.
    pub key_pem: Vec<u8>,
}

impl ClientIdentity {
    /// An identity from the PEM texts of its certificates and its key.
    pub fn new(certificates_pem: impl Into<Vec<u8>>, key_pem: impl Into<Vec<u8>>) -> Self {
        Self { certificates_pem: certificates_pem.into(), key_pem: key_pem.into() }
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientIdentity(hidden)")
    }
}

/// Makes the configuration of the TLS library. Reads the system's roots from disk: not for a task
/// of the runtime.
pub(crate) fn client_config(tls: &TlsConfig) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| internal(&error))?;
    let builder = if tls.danger_accept_any_certificate {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AcceptAny(provider)))
    } else {
        builder.with_root_certificates(roots(tls)?)
    };
    let config = match &tls.identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let (chain, key) = parse_identity(identity)?;
            builder.with_client_auth_cert(chain, key).map_err(|error| {
                Error::config("the client certificate cannot be used").with_source(error).with_remedy(
                    "check that key and certificate belong together and that the certificate of \
                     the client comes first in its file",
                )
            })?
        }
    };
    Ok(Arc::new(config))
}

fn roots(tls: &TlsConfig) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&tls.roots_pem, "roots_pem")? {
        roots.add(certificate).map_err(|error| {
            Error::config("a certificate in `roots_pem` is malformed").with_source(error)
        })?;
    }
    if tls.system_roots {
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!(%error, "a system root certificate could not be read");
        }
        let (_, ignored) = roots.add_parsable_certificates(found.certs);
        if ignored > 0 {
            tracing::debug!(ignored, "system root certificates with unusual content are left out");
        }
    }
    if roots.is_empty() {
        let message = if tls.system_roots {
            "this system has no root certificates"
        } else {
            "no root certificates are configured"
        };
        return Err(Error::new(ErrorKind::Tls, "connect", message).permanent().with_remedy(
            "install the system's certificates (package `ca-certificates`), or name the root of \
             the server in `roots_pem`",
        ));
    }
    Ok(roots)
}

fn certificates(pem: &[u8], field: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|error| {
            Error::config(format!("`{field}` is not readable PEM")).with_source(error)
        })?;
    if found.is_empty() && !pem.is_empty() {
        return Err(Error::config(format!("`{field}` holds no certificate"))
            .with_remedy("it must hold a `-----BEGIN CERTIFICATE-----` block"));
    }
    Ok(found)
}

fn parse_identity(
    identity: &ClientIdentity,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Error> {
    let chain = certificates(&identity.certificates_pem, "certificates_pem")?;
    if chain.is_empty() {
        return Err(Error::config("`certificates_pem` is empty")
            .with_remedy("give the client certificate, or no identity at all"));
    }
    // The source could quote what was read, so it is not passed on.
    let key = PrivateKeyDer::from_pem_slice(&identity.key_pem).map_err(|error| {
        let message = match error {
            pem::Error::NoItemsFound => "`key_pem` holds no private key",
            _ => "`key_pem` is not readable PEM",
        };
        Error::config(message).with_remedy(
            "it must hold an unencrypted `-----BEGIN PRIVATE KEY-----` (PKCS#8), `RSA PRIVATE \
             KEY` or `EC PRIVATE KEY` block",
        )
    })?;
    Ok((chain, key))
}

fn internal(error: &rustls::Error) -> Error {
    Error::new(ErrorKind::Internal, "connect", format!("TLS cannot be set up: {error}"))
}

/// Accepts every certificate, but still checks that the peer holds the key of the one it shows.
#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_pem_is_named() {
        let no_roots = TlsConfig { system_roots: false, ..TlsConfig::default() };
        let error = client_config(&no_roots).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls);
        assert!(!error.is_temporary());

        let error = client_config(&TlsConfig::with_roots_only("not a certificate")).unwrap_err();
        assert!(error.message().contains("`roots_pem` holds no certificate"), "{error}");

        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let error = client_config(&TlsConfig::with_roots_only(broken)).unwrap_err();
        assert!(error.message().contains("roots_pem"), "{error}");

        let identity = ClientIdentity::new("", "k3y");
        let error = parse_identity(&identity).unwrap_err();
        assert!(error.message().contains("certificates_pem"), "{error}");
    }

    #[test]
    fn key_errors_show_no_key() {
        let signed = rcgen::generate_simple_self_signed(["h".to_owned()]).unwrap();
        let identity = ClientIdentity::new(signed.cert.pem(), "s3cret");
        let error = parse_identity(&identity).unwrap_err();
        let text = format!("{error} {error:?} {identity:?}");
        assert!(text.contains("`key_pem` holds no private key") && !text.contains("s3cret"));
    }
}
