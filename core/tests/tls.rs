//! TLS: trusted and untrusted servers, client certificates, and failed handshakes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic fails the test")]

mod wire;

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method};
use mspkit::transport::{
    Http, OptionsError, Pem, Request, Response, Transport, TransportError, TransportErrorKind,
    TransportOptions,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;
use url::Url;
use wire::{Server, drop_when, echo, in_environment, options, outcome, text, wanted, within};

/// An authority, and a server certificate for `localhost` that it signed.
struct Pki {
    authority: CertifiedIssuer<'static, KeyPair>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Pki {
    fn new() -> Self {
        Self::with(|_| ())
    }

    fn with(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut authority = CertificateParams::default();
        // By one name, a certificate of it would look signed by itself.
        authority.distinguished_name.push(DnType::CommonName, "an authority for tests");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let mut server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        change(&mut server);
        let key = KeyPair::generate().unwrap();
        let certificate = server.signed_by(&key, &authority).unwrap();
        Self {
            chain: vec![certificate.der().clone()],
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            authority,
        }
    }

    /// A client certificate and its key in one text.
    fn client_cert(&self) -> Pem {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::default().signed_by(&key, &self.authority).unwrap();
        Pem::Bytes(format!("{}{}", certificate.pem(), key.serialize_pem()).into_bytes())
    }

    fn ca_bundle(&self) -> Pem {
        Pem::Bytes(self.authority.pem().into_bytes())
    }

    fn options(&self) -> TransportOptions {
        let mut options = options();
        options.ca_bundle = Some(self.ca_bundle());
        options
    }

    fn settings(&self, versions: &[&'static SupportedProtocolVersion], wants_client: bool) -> ServerConfig {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)
            .unwrap();
        let builder = if wants_client {
            let mut roots = RootCertStore::empty();
            roots.add(self.authority.der().clone()).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        builder.with_single_cert(self.chain.clone(), self.key.clone_key()).unwrap()
    }

    async fn server(&self) -> Server {
        serve(self.settings(rustls::ALL_VERSIONS, false)).await
    }
}

async fn serve(settings: ServerConfig) -> Server {
    let acceptor = TlsAcceptor::from(Arc::new(settings));
    Server::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(stream) = acceptor.accept(stream).await {
                echo(stream).await;
            }
        }
    })
    .await
}

fn to(server: &Server, host: &str) -> Request {
    Request::new(Method::GET, Url::parse(&format!("https://{host}:{}/", server.address.port())).unwrap())
}

async fn ask(options: &TransportOptions, request: Request) -> Result<Response, TransportError> {
    outcome(&Http::new(options).unwrap(), request).await
}

/// The message of a connection that was refused before anything was sent.
async fn refusal(options: &TransportOptions, request: Request) -> String {
    let sent = request.sent.clone();
    let error = ask(options, request).await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Connect, "{error}");
    assert!(!sent.get(), "{error}");
    error.to_string()
}

fn refused_option(change: impl FnOnce(&mut TransportOptions)) -> OptionsError {
    let mut options = options();
    change(&mut options);
    Http::new(&options).unwrap_err()
}

#[tokio::test]
async fn unknown_authority_is_refused_until_it_is_given() {
    refused_until_given(&Pki::new()).await;
}

#[tokio::test]
async fn unknown_authority_that_is_sent_is_refused_until_it_is_given() {
    let mut pki = Pki::new();
    pki.chain.push(pki.authority.der().clone());
    refused_until_given(&pki).await;
}

async fn refused_until_given(pki: &Pki) {
    let server = pki.server().await;
    let message = refusal(&options(), to(&server, "localhost")).await;
    assert!(message.contains("UnknownIssuer") && message.contains("ca_bundle"), "{message}");
    ask(&pki.options(), to(&server, "localhost")).await.unwrap();
}

#[tokio::test]
async fn authority_may_be_given_as_a_file() {
    let pki = Pki::new();
    let server = pki.server().await;
    let file = std::env::temp_dir().join(format!("mspkit-ca-{}.pem", std::process::id()));
    std::fs::write(&file, pki.authority.pem()).unwrap();
    let mut options = options();
    options.ca_bundle = Some(Pem::File(file.clone()));
    let transport = Http::new(&options).unwrap();
    std::fs::remove_file(file).unwrap();
    outcome(&transport, to(&server, "localhost")).await.unwrap();
}

