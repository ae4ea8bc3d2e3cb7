//! The sources of listeners.

use super::Options;
use super::finding::Findings;
use crate::environment::Variables;
use crate::sources::{Config, Patience, Why, sign_in};

const ABOUT: &str = "sources";

/// Looks whether each lets us in.
pub(super) async fn look(variables: &Variables, options: &Options, findings: &mut Findings) {
    let config = match Config::from_variables(variables) {
        Ok(config) => config,
        Err(why) => return findings.wrong_for(ABOUT, "configuration", &why, "set it as .env.example says"),
    };
    if config.chartmetric.is_none() {
        let for_what = "CHARTMETRIC_REFRESH_TOKEN is not set: no counts but those of files";
        findings.absent(ABOUT, "Chartmetric", for_what);
    }
    if config.spotify.is_none() {
        findings.absent(ABOUT, "Spotify", "SPOTIFY_CLIENT_ID is not set: no releases are seen");
    }
    if options.offline {
        if config.chartmetric.is_some() {
            findings.ok(ABOUT, "Chartmetric", "a token is set; nobody was asked");
        }
        if config.spotify.is_some() {
            findings.ok(ABOUT, "Spotify", "an app is set; nobody was asked");
        }
        return;
    }
    let went = match sign_in(config, Patience::USUAL).await {
        Ok(went) => went,
        Err(why) => return findings.wrong_for(ABOUT, "TLS", &why, "install the system's root certificates"),
    };
    for (source, went) in went {
        match went {
            Ok(()) => findings.ok(ABOUT, source.name(), "lets us in"),
            Err(failure) => {
                let cure = match &failure.why {
                    Why::NoAnswer(_) => {
                        "see that this machine reaches it: a firewall or a proxy may stand between"
                    }
                    Why::NotLetIn(_) => "make another token or secret in your account there, and set it",
                    Why::NotInPlan(_) => "see what your plan there has",
                    _ => "try again later; it goes on with what it has until then",
                };
                findings.wrong(ABOUT, source.name(), failure.why.to_string(), cure);
            }
        }
    }
}
