//! Asking the exchange what the desk asks, each request in a task of its own, and bringing the answers back.

use std::sync::Arc;

use shared::desk::{Account, Answer, Ask, Failure};
use shared::market::Ticker;
use shared::units::Timestamp;
use shared::wire::{Fill, GroupLimit, Order};
use tokio::sync::mpsc;

use super::arming::Armed;
use super::hands::{Hands, said};
use super::journal::Before;
use super::latency::Cause;
use super::lease::Held;
use crate::kalshi::{self, Client, Ready, Sending, SentAt};
use crate::traces::Asked;

/// A request that is over.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) number: u64,
    pub(super) answer: Result<Answer, Failure>,
    /// When it was where on its way.
    pub(super) at: SentAt,
    /// The frame that it came of.
    pub(super) cause: Option<Cause>,
    /// What a trace says that it was, where any is made.
    pub(super) asked: Option<Asked>,
}

/// Sends requests of a run.
#[derive(Clone)]
pub(super) struct Sender {
    hands: Hands,
    armed: Armed,
    /// The lease, where several desks share the journal.
    held: Option<Held>,
    done: mpsc::UnboundedSender<Done>,
    run: i64,
    /// Signatures of orders are ready as long as orders may be sent.
    _ready: Arc<Option<Ready>>,
}

impl Sender {
    pub(super) fn new(
        run: i64,
        hands: Hands,
        armed: Armed,
        held: Option<Held>,
    ) -> (Self, mpsc::UnboundedReceiver<Done>) {
        let (done, answers) = mpsc::unbounded_channel();
        let _ready = Arc::new(match &hands {
            Hands::Exchange(client) => client.keep_ready(),
            Hands::Here(..) => None,
        });
        (Self { hands, armed, held, done, run, _ready }, answers)
    }

    /// Sends a request once what must be in the journal is. Meanwhile an order is signed.
    pub(super) fn send(&self, number: u64, ask: Ask, cause: Option<Cause>, before: Before) {
        let this = self.clone();
        let asked = Asked::now(self.run, &ask);
        tokio::spawn(async move {
            // What lets more rest is looked at last, as it leaves: whoever has slept since it was decided may not trade any more.
            let held = this.held.clone().filter(|_| adds(&ask));
            let may_go = async move { before.committed().await && held.is_none_or(|held| held.holds()) };
            let mut sending = Sending::after(may_go);
            let answer = this.ask(ask, &mut sending).await.map_err(failed);
            // Nobody waits for it any more when its run is over.
            let _ = this.done.send(Done { number, answer, at: sending.at, cause, asked });
        });
    }

