//! Signing in and what belongs to it: documents that need no program, and what the team's page asks.

mod account;
mod entry;
mod html;
mod team;
mod tokens;
mod work;

pub(super) use self::account::{
    begin_codes, change_passphrase, end_codes, end_session, show_account, show_again,
};
pub(super) use self::entry::{show_invitation, show_sign_in, sign_in, sign_out, take_invitation};
pub(super) use self::team::{audit, change, invite, list, me};
pub(super) use self::tokens::{end_token, make_token};
pub(super) use self::work::{change as change_work, list as work, save as save_work};
