//! `tauroi user`: accounts, from where the server runs. `tauroi audit`: the log of what people did.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use shared::access::Role;

use super::journal::block_on;
use crate::environment::{Secret, Variables, cache_folder};
use crate::people::{Actor, People, email, unfit};
use crate::store::{self, Address, Note};

pub(super) const ABOUT: &str = "\
Look after the accounts of people who sign in to the dashboard

The first admin is made here; others are best invited from the page, as their passphrase is then theirs alone. A passphrase is read
from the terminal, or from standard input, never from the command line, which others can see.";

pub(super) const MORE: &str = "\
Roles: viewer sees everything and changes nothing; trader starts, stops and steers the desk; admin says who may.

Examples:
  tauroi user add --role admin ana@example.com
  tauroi user list
  tauroi user role ben@example.com trader
  tauroi user passphrase ana@example.com          when it was forgotten: all their sessions end
  tauroi user end ben@example.com                 nobody signs in with it any more
  tauroi user codes-off ana@example.com           when their authenticator was lost";

#[derive(Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
    /// Where accounts are kept [default: what `DATABASE_URL` names, or else a file in the cache folder]
    #[arg(long, value_name = "FILE", global = true)]
    people: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Make an account
    Add {
        /// Its e-mail address
        email: String,
        /// What its owner may do: viewer, trader or admin
        #[arg(long, default_value = "viewer")]
        role: Role,
    },
    /// List accounts
    List,
    /// Change what somebody may do; their sessions end
    Role {
        /// The account
        email: String,
        /// viewer, trader or admin
        role: Role,
    },
    /// Give an account another passphrase; its sessions end
    Passphrase {
        /// The account
        email: String,
    },
    /// Take an account's authenticator away
    CodesOff {
        /// The account
        email: String,
    },
    /// End an account; its sessions end, and its lines of the log stay
    End {
        /// The account
        email: String,
    },
}

#[derive(Args)]
pub(super) struct AuditOptions {
    #[command(subcommand)]
    command: AuditCommand,
    /// Where accounts are kept [default: what `DATABASE_URL` names, or else a file in the cache folder]
    #[arg(long, value_name = "FILE", global = true)]
    people: Option<PathBuf>,
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Check that no line was changed, taken out or put in, and print what names the last one: keep it where nobody here can write
    Verify {
        /// What named a line of this number before, as it was printed: `NUMBER:HASH`
        #[arg(long, value_name = "NUMBER:HASH")]
        had: Option<String>,
    },
    /// Print all lines as JSON, the oldest first
    Export,
}

/// Returns where accounts are kept: the file that is named, or else what `DATABASE_URL` names, or else a file in the cache folder.
///
/// # Errors
///
/// Says that there is no place for them.
pub(super) fn people(file: Option<&Path>) -> anyhow::Result<Address> {
    if let Some(file) = file {
        return Ok(Address::file(file));
    }
    if let Some(address) = Address::of(&Variables::of_process()?)? {
        return Ok(address);
    }
    let folder = cache_folder().context("no place for accounts: name one with --people FILE")?;
    Ok(Address::Sqlite(folder.join("people.sqlite")))
}

/// Does what was asked of accounts.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    block_on(async {
        let people = People::open(people(options.people.as_deref())?).await?;
        let said = asked(&people, &options.command).await;
        people.close().await;
        say(&said?)
    })
}

async fn asked(people: &People, command: &Command) -> anyhow::Result<String> {
    match command {
        Command::Add { email: address, role } => {
            let address = email(address)?;
            let passphrase = passphrase(&address)?;
            let note = note("AddAccount", &address, role.name());
            people.add(address.clone(), *role, passphrase, &note).await??;
            Ok(format!("{address} may sign in now, as {role}.\n"))
        }
        Command::List => list(people).await,
        Command::Role { email: address, role } => {
            let id = account(people, address).await?;
            people.set_role(id, Some(*role), &note("ChangePerson", address, role.name())).await??;
            Ok(format!("{address} is a {role} now, and must sign in again.\n"))
        }
        Command::Passphrase { email: address } => {
            let id = account(people, address).await?;
            let passphrase = passphrase(address)?;
            let note = note("ChangePassphrase", address, "gave it another passphrase");
            people.set_passphrase(id, passphrase, None, &note).await?;
            Ok(format!("{address} has another passphrase, and must sign in again.\n"))
        }
        Command::CodesOff { email: address } => {
            let id = account(people, address).await?;
            people.end_codes(id, &note("EndCodes", address, "took its authenticator away")).await?;
            Ok(format!("{address} has no authenticator any more.\n"))
        }
        Command::End { email: address } => {
            let id = account(people, address).await?;
            people.set_role(id, None, &note("ChangePerson", address, "ended")).await??;
            Ok(format!("{address} may not sign in any more.\n"))
        }
    }
}

