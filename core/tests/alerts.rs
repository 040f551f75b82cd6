//! TLS alerts after a request was carried out: they never cause a second create, and never count as not sent.
//!
//! rustls sends no such alerts, so they are encrypted here with the keys of its connection.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic fails the test")]

mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mspkit::ncentral::CreateCustomer;
use mspkit::{Error, ErrorKind, NCentral};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ConnectionTrafficSecrets, ProtocolVersion, ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use wire::{Server, read_request, within};

const TOKENS: &str = r#"{"tokens":{"access":{"token":"access-token"}}}"#;
const CUSTOMER: &str = r#"{"customerId":1,"customerName":"Fabrikam"}"#;

/// Ends a connection with a fatal alert, as its peer decrypts it.
async fn end_with(stream: TlsStream<TcpStream>, alert: u8) {
    let (mut socket, connection) = stream.into_inner();
    let tls13 = connection.protocol_version() == Some(ProtocolVersion::TLSv1_3);
    let (sequence, secrets) = connection.dangerous_extract_secrets().unwrap().tx;
    let ConnectionTrafficSecrets::Aes256Gcm { key, iv } = secrets else { panic!("another cipher suite") };
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_ref()).unwrap());
    let mut nonce: [u8; 12] = iv.as_ref().try_into().unwrap();
    let mut record = vec![2, alert];
    let aad = if tls13 {
        record.push(21);
        vec![23, 3, 3, 0, 19]
    } else {
        [&sequence.to_be_bytes()[..], &[21, 3, 3, 0, 2]].concat()
    };
    for (byte, count) in nonce[4..].iter_mut().zip(sequence.to_be_bytes()) {
        *byte ^= count;
    }
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut record).unwrap();
    let record = if tls13 {
        [&[23, 3, 3, 0, 19][..], &record].concat()
    } else {
        [&[21, 3, 3, 0, 26][..], &nonce[4..], &record].concat()
    };
    socket.write_all(&record).await.unwrap();
    // The socket stays open until the client closes it, so that the alert ends the connection.
    while socket.read_u8().await.is_ok() {}
}

/// N-central over TLS, which carries out every create and then ends the connection with an alert.
async fn serve(
    version: &'static SupportedProtocolVersion,
    alert: u8,
    begun: &'static str,
) -> (NCentral, Arc<AtomicUsize>, Server) {
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.retain(|suite| format!("{:?}", suite.suite()).contains("AES_256_GCM"));
    let mut settings = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    settings.enable_secret_extraction = true;
    settings.send_tls13_tickets = 0;
    let acceptor = TlsAcceptor::from(Arc::new(settings));
    let done = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&done);
    let server = Server::start(move |stream| {
        let (acceptor, count) = (acceptor.clone(), Arc::clone(&count));
        async move {
            let mut stream = acceptor.accept(stream).await.unwrap();
            while let Some((head, _)) = read_request(&mut stream).await {
                let body = match head.split(' ').nth(1).unwrap() {
                    path if path.starts_with("/api/auth/") => TOKENS,
                    path if path.starts_with("/api/customers/") => CUSTOMER,
                    _ => {
                        count.fetch_add(1, Ordering::SeqCst);
                        stream.write_all(begun.as_bytes()).await.unwrap();
                        stream.flush().await.unwrap();
                        return end_with(stream, alert).await;
                    }
                };
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.flush().await.unwrap();
            }
        }
    })
    .await;
    let client = NCentral::builder()
        .base_url(format!("https://localhost:{}", server.address.port()))
        .jwt("the-user-token")
        .trust_env(false)
        .ca_bundle(certified.cert.pem())
        .build()
        .unwrap();
    (client, done, server)
}

async fn create(client: &NCentral) -> Result<Option<String>, Error> {
    let params = CreateCustomer::new("Contoso", "Ada", "Lovelace");
    let created = within(async { client.service_orgs().create_customer("50", params).await }).await?;
    Ok(created.customer_name.clone())
}

/// Access denied, certificate expired, certificate required, handshake failure, unknown authority, internal error.
const ALERTS: [u8; 6] = [49, 45, 116, 40, 48, 80];

#[tokio::test]
async fn an_alert_instead_of_a_response_leaves_a_create_unknown() {
    for version in rustls::ALL_VERSIONS {
        for alert in ALERTS {
            for warm in [false, true] {
                let (client, done, _server) = serve(version, alert, "").await;
                if warm {
                    within(async { client.customers().get("1").await }).await.unwrap();
                }
                let error = create(&client).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{version:?}, alert {alert}: {error}");
                assert!(!error.to_string().contains("nothing was sent"), "{error}");
                assert_eq!(done.load(Ordering::SeqCst), 1, "{version:?}, alert {alert}");
            }
        }
    }
}

#[tokio::test]
async fn an_alert_inside_a_response_keeps_its_status() {
    for version in rustls::ALL_VERSIONS {
        for alert in ALERTS {
            let begun = "HTTP/1.1 201 Created\r\nContent-Length: 30\r\n\r\n{\"customerId\": 777";
            let (client, done, _server) = serve(version, alert, begun).await;
            create(&client).await.unwrap();
            assert_eq!(done.load(Ordering::SeqCst), 1, "{version:?}, alert {alert}");
        }
    }
}
