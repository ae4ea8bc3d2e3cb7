//! What answers what can be asked. [`Action`] says where it is asked and what it takes; each has its handler here, or nothing is
//! built.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::handler::Handler;
use axum::http::HeaderMap;
use axum::routing::{MethodRouter, get, post};
use axum::{Router, middleware};
use shared::access::{ALL, Action, Method};
use shared::stream::DeskCommand;

use super::{State, api, books, desk, doors, history, kalshi, openapi, people, settings, signals, stream};
use crate::people::Trader;

/// Returns the routes of all that can be asked, each with its check before it.
pub(super) fn routes(state: &Arc<State>) -> Router<Arc<State>> {
    ALL.iter().fold(Router::new(), |router, &action| {
        let check = middleware::from_fn_with_state((Arc::clone(state), action), doors::check);
        router.route(action.rule().path, handler(action).route_layer(check))
    })
}

/// Returns what answers at the action's method.
fn on<T: 'static>(action: Action, handler: impl Handler<T, Arc<State>>) -> MethodRouter<Arc<State>> {
    match action.rule().method {
        Method::Get => get(handler),
        Method::Post => post(handler),
    }
}

/// Returns what carries out a command of the desk.
fn command(action: Action, command: DeskCommand) -> MethodRouter<Arc<State>> {
    on(action, async move |Shared(state): Shared<Arc<State>>, trader: Trader, headers: HeaderMap| {
        desk::command(&state, &trader, &headers, command).await
    })
}

fn handler(action: Action) -> MethodRouter<Arc<State>> {
    match action {
        Action::Health => on(action, api::health),
        Action::WhoAmI => on(action, people::me),
        Action::OpenApi => on(action, openapi::document),
        Action::ShowSignIn => on(action, people::show_sign_in),
        Action::SignIn => on(action, people::sign_in),
        Action::SignOut => on(action, people::sign_out),
        Action::ShowInvitation => on(action, people::show_invitation),
        Action::TakeInvitation => on(action, people::take_invitation),
        Action::Tapes => on(action, api::tapes),
        Action::Prints => on(action, api::prints),
        Action::EventTrades => on(action, api::trades_csv),
        Action::History => on(action, history::chart),
        Action::Markets => on(action, api::markets_csv),
        Action::Listeners => on(action, api::listeners),
        Action::Signals => on(action, signals::latest),
        Action::SignalLog => on(action, signals::file),
        Action::Studies => on(action, api::studies),
        Action::Recordings => on(action, books::list),
        Action::Recording => on(action, books::recording),
        Action::RecordedBooks => on(action, books::session),
        Action::AskExchange => on(action, kalshi::ask),
        Action::Stream => on(action, stream::stream),
        Action::DeskSettings => on(action, settings::holds),
        Action::DeskSnapshot => on(action, settings::snapshot),
        Action::StartDesk => command(action, DeskCommand::Start),
        Action::PauseDesk => command(action, DeskCommand::Pause),
        Action::ResumeDesk => command(action, DeskCommand::Resume),
        Action::KillDesk => command(action, DeskCommand::Kill),
        Action::ChangeDeskSettings => on(action, settings::change),
        Action::OrderByHand => on(action, desk::by_hand),
        Action::PlanFlatten => on(action, desk::flatten_plan),
        Action::Flatten => on(action, desk::flatten),
        Action::TestAlerts => on(action, desk::test_alerts),
        Action::ShowAccount => on(action, people::show_account),
        Action::ShowAgain => on(action, people::show_again),
        Action::ChangePassphrase => on(action, people::change_passphrase),
        Action::BeginCodes => on(action, people::begin_codes),
        Action::EndCodes => on(action, people::end_codes),
        Action::EndSession => on(action, people::end_session),
        Action::MakeToken => on(action, people::make_token),
        Action::EndToken => on(action, people::end_token),
        Action::People => on(action, people::list),
        Action::Invite => on(action, people::invite),
        Action::ChangePerson => on(action, people::change),
        Action::Audit => on(action, people::audit),
        Action::Work => on(action, people::work),
        Action::SaveWork => on(action, people::save_work),
        Action::ChangeWork => on(action, people::change_work),
    }
}
