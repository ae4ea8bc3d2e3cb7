"""Kalshi's own Python SDK, unmodified, trades on the paper exchange.

Run by `cargo xtask test python`, or by hand in an environment with `requirements.txt`:

    python server/tests/sdk/trades.py target/debug/tauroi
"""

import sys
import time
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from exchange import client as client_of
from exchange import exchange
from kalshi_python_sync.exceptions import ApiException

SERIES = "KXTOPMONTHLY"
# The exchange's clock nearly stands still: the simulated traders act once, and don't disturb.
STILL = ("--speed", "0.0001", "--tier", "unlimited", "--plain")


def order(ticker, name, side, price, count, **more):
    """Returns the fields of a limit order; a bid buys YES, an ask sells it, both at the YES price."""
    fields = {
        "ticker": ticker,
        "client_order_id": name,
        "side": side,
        "price": price,
        "count": count,
        "time_in_force": "good_till_canceled",
        "self_trade_prevention_type": "taker_at_cross",
    }
    return fields | more


def refused(status, code, call, *arguments, **fields):
    """Asserts that a call is refused with this status and code."""
    try:
        answer = call(*arguments, **fields)
    except ApiException as refusal:
        assert refusal.status == status and code in refusal.body, f"{refusal.status}: {refusal.body}"
    else:
        raise AssertionError(f"{answer} instead of {status} {code}")


def fee(price, count):
    """Returns what a taker of the general fee is charged for one fill: a millionth up, then the balance down to 0.0001."""
    model = Decimal("0.07") * count * price * (1 - price)
    model = model.quantize(Decimal("0.000001"), ROUND_CEILING)
    change = (-price * count - model).quantize(Decimal("0.0001"), ROUND_FLOOR)
    return -change - price * count


def discovers(kalshi):
    """Finds the event and returns its contracts' tickers."""
    status = kalshi.get_exchange_status()
    assert status.exchange_active and status.trading_active
    assert kalshi.get_exchange_schedule().schedule.standard_hours
    assert kalshi.get_user_data_timestamp().as_of_time
    series = kalshi.get_series_list(category="Entertainment").series
    assert [one.ticker for one in series] == [SERIES]
    assert kalshi.get_series(SERIES).series.fee_type == "quadratic"
    (event,) = kalshi.get_events(series_ticker=SERIES, status="open", with_nested_markets=True).events
    assert event.mutually_exclusive and event.collateral_return_type == "MECNET"
    assert kalshi.get_event(event.event_ticker).markets
    assert len(kalshi.get_event_metadata(event.event_ticker).market_details) == len(event.markets)
    # Pages of four hold them all, each once.
    tickers, cursor = [], None
    while cursor != "":
        page = kalshi.get_markets(event_ticker=event.event_ticker, limit=4, cursor=cursor)
        tickers += [market.ticker for market in page.markets]
        cursor = page.cursor
    assert tickers == [market.ticker for market in event.markets] and len(tickers) == 10
    assert kalshi.get_markets(status="settled").markets == []
    return tickers


def reads_books(kalshi, ticker):
    """Returns the best bid and offer of YES, which all views of a book agree on."""
    book = kalshi.get_market_orderbook(ticker).orderbook_fp
    # Bids alone, the best one last; who bids for NO offers YES at the complement.
    bid, ask = Decimal(book.yes_dollars[-1][0]), 1 - Decimal(book.no_dollars[-1][0])
    market = kalshi.get_market(ticker).market
    assert (Decimal(market.yes_bid_dollars), Decimal(market.yes_ask_dollars)) == (bid, ask)
    assert Decimal(market.no_bid_dollars) == 1 - ask and bid < ask
    (other,) = kalshi.get_market_orderbooks([ticker]).orderbooks
    assert other.ticker == ticker and other.orderbook_fp == book
    assert len(kalshi.get_market_orderbook(ticker, depth=1).orderbook_fp.yes_dollars) == 1
    return bid, ask


def free(kalshi):
    """Returns the free balance."""
    return Decimal(kalshi.get_balance().balance_dollars)


