//! One contract: what was traded, and what it is worth when strike and volatility move.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{ContractSummary, Prints, TapeList};
use shared::format;
use shared::pricing::digital::{Drift, Jumps, MertonDigital, Parameters};

use crate::parts::chart::Chart;
use crate::parts::chart::spec::{Axis, Format, Kind, Mark, Series, Spec};
use crate::parts::slider::{Parameter, Slider};
use crate::parts::state::{Failed, Loading, Remote};
use crate::{link, net};

const SPOT: Parameter = Parameter {
    key: "spot",
    label: "Listeners now",
    unit: "",
    meaning: "The artist's monthly listeners today",
    range: (1e6, 2e8),
    step: 100_000.0,
};
const STRIKE: Parameter = Parameter {
    key: "strike",
    label: "Strike",
    unit: "",
    meaning: "The count that must be exceeded at settlement",
    range: (1e6, 2e8),
    step: 100_000.0,
};
const VOLATILITY: Parameter = Parameter {
    key: "vol",
    label: "Volatility",
    unit: "/ √year",
    meaning: "The standard deviation of the log count over a year",
    range: (0.01, 2.0),
    step: 0.01,
};
const DAYS: Parameter = Parameter {
    key: "days",
    label: "Days to settlement",
    unit: "days",
    meaning: "Whole publication days until the count that settles",
    range: (0.0, 60.0),
    step: 1.0,
};
const PARAMETERS: [Parameter; 4] = [SPOT, STRIKE, VOLATILITY, DAYS];
/// The worked example of the market-making seed, in round numbers.
const DEFAULTS: [f64; 4] = [117_400_000.0, 133_700_000.0, 0.5, 16.0];

/// Returns the probability that the count exceeds the strike.
fn probability([spot, strike, volatility, days]: [f64; 4]) -> Option<f64> {
    let parameters = Parameters {
        spot,
        strike,
        days,
        drift: Drift::Median,
        sigma: volatility,
        jumps: Jumps::NONE,
        rate: 0.0,
    };
    Some(MertonDigital::new(&parameters).ok()?.value().prob_yes)
}

