//! The network of some examples: TLS with its own authority, behind a proxy that requires a password. Clients reach
//! `https://ncentral.example.com` only through that proxy.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

type Failure = Box<dyn Error + Send + Sync>;

/// The name in the certificate.
pub const HOST: &str = "ncentral.example.com";
/// `user:password` in the Basic scheme.
const CREDENTIALS: &str = "proxy-authorization: basic dxnlcjpwyxnzd29yza==";

/// A proxy, and the server behind it. They run until it is dropped.
pub struct Around {
    /// The proxy's address.
    pub proxy: SocketAddr,
    /// The authority, as PEM.
    pub authority: String,
    tunnels: Arc<AtomicUsize>,
    _runtime: tokio::runtime::Runtime,
}

impl Around {
    /// A proxy in front of this server.
    pub fn new(server: SocketAddr) -> Result<Self, Failure> {
        let mut authority = CertificateParams::default();
        // By one name, a certificate of it would look signed by itself.
        authority.distinguished_name.push(DnType::CommonName, "an authority for tests");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec![HOST.to_owned()])?.signed_by(&key, &authority)?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone(), authority.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der())?,
            )?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let proxy = listener.local_addr()?;
        let tunnels = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&tunnels);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
                // The end of one connection does not concern the others.
                tokio::spawn(async move { drop(tunnel(stream, acceptor, server, &counted).await) });
            }
        });
        Ok(Self { proxy, authority: authority.pem(), tunnels, _runtime: runtime })
    }

    /// How many connections went through since the last call.
    pub fn tunnels(&self) -> usize {
        self.tunnels.swap(0, Ordering::Relaxed)
    }
}

async fn tunnel(
    mut stream: TcpStream,
    acceptor: TlsAcceptor,
    server: SocketAddr,
    counted: &AtomicUsize,
) -> Result<(), Failure> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).await?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    if !head.starts_with(&format!("connect {HOST}:443 ")) || !head.contains(CREDENTIALS) {
        return Ok(stream
            .write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            .await?);
    }
    counted.fetch_add(1, Ordering::Relaxed);
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    let (mut stream, mut server) = (acceptor.accept(stream).await?, TcpStream::connect(server).await?);
    copy_bidirectional(&mut stream, &mut server).await?;
    Ok(())
}
