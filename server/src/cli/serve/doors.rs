//! Who may come in: where people must sign in, and where nobody can.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use shared::access::Role;
use shared::api::Mode;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::cli::user::people;
use crate::environment::secret_file;
use crate::people::People;
use crate::web::{Doors, Proxies};

#[derive(Args)]
#[group(id = "doors")]
pub(super) struct Options {
    /// Let nobody in who has not signed in. It is so anyway in mode live, and where others than this machine reach the server; else
    /// whoever is at this machine trades
    #[arg(long)]
    sign_in: bool,
    /// Where accounts and saved work are kept [default: what `DATABASE_URL` names, or else a file in the cache folder]
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,
    /// The address of a proxy in front of the server that speaks TLS: what it says of who asks is believed
    #[arg(long, value_name = "IP")]
    behind_proxy: Vec<IpAddr>,
    /// The certificate with which the server itself speaks TLS, in PEM, the chain behind it
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with = "behind_proxy")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM; nobody else may read the file
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl Options {
    /// Returns what speaks TLS, if the server itself does.
    ///
    /// # Errors
    ///
    /// Says what of the certificate or its key can't be used.
    pub(super) fn tls(&self) -> anyhow::Result<Option<TlsAcceptor>> {
        let (Some(chain), Some(key)) = (&self.tls_cert, &self.tls_key) else { return Ok(None) };
        let read: Result<Vec<_>, _> = CertificateDer::pem_file_iter(chain)
            .and_then(Iterator::collect)
            .with_context(|| format!("{} is no certificate in PEM", chain.display()));
        let key = secret_file(key)?;
        let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes())
            .context("--tls-key is no private key in PEM")?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(read?, key)
            .context("the certificate and its key don't go together")?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Some(Arc::new(config).into()))
    }

    /// Returns the proxies that are believed.
    pub(super) fn proxies(&self) -> Proxies {
        Proxies::new(self.behind_proxy.clone())
    }

    /// Opens the doors of a server that listens there.
    ///
    /// # Errors
    ///
    /// Says that passphrases would go over the network as they are, or that nobody could sign in.
    pub(super) async fn open(&self, listens: IpAddr, mode: Mode) -> anyhow::Result<Doors> {
        let is_here = listens.is_loopback();
        let is_bare = self.tls_cert.is_none() && self.behind_proxy.is_empty();
        if !is_here && is_bare {
            bail!(
                "others than this machine would reach {listens} without TLS, and read passphrases and sessions: give the server a \
                 certificate with --tls-cert and --tls-key, or name the proxy in front of it with --behind-proxy (docs/people.md)"
            );
        }
        if is_here && is_bare && !self.sign_in && mode != Mode::Live {
            // Nothing else needs a store: it is opened by the first thing that is saved.
            let store = people(self.people.as_deref());
            if let Err(error) = &store {
                tracing::warn!("nothing that pages show can be saved: {error:#}");
            }
            return Ok(Doors::open(store.ok().map(People::at)));
        }
        let address = people(self.people.as_deref())?;
        let people = People::open(address.clone()).await?;
        let accounts = people.accounts().await.context("the accounts")?;
        if !accounts.iter().any(|account| account.ended.is_none() && account.role == Role::Admin) {
            bail!(
                "nobody could say who may come in: {address} has no admin. `tauroi user add --role admin EMAIL` makes one, with the \
                 same --people or DATABASE_URL"
            );
        }
        Ok(Doors::of(Arc::new(people), mode))
    }
}