async fn list(people: &People) -> anyhow::Result<String> {
    let accounts = people.accounts().await?;
    if accounts.is_empty() {
        return Ok("No accounts yet: `tauroi user add --role admin EMAIL` makes the first.\n".to_owned());
    }
    let line = |account: store::Account| {
        let codes = if account.secret.is_some() { "authenticator" } else { "no authenticator" };
        let ended = account.ended.map_or(String::new(), |at| format!("  ended {at}"));
        format!("{:<8}{:<40}{codes:<18}since {}{ended}\n", account.role, account.email, account.made)
    };
    Ok(accounts.into_iter().map(line).collect())
}

async fn account(people: &People, address: &str) -> anyhow::Result<i64> {
    let address = email(address)?;
    let found = people.account(&address).await?.filter(|account| account.ended.is_none());
    found.map(|account| account.id).with_context(|| format!("there is no account {address}, or it was ended"))
}

/// Returns a line of the log about what is done here.
fn note(action: &str, resource: &str, detail: &str) -> Note {
    let actor = Actor { who: "command line".to_owned(), ..Actor::nobody("this machine".to_owned()) };
    actor.note(action, resource, detail)
}

/// Reads a passphrase: twice from a terminal, once from anything else.
fn passphrase(address: &str) -> anyhow::Result<Secret> {
    let input = std::io::stdin();
    let asks = input.is_terminal();
    let one = ask(asks.then_some("Passphrase: "))?;
    if let Some(why) = unfit(&one, address) {
        bail!("{why}");
    }
    if asks && ask(Some("The same again: "))?.expose() != one.expose() {
        bail!("the two differ: nothing was done");
    }
    Ok(one)
}

fn ask(prompt: Option<&str>) -> anyhow::Result<Secret> {
    if let Some(prompt) = prompt {
        return Ok(Secret::new(rpassword::prompt_password(prompt)?));
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("the passphrase can't be read from standard input")?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Does what was asked of the log.
pub(super) fn audit(options: &AuditOptions) -> anyhow::Result<()> {
    block_on(async {
        let mut people = store::People::open(&people(options.people.as_deref())?).await?;
        let said = match &options.command {
            AuditCommand::Verify { had } => verify(&mut people, had.as_deref()).await,
            AuditCommand::Export => export(&mut people).await,
        };
        people.close().await;
        say(&said?)
    })
}

async fn verify(people: &mut store::People, had: Option<&str>) -> anyhow::Result<String> {
    let had = had.map(|text| {
        let (number, hash) = text.split_once(':').context("--had is not like 41:9f86d0…")?;
        let number: i64 = number.parse().context("--had begins with a number")?;
        anyhow::Ok((number, hash.to_owned()))
    });
    let had = had.transpose()?;
    let (lines, last) =
        people.verify().await?.map_err(|broken| anyhow::anyhow!("the log was changed: {broken}"))?;
    if let Some((number, hash)) = had {
        let line = people.latest(number.checked_add(1), 1).await?.into_iter().next();
        let line = line
            .filter(|line| line.seq == number)
            .with_context(|| format!("the log was cut: it has no line {number}"))?;
        if line.hash != hash {
            bail!("the log was written anew: line {number} is named {}", line.hash);
        }
    }
    Ok(match lines.checked_sub(1) {
        Some(number) if lines > 0 => {
            format!("{lines} lines, none of them changed. The last: {number}:{last}\n")
        }
        _ => "No lines yet.\n".to_owned(),
    })
}

async fn export(people: &mut store::People) -> anyhow::Result<String> {
    let mut lines = people.latest(None, i64::MAX).await?;
    lines.reverse();
    let mut text = String::new();
    for line in lines {
        let mut value = serde_json::to_value(&line.note)?;
        if let Some(fields) = value.as_object_mut() {
            fields.insert("seq".to_owned(), line.seq.into());
            fields.insert("t".to_owned(), line.at.to_string().into());
            fields.insert("hash".to_owned(), line.hash.into());
        }
        text.push_str(&value.to_string());
        text.push('\n');
    }
    Ok(text)
}

fn say(text: &str) -> anyhow::Result<()> {
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}