// Of Linux only: the other systems keep their authorities themselves.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn authorities_of_the_platform_may_be_named_by_the_environment() {
    let pki = Pki::new();
    let server = pki.server().await;
    let file = std::env::temp_dir().join(format!("mspkit-store-{}.pem", std::process::id()));
    std::fs::write(&file, pki.authority.pem()).unwrap();
    let target = ("MSPKIT_TEST_TARGET", to(&server, "localhost").url.to_string());
    let store = |path: &str| ("SSL_CERT_FILE", path.to_owned());
    in_environment("child_with_a_store", &[store(file.to_str().unwrap()), target.clone()]).await;
    std::fs::remove_file(file).unwrap();
    in_environment("child_with_an_empty_store", &[store("/dev/null"), target]).await;
}

#[tokio::test]
#[ignore = "needs the environment that another test sets"]
async fn child_with_a_store() {
    ask(&options(), wanted()).await.unwrap();
}

#[tokio::test]
#[ignore = "needs the environment that another test sets"]
async fn child_with_an_empty_store() {
    for _ in 0..2 {
        let message = refusal(&options(), wanted()).await;
        assert!(message.contains("SSL_CERT_FILE"), "{message}");
    }
}

#[tokio::test]
async fn another_authority_is_refused() {
    let server = Pki::new().server().await;
    refusal(&Pki::new().options(), to(&server, "localhost")).await;
}

#[tokio::test]
async fn wrong_host_is_refused() {
    let pki = Pki::new();
    let server = pki.server().await;
    let message = refusal(&pki.options(), to(&server, "127.0.0.1")).await;
    // The verifiers of other systems do not say more.
    let expected =
        if cfg!(target_os = "linux") { "127.0.0.1, but for localhost" } else { "the host of base_url" };
    assert!(message.contains(&format!("not valid for {expected}")), "{message}");
}

#[tokio::test]
async fn expired_certificate_is_refused() {
    let pki = Pki::with(|server| server.not_after = date_time_ymd(2020, 1, 1));
    let server = pki.server().await;
    let message = refusal(&pki.options(), to(&server, "localhost")).await;
    let expected = if cfg!(target_os = "linux") { "expired on Wed, 01 Jan 2020" } else { "is expired" };
    assert!(message.contains(expected), "{message}");
}

/// A certificate that signed itself, for `localhost`.
fn self_signed(change: impl FnOnce(&mut CertificateParams)) -> Pki {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    // As `openssl req -x509` makes it.
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let own = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let authority = CertifiedIssuer::self_signed(params, key).unwrap();
    Pki { chain: vec![authority.der().clone()], key: own, authority }
}

#[tokio::test]
async fn self_signed_certificate_that_is_given_is_trusted_directly() {
    for authority in [IsCa::Ca(BasicConstraints::Unconstrained), IsCa::NoCa, IsCa::ExplicitNoCa] {
        let pki = self_signed(|params| params.is_ca = authority);
        let (server, request) = (pki.server().await, |server| to(server, "localhost"));
        let message = refusal(&options(), request(&server)).await;
        assert!(message.contains("ca_bundle"), "{message}");
        ask(&pki.options(), request(&server)).await.unwrap();
        // Names are still checked, and so is the identity.
        let message = refusal(&pki.options(), to(&server, "127.0.0.1")).await;
        assert!(message.contains("not valid for 127.0.0.1, but for localhost"), "{message}");
        refusal(&self_signed(|_| ()).options(), request(&server)).await;
    }
}

