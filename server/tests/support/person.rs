//! People who sign in to a server, as a browser does.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test uses a part of this module")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use totp_rs::{Builder, Secret};

use crate::support::{Answer, Server};

/// A passphrase that is taken.
pub(crate) const PASSPHRASE: &str = "coral tuning lantern vacuum";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// Runs `tauroi user` on accounts that are kept there; returns what it says, and whether all went well.
pub(crate) fn user(people: &Path, arguments: &[&str]) -> (String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.arg("user").args(arguments).arg("--people").arg(people);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // One that reads none may have ended.
    let _ = child.stdin.take().unwrap().write_all(format!("{PASSPHRASE}\n").as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (String::from_utf8(said).unwrap(), output.status.success())
}

/// Makes an account.
pub(crate) fn add(people: &Path, email: &str, role: &str) {
    let (said, well) = user(people, &["add", "--role", role, email]);
    assert!(well, "{said}");
}

/// Writes a form as a browser does.
pub(crate) fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    let escaped = |text: &str| {
        let mut all = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() {
                all.push(char::from(byte));
            } else {
                all.push_str(&format!("%{byte:02X}"));
            }
        }
        all
    };
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    pairs.join("&").into_bytes()
}

/// Somebody's session: their cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) cookie: String,
    /// The secret of their authenticator, in base 32, once they have one.
    secret: Option<String>,
}

impl Person {
    /// Signs in with an account that has no authenticator.
    pub(crate) fn sign_in(server: &Server, email: &str) -> Self {
        let answer = sign_in(server, &[("email", email), ("passphrase", PASSPHRASE)]);
        assert_eq!(answer.status, 303, "{}", answer.text());
        Self { cookie: cookie(&answer).unwrap(), secret: None }
    }

    /// Asks something.
    pub(crate) fn ask(&self, server: &Server, method: &str, path: &str) -> Answer {
        server.ask(method, path, &[("Cookie", &self.cookie)])
    }

    /// Sends a form.
    pub(crate) fn post(&self, server: &Server, path: &str, fields: &[(&str, &str)]) -> Answer {
        server.send("POST", path, &[("Cookie", &self.cookie), FORM], &form(fields))
    }

    /// Sends JSON.
    pub(crate) fn send(&self, server: &Server, path: &str, body: &str) -> Answer {
        let headers = [("Cookie", &*self.cookie), ("Content-Type", "application/json")];
        server.send("POST", path, &headers, body.as_bytes())
    }

    /// Shows again who they are, and goes on with the cookie that this gives.
    pub(crate) fn show_again(&mut self, server: &Server, reason: &str) {
        let code = self.code(0);
        let fields = [("passphrase", PASSPHRASE), ("code", &code), ("reason", reason)];
        let answer = self.post(server, "/account/again", &fields);
        assert_eq!(answer.status, 303, "{}", answer.text());
        self.cookie = cookie(&answer).unwrap();
    }

    /// Begins with an authenticator.
    pub(crate) fn begin_codes(&mut self, server: &Server) {
        let answer = self.post(server, "/account/codes", &[("passphrase", PASSPHRASE)]);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let secret = answer.text().split("<code>").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
        self.secret = Some(secret.to_owned());
        // One of the half minute before, so that one of this is there to sign in with.
        let code = self.code(-1);
        let answer = self.post(server, "/account/codes", &[("code", &code)]);
        assert_eq!(answer.status, 303, "{}", answer.text());
    }

    /// Returns their authenticator's code of this half minute, or so many later; empty where they have none.
    pub(crate) fn code(&self, later: i64) -> String {
        let Some(secret) = &self.secret else { return String::new() };
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
        let key = Secret::try_from_base32(secret).unwrap();
        let totp = Builder::new().with_secret(key).with_account_name("-").build().unwrap();
        totp.generate(u64::try_from(now + 30 * later).unwrap()).to_string()
    }
}

/// Signs in with these fields.
pub(crate) fn sign_in(server: &Server, fields: &[(&str, &str)]) -> Answer {
    server.send("POST", "/sign-in", &[FORM], &form(fields))
}

/// Returns the cookie that an answer sets, as it is sent back.
pub(crate) fn cookie(answer: &Answer) -> Option<String> {
    answer.headers.get("set-cookie").and_then(|cookie| cookie.split(';').next()).map(str::to_owned)
}
