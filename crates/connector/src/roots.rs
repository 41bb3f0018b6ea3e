//! The certificates that the pool trusts: Amazon's roots, or a PEM bundle.

use std::path::Path;

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::Error;

/// The roots that AWS's endpoints chain to: <https://www.amazontrust.com/repository/>.
const AMAZON_ROOTS: [&[u8]; 5] = [
    include_bytes!("../amazon-roots/AmazonRootCA1.cer"),
    include_bytes!("../amazon-roots/AmazonRootCA2.cer"),
    include_bytes!("../amazon-roots/AmazonRootCA3.cer"),
    include_bytes!("../amazon-roots/AmazonRootCA4.cer"),
    include_bytes!("../amazon-roots/SFSRootCAG2.cer"),
];

pub(crate) fn load(bundle: Option<&Path>) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    match bundle {
        None => AMAZON_ROOTS.into_iter().try_for_each(|root| roots.add(root.into()))?,
        Some(path) => {
            for root in CertificateDer::pem_file_iter(path)? {
                roots.add(root?)?;
            }
        }
    }
    if roots.is_empty() {
        return Err(Error::NoCertificate);
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_amazon_root_is_a_valid_certificate() {
        assert_eq!(load(None).unwrap().len(), AMAZON_ROOTS.len());
    }

    #[test]
    fn a_bundle_that_holds_no_certificate_is_an_error() {
        let no_bundle = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        assert!(matches!(load(Some(no_bundle)), Err(Error::NoCertificate)));
        assert!(matches!(load(Some(Path::new("/nonexistent"))), Err(Error::Bundle(_))));
    }
}