def works_an_order(kalshi, ticker):
    """Places an order that rests, changes it and takes it back."""
    before = free(kalshi)
    placed = kalshi.create_order_v2(**order(ticker, "rests", "bid", "0.0100", "5", post_only=True))
    assert (placed.fill_count, placed.remaining_count) == ("0.00", "5.00")
    assert before - free(kalshi) == Decimal("0.05")
    one = kalshi.get_order(placed.order_id).order
    assert (one.status, one.client_order_id, one.yes_price_dollars) == ("resting", "rests", "0.0100")
    amended = kalshi.amend_order_v2(
        placed.order_id, ticker=ticker, side="bid", price="0.0200", count="4", updated_client_order_id="rests2"
    )
    assert (amended.order_id, amended.remaining_count) == (placed.order_id, "4.00")
    assert before - free(kalshi) == Decimal("0.08")
    (listed,) = kalshi.get_orders(ticker=ticker, status="resting").orders
    assert (listed.client_order_id, listed.yes_price_dollars) == ("rests2", "0.0200")
    # Nobody else bids so low, and what is bid above trades first.
    book = kalshi.get_market_orderbook(ticker).orderbook_fp.yes_dollars
    above = sum(Decimal(count) for price, count in book if Decimal(price) > Decimal("0.02"))
    assert Decimal(kalshi.get_order_queue_position(placed.order_id).queue_position_fp) >= above
    (place,) = kalshi.get_order_queue_positions(market_tickers=ticker).queue_positions
    assert (place.order_id, place.market_ticker) == (placed.order_id, ticker)
    assert kalshi.decrease_order_v2(placed.order_id, reduce_by="1").remaining_count == "3.00"
    assert kalshi.decrease_order_v2(placed.order_id, reduce_to="2").remaining_count == "2.00"
    assert before - free(kalshi) == Decimal("0.04")
    gone = kalshi.cancel_order_v2(placed.order_id)
    assert gone.reduced_by == "2.00" and free(kalshi) == before
    refused(404, "not_found", kalshi.cancel_order_v2, placed.order_id)


def takes(kalshi, ticker, ask):
    """Takes a contract that is offered and finds it everywhere."""
    before = free(kalshi)
    taken = kalshi.create_order_v2(
        **order(ticker, "takes", "bid", f"{ask:.4f}", "1", time_in_force="immediate_or_cancel")
    )
    assert (taken.fill_count, taken.remaining_count) == ("1.00", "0.00")
    assert Decimal(taken.average_fill_price) == ask
    charged = fee(ask, 1)
    assert before - free(kalshi) == ask + charged, (before, free(kalshi), ask, charged)
    (fill,) = kalshi.get_fills(order_id=taken.order_id).fills
    assert (fill.count_fp, fill.is_taker, fill.book_side) == ("1.00", True, "bid")
    assert Decimal(fill.yes_price_dollars) == ask and Decimal(fill.fee_cost) == charged
    (trade,) = kalshi.get_trades(ticker=ticker, limit=1).trades
    assert trade.trade_id == fill.trade_id and trade.taker_outcome_side == "yes"
    (held,) = kalshi.get_positions(ticker=ticker).market_positions
    assert held.position_fp == "1.00" and Decimal(held.market_exposure_dollars) == ask
    assert kalshi.get_order(taken.order_id).order.status == "executed"


def batches(kalshi, ticker):
    """Places and takes back several orders at once."""
    orders = [
        order(ticker, "one", "bid", "0.0100", "1", post_only=True),
        order(ticker, "two", "bid", "0.0150", "1", post_only=True),
        order(ticker, "three", "ask", "0.9900", "2", post_only=True),
    ]
    told = kalshi.batch_create_orders_v2(orders=orders).orders
    assert [one.error.code if one.error else None for one in told] == [None, "invalid_price", None]
    ids = [{"order_id": one.order_id} for one in told if one.order_id]
    gone = kalshi.batch_cancel_orders_v2(orders=ids).orders
    assert [one.reduced_by for one in gone] == ["1.00", "2.00"]
    kalshi.create_order_v2(**order(ticker, "four", "bid", "0.0100", "1", post_only=True))
    kalshi.cancel_all_orders()
    assert kalshi.get_orders(status="resting").orders == []


def groups(kalshi, ticker):
    """Cancels orders together, and places none until their group is reset."""
    group = kalshi.create_order_group(contracts_limit=10).order_group_id
    fields = {"post_only": True, "order_group_id": group}
    ids = [
        kalshi.create_order_v2(**order(ticker, f"grouped{k}", "bid", "0.0100", "1", **fields)).order_id
        for k in range(2)
    ]
    assert sorted(kalshi.get_order_group(group).orders) == sorted(ids)
    (listed,) = kalshi.get_order_groups().order_groups
    assert (listed.id, listed.contracts_limit_fp) == (group, "10.00")
    kalshi.update_order_group_limit(group, contracts_limit_fp="2.50")
    assert kalshi.get_order_group(group).contracts_limit_fp == "2.50"
    kalshi.trigger_order_group(group)
    assert kalshi.get_order(ids[0]).order.status == "canceled"
    late = order(ticker, "late", "bid", "0.0100", "1", **fields)
    refused(400, "order_group_triggered", kalshi.create_order_v2, **late)
    kalshi.reset_order_group(group)
    kalshi.create_order_v2(**late)
    kalshi.delete_order_group(group)
    assert kalshi.get_orders(status="resting").orders == []
    refused(404, "not_found", kalshi.get_order_group, group)


