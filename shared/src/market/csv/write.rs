//! Writers of what the readers read: nothing in these files needs quotes.

use core::fmt::{Display, Write as _};

use crate::market::{Contract, EventTape, Tape};

/// Returns the trades of `event`, contract by contract in order of ticker, each in order of time.
pub fn write_trades(event: &EventTape) -> String {
    let mut csv = String::from("ticker,timestamp,price,count,taker_side,is_block_trade\n");
    for trade in event.contracts().iter().flat_map(Tape::trades) {
        let (side, block) = (or_empty(trade.taker_side), if trade.is_block { "true" } else { "" });
        row(&mut csv, &[&trade.ticker, &trade.at, &trade.price, &trade.count, &side, &block]);
    }
    csv
}

/// Returns what is known of `contracts`, in their order.
pub fn write_markets(contracts: &[Contract]) -> String {
    let mut csv = String::from(
        "ticker,event_ticker,result,settlement_value,mutually_exclusive,fee_type,fee_multiplier,close_time\n",
    );
    for contract in contracts {
        let result = match contract.settlement_value {
            Some(_) => "scalar".to_owned(),
            None => or_empty(contract.result),
        };
        row(
            &mut csv,
            &[
                &contract.ticker,
                &contract.event_ticker,
                &result,
                &or_empty(contract.settlement_value),
                &or_empty(contract.mutually_exclusive),
                &or_empty(contract.fee_type),
                &or_empty(contract.fee_multiplier),
                &or_empty(contract.close_time),
            ],
        );
    }
    csv
}

fn row(csv: &mut String, fields: &[&dyn Display]) {
    for (i, field) in fields.iter().enumerate() {
        // Writing to a string can't fail.
        let _ = write!(csv, "{}{field}", if i > 0 { "," } else { "" });
    }
    csv.push('\n');
}

fn or_empty(value: Option<impl Display>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
