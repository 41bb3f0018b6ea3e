//! TLS with an authority of our own, which the functions are told to trust by `AWS_CA_BUNDLE`.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{Router, serve::Listener};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
    server::TlsStream,
};

/// The name that its certificates are for.
pub const HOST: &str = "127.0.0.1";

/// Who signs the server's certificate.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// Its own certificate, in a PEM file.
    pub bundle: PathBuf,
}

impl Authority {
    /// A new authority, whose certificate is written to `directory`.
    #[must_use]
    pub fn new(directory: &Path) -> Self {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        parameters.distinguished_name.push(DnType::CommonName, "videoms bench");
        let issuer = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
        let bundle = directory.join("authority.pem");
        std::fs::write(&bundle, issuer.pem()).unwrap();
        Self { issuer, bundle }
    }

    fn server(&self) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new([HOST.to_owned()]).unwrap();
        parameters.use_authority_key_identifier_extension = true;
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder().with_no_client_auth();
        config.with_single_cert(vec![certificate.der().clone()], key).unwrap()
    }
}

/// Serves `routes` on a free port of this machine, in the background. Handshakes don't wait for one another.
pub async fn serve(routes: Router, authority: &Authority) -> SocketAddr {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(authority.server()));
    let (ready, connections) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((connection, peer)) = tcp.accept().await {
            let (acceptor, ready) = (acceptor.clone(), ready.clone());
            connection.set_nodelay(true).unwrap();
            tokio::spawn(async move {
                match acceptor.accept(connection).await {
                    Ok(connection) => drop(ready.send((connection, peer))),
                    Err(error) => eprintln!("a handshake failed: {error}"),
                }
            });
        }
    });
    tokio::spawn(async move { axum::serve(Tls { address, connections }, routes).await });
    address
}

struct Tls {
    address: SocketAddr,
    connections: mpsc::UnboundedReceiver<(TlsStream<TcpStream>, SocketAddr)>,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.connections.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.address)
    }
}