def sells_what_it_holds(kalshi, ticker, bid):
    """Sells more than it holds, to reduce alone: what it doesn't hold is not sold."""
    sold = kalshi.create_order_v2(
        **order(ticker, "reduces", "ask", f"{bid:.4f}", "5", time_in_force="immediate_or_cancel", reduce_only=True)
    )
    assert (sold.fill_count, sold.remaining_count) == ("1.00", "0.00")
    (held,) = kalshi.get_positions(ticker=ticker).market_positions
    assert held.position_fp == "0.00"
    assert kalshi.get_positions(ticker=ticker, count_filter="position").market_positions == []


def reads_candles(kalshi, ticker):
    """Finds its own trade in the candles of the day."""
    now = int(time.time())
    (candle,) = kalshi.get_market_candlesticks(
        SERIES, ticker, start_ts=now - 86_400, end_ts=now + 86_400, period_interval=1440
    ).candlesticks[-1:]
    assert Decimal(candle.volume_fp) > 0 and candle.price.close_dollars
    (batch,) = kalshi.batch_get_market_candlesticks(ticker, now - 86_400, now + 86_400, 60).markets
    assert batch.market_ticker == ticker and batch.candlesticks


def is_refused(kalshi, ticker):
    """Hears refusals in Kalshi's words."""
    create = kalshi.create_order_v2
    refused(409, "order_already_exists", create, **order(ticker, "rests", "bid", "0.0100", "1"))
    refused(400, "invalid_price", create, **order(ticker, "off", "bid", "0.0150", "1"))
    refused(400, "post only cross", create, **order(ticker, "cross", "bid", "0.9900", "1", post_only=True))
    refused(400, "insufficient_balance", create, **order(ticker, "dear", "bid", "0.0100", "2000000"))
    kill = order(ticker, "kill", "bid", "0.0100", "1", time_in_force="fill_or_kill")
    refused(409, "fill_or_kill_insufficient_resting_volume", create, **kill)
    refused(404, "not_found", kalshi.get_market, "KXNONE-1")


def registers_a_key(kalshi):
    """Has a key made and signs with it."""
    made = kalshi.generate_api_key(name="second", key_type="rsa", scopes=["read"])
    second = client_of(kalshi.configuration.host, made.api_key_id, made.private_key)
    assert free(second) == free(kalshi)
    refused(403, "insufficient_scope", second.cancel_all_orders)
    assert {key.name for key in kalshi.get_api_keys().api_keys} == {"paper", "second"}
    kalshi.delete_api_key(made.api_key_id)
    refused(401, "NOT_FOUND", second.get_balance)


def is_paid(kalshi):
    """Holds a contract until its event has ended, within some seconds, and is paid."""
    ticker = kalshi.get_markets(status="open", limit=1).markets[0].ticker
    taken = kalshi.create_order_v2(
        **order(ticker, "held", "bid", "0.9900", "1", time_in_force="immediate_or_cancel")
    )
    assert taken.fill_count == "1.00"
    until = time.monotonic() + 60
    while not (paid := kalshi.get_settlements(ticker=ticker).settlements):
        assert time.monotonic() < until, "the event has not ended"
        time.sleep(0.1)
    market = kalshi.get_market(ticker).market
    assert market.status == "finalized" and market.result == paid[0].market_result in ("yes", "no")
    assert paid[0].yes_count_fp == "1.00" and paid[0].revenue == (100 if market.result == "yes" else 0)
    assert kalshi.get_positions(ticker=ticker).market_positions == []


def main(tauroi):
    """Runs all of it."""
    with exchange(tauroi, *STILL) as kalshi:
        ticker = discovers(kalshi)[0]
        bid, ask = reads_books(kalshi, ticker)
        works_an_order(kalshi, ticker)
        takes(kalshi, ticker, ask)
        sells_what_it_holds(kalshi, ticker, bid)
        reads_candles(kalshi, ticker)
        batches(kalshi, ticker)
        groups(kalshi, ticker)
        is_refused(kalshi, ticker)
        registers_a_key(kalshi)
        assert kalshi.get_account_api_limits().usage_tier == "prestige"
    with exchange(tauroi, "--speed", "20000", "--days", "2", "--key", "rsa", "--tier", "unlimited") as kalshi:
        is_paid(kalshi)
    # The lowest tier's bucket never holds enough for eleven orders at once.
    with exchange(tauroi, "--speed", "0.0001") as kalshi:
        assert kalshi.get_account_api_limits().usage_tier == "basic"
        orders = [order(ticker, f"many{k}", "bid", "0.0100", "1") for k in range(11)]
        refused(429, "too many requests", kalshi.batch_create_orders_v2, orders=orders)
        assert kalshi.get_orders().orders == []
    print("Kalshi's SDK trades on the paper exchange.")


if __name__ == "__main__":
    main(sys.argv[1])