#[tokio::test]
async fn self_signed_certificate_that_is_given_is_refused_outside_its_validity() {
    for (from, to_, expected) in [
        ((2000, 1), (2020, 1), "expired on Wed, 01 Jan 2020"),
        ((2090, 1), (2099, 1), "not valid before Sun, 01 Jan 2090"),
    ] {
        let pki = self_signed(|params| {
            params.not_before = date_time_ymd(from.0, from.1, 1);
            params.not_after = date_time_ymd(to_.0, to_.1, 1);
        });
        let server = pki.server().await;
        let message = refusal(&pki.options(), to(&server, "localhost")).await;
        assert!(message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn self_signed_certificate_without_names_is_reported_as_such() {
    let pki = self_signed(|params| params.subject_alt_names.clear());
    let server = pki.server().await;
    let message = refusal(&pki.options(), to(&server, "localhost")).await;
    assert!(message.contains("subjectAltName"), "{message}");
}

#[tokio::test]
async fn verify_false_accepts_any_certificate() {
    let pki = Pki::with(|server| server.not_after = date_time_ymd(2020, 1, 1));
    let mut options = options();
    options.verify = false;
    for version in rustls::ALL_VERSIONS {
        let server = serve(pki.settings(&[version], false)).await;
        ask(&options, to(&server, "127.0.0.1")).await.unwrap();
    }
}

#[tokio::test]
async fn verify_false_still_requires_the_server_to_own_its_key() {
    let (pki, stranger) = (Pki::new(), KeyPair::generate().unwrap());
    let mut options = options();
    options.verify = false;
    for version in rustls::ALL_VERSIONS {
        let mut settings = pki.settings(&[version], false);
        let key = PrivateKeyDer::try_from(stranger.serialize_der()).unwrap();
        let signer = ring::sign::any_supported_type(&key).unwrap();
        let certified = rustls::sign::CertifiedKey::new(pki.chain.clone(), signer);
        settings.cert_resolver = Arc::new(rustls::sign::SingleCertAndKey::from(certified));
        let message = refusal(&options, to(&serve(settings).await, "localhost")).await;
        assert!(message.contains("BadSignature"), "{message}");
    }
}

#[tokio::test]
async fn client_certificate_is_presented_when_requested() {
    let pki = Pki::new();
    for version in rustls::ALL_VERSIONS {
        let server = serve(pki.settings(&[version], true)).await;
        let mut options = pki.options();
        options.client_cert = Some(pki.client_cert());
        ask(&options, to(&server, "localhost")).await.unwrap();
    }
}

/// In TLS 1.2 the server refuses during the handshake. In 1.3 the request may have been sent before the refusal arrives,
/// and nothing proves that it was not read.
fn check_refused(version: &SupportedProtocolVersion, error: &TransportError, sent: bool) {
    let tls12 = version.version == rustls::ProtocolVersion::TLSv1_2;
    let (kind, expected) =
        if tls12 { (TransportErrorKind::Connect, false) } else { (TransportErrorKind::Closed, true) };
    assert_eq!((error.kind, sent), (kind, expected), "{version:?}: {error}");
    assert!(error.to_string().contains("client_cert"), "{version:?}: {error}");
}

#[tokio::test]
async fn missing_client_certificate_is_explained() {
    let pki = Pki::new();
    for version in rustls::ALL_VERSIONS {
        let server = serve(pki.settings(&[version], true)).await;
        for method in [Method::GET, Method::POST] {
            let request = Request { method, ..to(&server, "localhost") };
            let sent = request.sent.clone();
            check_refused(version, &ask(&pki.options(), request).await.unwrap_err(), sent.get());
        }
    }
}

#[tokio::test]
async fn client_certificate_of_another_authority_is_explained() {
    let pki = Pki::new();
    for version in rustls::ALL_VERSIONS {
        let server = serve(pki.settings(&[version], true)).await;
        let mut options = pki.options();
        options.client_cert = Some(Pki::new().client_cert());
        let request = to(&server, "localhost");
        let sent = request.sent.clone();
        check_refused(version, &ask(&options, request).await.unwrap_err(), sent.get());
    }
}

/// A server that responds to the first TLS message with an alert.
async fn alerting(alert: u8) -> Server {
    Server::start(move |mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(&[0x15, 3, 3, 0, 2, 2, alert]).await;
        while stream.read_u8().await.is_ok() {}
    })
    .await
}

#[tokio::test]
async fn incompatible_server_is_reported_with_what_is_supported() {
    // Handshake failure, protocol version, insufficient security.
    for alert in [40, 70, 71] {
        let message = refusal(&options(), to(&alerting(alert).await, "localhost")).await;
        assert!(message.contains("no common") && message.contains("TLS 1.2 and 1.3"), "{message}");
    }
}

#[tokio::test]
async fn handshake_without_response_is_a_connect_timeout_and_means_not_sent() {
    let server = Server::start(|mut stream| async move { while stream.read_u8().await.is_ok() {} }).await;
    let mut options = options();
    options.connect_timeout = Duration::from_millis(100);
    for method in [Method::GET, Method::POST] {
        let request = Request { method, body: Some("{}".into()), ..to(&server, "localhost") };
        let sent = request.sent.clone();
        let error = ask(&options, request).await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::ConnectTimeout, "{error}");
        assert!(!sent.get());
        assert!(error.to_string().contains("connecting to localhost"), "{error}");
    }
}

#[tokio::test]
async fn attempt_dropped_inside_the_handshake_was_not_sent() {
    let reached = mspkit::transport::Sent::new();
    let mark = reached.clone();
    let server = Server::start(move |mut stream| {
        let mark = mark.clone();
        async move {
            while stream.read_u8().await.is_ok() {
                mark.mark();
            }
        }
    })
    .await;
    for method in [Method::GET, Method::POST] {
        let transport = Http::new(&options()).unwrap();
        let request = Request { method, ..to(&server, "localhost") };
        let sent = request.sent.clone();
        drop_when(transport.send(request), || reached.get()).await;
        assert!(!sent.get());
    }
}

#[tokio::test]
async fn server_without_tls_is_a_failed_connection() {
    let server = Server::start(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.read(&mut [0; 1024]).await;
    })
    .await;
    let message = refusal(&options(), to(&server, "localhost")).await;
    assert!(message.contains("does not speak TLS") && !message.contains("InvalidContentType"), "{message}");
}

