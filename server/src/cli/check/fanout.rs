//! NATS, by which several servers tell pages of one desk.

use super::finding::Findings;
use crate::environment::Variables;
use crate::fanout::{Address, URL};

const ABOUT: &str = "replicas";
const WHAT: &str = "NATS";

/// Looks whether it can be reached, where it is set.
pub(super) async fn look(variables: &Variables, is_offline: bool, findings: &mut Findings) {
    let address = match Address::of(variables) {
        Ok(Some(address)) => address,
        Ok(None) => {
            return findings.absent(
                ABOUT,
                WHAT,
                format!("{URL} is not set: one process serves its pages alone"),
            );
        }
        Err(why) => return findings.wrong_for(ABOUT, WHAT, &why, "set it as .env.example says"),
    };
    if is_offline {
        return findings.ok(ABOUT, WHAT, format!("{address}; nobody was asked"));
    }
    match address.probe().await {
        Ok(version) if address.is_in_the_open() => findings.doubtful(
            ABOUT,
            WHAT,
            format!("{address}, version {version}, not encrypted"),
            "use tls:// where others are on the way: whoever can change what goes over it can change what pages show",
        ),
        Ok(version) => findings.ok(ABOUT, WHAT, format!("{address}, version {version}")),
        Err(why) => {
            let cure = "see that nats-server runs there and takes this user: deploy/nats/nats-server.conf";
            findings.wrong_for(ABOUT, WHAT, &why, cure);
        }
    }
}