/// The page.
#[component]
pub(crate) fn ContractPage(
    /// The contracts to choose from.
    list: TapeList,
) -> impl IntoView {
    let contracts: Vec<ContractSummary> = list.events.into_iter().flat_map(|event| event.contracts).collect();
    let asked =
        link::read("contract").and_then(|ticker| contracts.iter().position(|c| c.ticker.as_str() == ticker));
    let chosen = RwSignal::new(asked.unwrap_or(0));
    let contracts = StoredValue::new(contracts);
    let values: [RwSignal<f64>; 4] = std::array::from_fn(|i| {
        let parameter = PARAMETERS[i];
        RwSignal::new(
            link::read(parameter.key).and_then(|text| parameter.parse(&text)).unwrap_or(DEFAULTS[i]),
        )
    });
    let now = move || values.map(|value| value.get());

    // The address follows once the hand rests.
    let written = StoredValue::new_local(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let ticker =
            contracts.with_value(|contracts| contracts.get(chosen.get()).map(|c| c.ticker.to_string()));
        let mut pairs = vec![("contract", ticker.unwrap_or_default())];
        pairs.extend(
            PARAMETERS.iter().zip(now()).map(|(parameter, value)| (parameter.key, value.to_string())),
        );
        if let Some(earlier) = written.get_value() {
            earlier.clear();
        }
        written
            .set_value(set_timeout_with_handle(move || link::write(&pairs), Duration::from_millis(250)).ok());
    });

    let prints = RwSignal::new(Remote::<Prints>::Loading);
    let load = Callback::new(move |()| {
        let Some(ticker) = contracts.with_value(|c| c.get(chosen.get_untracked()).map(|c| c.ticker.clone()))
        else {
            return;
        };
        prints.set(Remote::Loading);
        spawn_local(async move {
            prints.set(match net::prints(&ticker).await {
                Ok(tape) => Remote::Ready(tape),
                Err(reason) => Remote::Failed(reason),
            });
        });
    });
    Effect::new(move |_| {
        chosen.track();
        load.run(());
    });

    let answer = move || probability(now());
    let curve = Memo::new(move |_| curve(now()));
    let options = contracts.with_value(|contracts| {
        let option = |(i, contract): (usize, &ContractSummary)| {
            let text = format!(
                "{} — {} trades, last {}",
                contract.ticker,
                contract.trades,
                format::cents(contract.last.to_dollars(), 0)
            );
            view! { <option value=i.to_string() selected=move || chosen.get() == i>{text}</option> }
        };
        contracts.iter().enumerate().map(option).collect::<Vec<_>>()
    });
    let problems = list.problems;
    view! {
        <section class="controls card">
            <label class="field">
                "Contract"
                <select id="contract" on:change=move |event| chosen.set(event_target_value(&event).parse().unwrap_or(0))>{options}</select>
            </label>
            {PARAMETERS.into_iter().zip(DEFAULTS).zip(values).map(|((parameter, default), value)| view! {
                <Slider parameter=parameter value=value default=Signal::stored(default) set=Callback::new(move |new| value.set(new)) />
            }).collect::<Vec<_>>()}
            {(!problems.is_empty()).then(|| view! {
                <div class="state caution" role="status">
                    <p>"Some files were skipped:"</p>
                    <ul>{problems.into_iter().map(|problem| view! { <li>{problem}</li> }).collect::<Vec<_>>()}</ul>
                </div>
            })}
        </section>
        <section class="card answer">
            <h1>"Probability above the strike"</h1>
            <output class="headline num" id="probability" data-value=move || answer().map(|p| p.to_string()).unwrap_or_default()>
                {move || answer().map_or_else(|| "–".to_owned(), format::probability)}
            </output>
            <Chart title="Probability against strike" spec=curve />
        </section>
        <section class="card tape">
            {move || match prints.get() {
                Remote::Loading => view! { <Loading what="the trades" /> }.into_any(),
                Remote::Failed(reason) => view! { <Failed reason=reason retry=load /> }.into_any(),
                Remote::Ready(tape) => {
                    let spec = tape_spec(&tape);
                    view! { <Chart title=format!("{}: prints", tape.ticker) spec=Signal::stored(spec) /> }.into_any()
                }
            }}
        </section>
    }
}

/// Returns the probability for strikes around the spot.
fn curve([spot, strike, volatility, days]: [f64; 4]) -> Spec {
    const POINTS: u32 = 200;
    let (low, high) = (0.5 * spot, 1.5 * spot);
    let points: Vec<_> = (0..=POINTS)
        .map(|i| low + (high - low) * f64::from(i) / f64::from(POINTS))
        .filter_map(|strike| Some((strike, probability([spot, strike, volatility, days])?)))
        .collect();
    Spec {
        x: Axis { name: "Strike (listeners)", range: (low, high), format: Format::Listeners },
        y: Axis { name: "Probability", range: (0.0, 1.0), format: Format::Percent },
        series: vec![Series {
            name: "P(above strike)".into(),
            colour: "--accent",
            kind: Kind::Area,
            points: Arc::new(points),
        }],
        marks: vec![Mark { name: "Strike".into(), colour: "--ask", x: strike }],
        summary: format!("falls from {} to {}", format::millions(low, 0), format::millions(high, 0)),
    }
}

fn tape_spec(tape: &Prints) -> Spec {
    let points: Vec<_> = tape
        .micros
        .iter()
        .zip(&tape.centicents)
        .map(|(at, price)| (*at as f64, *price as f64 / 10_000.0))
        .collect();
    let first = points.first().map_or(0.0, |point| point.0);
    let last = points.last().map_or(1.0, |point| point.0).max(first + 60e6);
    Spec {
        x: Axis { name: "Time (UTC)", range: (first, last), format: Format::Time },
        y: Axis { name: "Price", range: (0.0, 1.0), format: Format::Cents },
        summary: format!("{} trades", points.len()),
        series: vec![Series {
            name: "Trade price".into(),
            colour: "--accent",
            kind: Kind::Dots,
            points: Arc::new(points),
        }],
        marks: Vec::new(),
    }
}