#[tokio::test]
async fn tls_without_close_notify_is_an_incomplete_response() {
    let pki = Pki::new();
    let acceptor = TlsAcceptor::from(Arc::new(pki.settings(rustls::ALL_VERSIONS, false)));
    let server = Server::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await.unwrap();
            wire::read_request(&mut stream).await;
            // No length: only the end of the connection ends the body, and anyone can end a TCP connection.
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n[1, 2").await.unwrap();
            stream.flush().await.unwrap();
            drop(stream.into_inner().0);
        }
    })
    .await;
    let error = ask(&pki.options(), to(&server, "localhost")).await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Closed, "{error}");
}

#[tokio::test]
async fn connection_over_tls_is_reused() {
    let pki = Pki::new();
    let server = pki.server().await;
    let transport = Http::new(&pki.options()).unwrap();
    for _ in 0..20 {
        let mut request =
            Request { body: Some("{}".into()), method: Method::POST, ..to(&server, "localhost") };
        request.headers.insert("x-mine", HeaderValue::from_static("1"));
        let response = outcome(&transport, request).await.unwrap();
        assert!(text(&response).contains("x-mine: 1\r\n"));
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn process_keeps_its_own_default_provider() {
    let pki = Pki::new();
    let server = pki.server().await;
    ask(&pki.options(), to(&server, "localhost")).await.unwrap();
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}

#[tokio::test]
async fn several_clients_at_once_each_get_their_connection() {
    let pki = Pki::new();
    let server = pki.server().await;
    let transport = Arc::new(Http::new(&pki.options()).unwrap());
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (transport, request) = (Arc::clone(&transport), to(&server, "localhost"));
            tokio::spawn(async move { transport.send(request).await })
        })
        .collect();
    for call in calls {
        within(call).await.unwrap().unwrap();
    }
}

#[test]
fn invalid_pem_options_are_explained() {
    let missing = refused_option(|o| o.ca_bundle = Some(Pem::File("/nowhere/ca.pem".into())));
    assert_eq!(missing.option, "ca_bundle");
    assert!(missing.reason.contains("/nowhere/ca.pem"), "{missing}");

    let empty = refused_option(|o| o.ca_bundle = Some(Pem::Bytes(b"hello".to_vec())));
    assert!(empty.reason.contains("no certificate"), "{empty}");

    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let broken = refused_option(|o| o.ca_bundle = Some(Pem::Bytes(broken.into())));
    assert!(broken.reason.contains("certificate 1"), "{broken}");

    let pki = Pki::new();
    let no_key = refused_option(|o| o.client_cert = Some(pki.ca_bundle()));
    assert_eq!(no_key.option, "client_cert");
    assert!(no_key.reason.contains("no private key"), "{no_key}");

    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let locked = pki.authority.pem() + locked;
    let locked = refused_option(|o| o.client_cert = Some(Pem::Bytes(locked.into_bytes())));
    assert!(locked.reason.contains("an encrypted private key"), "{locked}");

    let other = pki.authority.pem() + &KeyPair::generate().unwrap().serialize_pem();
    let other = refused_option(|o| o.client_cert = Some(Pem::Bytes(other.into_bytes())));
    assert!(other.reason.contains("the private key of another certificate"), "{other}");
}

#[test]
fn keys_are_never_shown() {
    let mut options = options();
    options.client_cert = Some(Pki::new().client_cert());
    let shown = format!("{options:?} {:?}", Http::new(&options).unwrap());
    assert!(!shown.contains("BEGIN") && !shown.contains("45, 45, 45"), "{shown}");
}
