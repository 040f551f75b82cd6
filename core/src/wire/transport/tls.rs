//! TLS: trusted authorities and the client's certificate.
//!
//! Options are read when the client is made, so that an invalid file is reported immediately; the platform's authorities
//! are read for the first `https` request, since that takes milliseconds that a client over `http` does not need. The
//! crypto provider is passed explicitly everywhere: the process's default belongs to the host program.

use std::fmt;
use std::sync::{Arc, Mutex};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;
use tokio::sync::OnceCell;

use super::certificate::Pins;
use super::pem::Given;
use super::{OptionsError, Pem, TransportOptions};

/// The TLS settings for `options`.
pub(super) fn settings(options: &TransportOptions, trust: &Arc<Trust>) -> Result<ClientConfig, OptionsError> {
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| OptionsError::new("verify", error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(trust) as Arc<dyn ServerCertVerifier>);
    let mut config = match options.client_cert.as_ref().map(identity).transpose()? {
        Some(identity) => config.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity))),
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Verifies the certificates of servers; the platform's authorities are loaded when they are first needed.
pub(super) struct Trust {
    provider: Arc<CryptoProvider>,
    /// The authorities in addition to the platform's; `None` if any certificate is accepted.
    authorities: Option<Vec<CertificateDer<'static>>>,
    /// Certificates of servers that are trusted directly.
    pins: Pins,
    verifier: OnceCell<Arc<dyn ServerCertVerifier>>,
}

impl Trust {
    pub(super) fn new(options: &TransportOptions) -> Result<Self, OptionsError> {
        let extra = options.ca_bundle.as_ref().map_or(Ok(Vec::new()), authorities)?;
        Ok(Self {
            provider: provider(),
            pins: Pins::new(extra.clone()),
            authorities: options.verify.then_some(extra),
            verifier: OnceCell::new(),
        })
    }

    /// Reads the platform's authorities from files, on a thread for blocking work. A failure is not kept: the next request
    /// tries again.
    pub(super) async fn prepare(self: &Arc<Self>) -> Result<(), String> {
        if self.authorities.is_none() || self.verifier.initialized() {
            return Ok(());
        }
        let read = || async {
            let trust = Arc::clone(self);
            tokio::task::spawn_blocking(move || trust.read()).await.map_err(|error| error.to_string())?
        };
        self.verifier.get_or_try_init(read).await.map(drop)
    }

    fn read(&self) -> Result<Arc<dyn ServerCertVerifier>, String> {
        let extra = self.authorities.clone().unwrap_or_default();
        match (platform()?, extra.is_empty()) {
            (Platform::Verifier(verifier), true) => Ok(verifier),
            (Platform::Verifier(_), false) => Verifier::new_with_extra_roots(extra, provider())
                .map(|verifier| Arc::new(verifier) as _)
                .map_err(|error| format!("the platform's certificate authorities cannot be used: {error}")),
            (Platform::Empty, _) => bundled(extra),
        }
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trust")
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.authorities.is_none() {
            return Ok(ServerCertVerified::assertion());
        }
        let verifier = if let Some(verifier) = self.verifier.get() {
            Arc::clone(verifier)
        } else {
            // The request is plain `http`, but the connection to its proxy is TLS.
            let verifier = self.read().map_err(rustls::Error::General)?;
            let _ = self.verifier.set(Arc::clone(&verifier));
            verifier
        };
        let judged = verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        judged.or_else(|error| self.pins.verify(end_entity, server_name, now, error, &self.provider))
    }

    // Even if any certificate is accepted, the server must have its key.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The platform's authorities, read once per process.
#[derive(Clone)]
enum Platform {
    Verifier(Arc<dyn ServerCertVerifier>),
    Empty,
}

fn platform() -> Result<Platform, String> {
    // Only `try_lock`, and never held while reading: a forked child must not inherit it locked.
    static READ: Mutex<Option<Platform>> = Mutex::new(None);
    if let Ok(Some(read)) = READ.try_lock().as_deref() {
        return Ok(read.clone());
    }
    let read = match Verifier::new(provider()) {
        Ok(verifier) => Platform::Verifier(Arc::new(verifier)),
        Err(error) => {
            // If the user sets a store, no other one may be used.
            if let Some(name) = ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().find(|name| set(name)) {
                return Err(format!("no certificate authorities where {name} points to: {error}"));
            }
            tracing::warn!(%error, "no certificate authorities on this platform; using Mozilla's");
            Platform::Empty
        }
    };
    if let Ok(mut slot) = READ.try_lock() {
        *slot = Some(read.clone());
    }
    Ok(read)
}

fn set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Trusts Mozilla's authorities, compiled in, and `extra`: for images that ship no authorities at all.
fn bundled(extra: Vec<CertificateDer<'static>>) -> Result<Arc<dyn ServerCertVerifier>, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(extra);
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map(|verifier| verifier as _)
        .map_err(|error| error.to_string())
}

fn authorities(given: &Pem) -> Result<Vec<CertificateDer<'static>>, OptionsError> {
    let given = Given::read("ca_bundle", given)?;
    let found = given.certificates()?;
    for (index, certificate) in found.iter().enumerate() {
        RootCertStore::empty().add(certificate.clone()).map_err(|_| {
            let bytes = certificate.len();
            given.refuse(format_args!("contains an invalid certificate {} ({bytes} bytes)", index + 1))
        })?;
    }
    Ok(found)
}

fn identity(given: &Pem) -> Result<CertifiedKey, OptionsError> {
    let given = Given::read("client_cert", given)?;
    let (chain, key) = (given.certificates()?, given.key()?);
    let bytes = key.secret_der().len();
    CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => given.refuse("contains the private key of another certificate"),
        rustls::Error::InvalidCertificate(_) => given.refuse("contains a certificate that cannot be read"),
        // Messages of the key parser are not passed on.
        _ => given.refuse(format_args!(
            "contains an unsupported private key of {bytes} bytes; RSA, ECDSA (P-256, P-384) and Ed25519 are supported"
        )),
    })
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

    use super::*;

    fn verify(
        verifier: &dyn ServerCertVerifier,
        certificate: &CertificateDer<'_>,
    ) -> Result<(), rustls::Error> {
        let name = ServerName::try_from("localhost").unwrap();
        verifier.verify_server_cert(certificate, &[], &name, &[], UnixTime::now()).map(drop)
    }

    #[test]
    fn bundled_authorities_are_added_to_the_given_ones() {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let server = CertificateParams::new(vec!["localhost".to_owned()])
            .unwrap()
            .signed_by(&KeyPair::generate().unwrap(), &authority)
            .unwrap();
        assert!(webpki_roots::TLS_SERVER_ROOTS.len() > 50);
        verify(&*bundled(Vec::new()).unwrap(), server.der()).unwrap_err();
        verify(&*bundled(vec![authority.der().clone()]).unwrap(), server.der()).unwrap();
    }

    #[test]
    fn platform_is_read_once() {
        let (Ok(Platform::Verifier(first)), Ok(Platform::Verifier(second))) = (platform(), platform()) else {
            // A machine without authorities, which is kept as well.
            return assert!(matches!(platform(), Ok(Platform::Empty)));
        };
        assert!(Arc::ptr_eq(&first, &second));
    }
}