    async fn ask(&self, ask: Ask, sending: &mut Sending) -> Result<Answer, kalshi::Failure> {
        let client = match &self.hands {
            Hands::Exchange(client) => client,
            Hands::Here(here, reads) => {
                if !sending.may_go().await {
                    return Err(unwritten());
                }
                return match ask {
                    Ask::Trades(ticker) => trades(reads, &ticker).await,
                    ask => here.ask(ask).await.map_err(said),
                };
            }
        };
        // Whatever was decided before: what adds to what rests needs somebody's word at this moment.
        if matches!(ask, Ask::Create(_) | Ask::Amend(..))
            && let Err(why) = self.armed.until()
        {
            let why = anyhow::anyhow!("no order is placed with real money: {why}");
            return Err(kalshi::Failure::NotSent(why));
        }
        // What is asked about one order is signed first, and waits then.
        let is_ahead = matches!(ask, Ask::Create(_) | Ask::Amend(..) | Ask::Cancel(_));
        if !is_ahead && !sending.may_go().await {
            return Err(unwritten());
        }
        Ok(match ask {
            Ask::Create(order) => Answer::Created(client.create(&order, sending).await?),
            Ask::Amend(id, order) => Answer::Amended(client.amend(&id, &order, sending).await?),
            Ask::Cancel(id) => Answer::Cancelled(client.cancel(&id, sending).await?),
            Ask::Look { id, name, ticker, since } => {
                let found = find(client, &name, id.as_deref(), &ticker, since).await?;
                let fills: Vec<Fill> = match &found {
                    Some(found) => client.fills(Some(&found.order_id), None).await?,
                    None => Vec::new(),
                };
                Answer::Found(found.map(Box::new), fills)
            }
            Ask::Resting => Answer::Orders(client.resting().await?),
            Ask::Orders { since } => Answer::Orders(client.orders(None, since).await?),
            Ask::Fills { since } => Answer::Fills(client.fills(None, Some(since)).await?),
            Ask::Account => Answer::Account(account(client).await?),
            Ask::Trades(ticker) => trades(client, &ticker).await?,
            Ask::CancelAll => client.cancel_all().await.map(|()| Answer::Done)?,
            Ask::Groups => Answer::Groups(client.order_groups().await?),
            Ask::CreateGroup(limit) => {
                let limit = GroupLimit { contracts_limit_fp: Some(limit), ..GroupLimit::default() };
                Answer::Group(client.create_group(&limit).await?.order_group_id)
            }
            Ask::TriggerGroup(id) => client.trigger_group(&id).await.map(|()| Answer::Done)?,
            Ask::DeleteGroup(id) => client.delete_group(&id).await.map(|()| Answer::Done)?,
            Ask::ResetGroup(id) => client.reset_group(&id).await.map(|()| Answer::Done)?,
        })
    }
}

/// Finds an order by the exchange's id, or by our own name among those of the run.
async fn find(
    client: &Client,
    name: &str,
    id: Option<&str>,
    ticker: &Ticker,
    since: Timestamp,
) -> Result<Option<Order>, kalshi::Failure> {
    if let Some(id) = id {
        return match client.order(id).await {
            Ok(order) => Ok(Some(order)),
            Err(failure) if failure.is_not_found() => Ok(None),
            Err(failure) => Err(failure),
        };
    }
    let orders = client.orders(Some(ticker), Some(since)).await?;
    Ok(orders.into_iter().find(|order| order.client_order_id == name))
}

/// Returns all public trades of a contract.
async fn trades(client: &Client, ticker: &Ticker) -> Result<Answer, kalshi::Failure> {
    let trades = client.trades(ticker, None).await?;
    // One that can't be read says nothing.
    Ok(Answer::Trades(trades.iter().filter_map(|trade| trade.print().ok()).collect()))
}

/// Returns whether a request lets more rest, or lets a group take orders again.
const fn adds(ask: &Ask) -> bool {
    matches!(ask, Ask::Create(_) | Ask::Amend(..) | Ask::ResetGroup(_))
}

fn unwritten() -> kalshi::Failure {
    kalshi::Failure::NotSent(anyhow::anyhow!(
        "what happened before can't be written down, or another desk trades"
    ))
}

/// Finds out what the account has.
async fn account(client: &Client) -> Result<Account, kalshi::Failure> {
    let unread = |what: anyhow::Error| kalshi::Failure::Unknown(what);
    let balance = client.balance().await?.balance_dollars;
    let free = balance.ok_or_else(|| unread(anyhow::anyhow!("the balance is told in cents only")))?.0;
    let positions = client.positions().await?.into_iter();
    let held: anyhow::Result<Vec<_>> =
        positions.map(|held| Ok((held.ticker, held.position_fp.position()?))).collect();
    Ok(Account { free, held: held.map_err(unread)? })
}

fn failed(failure: kalshi::Failure) -> Failure {
    match failure {
        kalshi::Failure::Refused { status, code, text } => Failure::Refused { status, code, text },
        kalshi::Failure::NotSent(why) => Failure::NotSent(format!("{why:#}")),
        kalshi::Failure::Unknown(why) => Failure::Unknown(format!("{why:#}")),
    }
}
