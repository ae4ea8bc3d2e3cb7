//! What `tauroi price --help` says of lines, models and units.

use shared::Invalid;
use shared::fees::{FeeMultiplier, FeeSchedule, FeeType, Role};
use shared::units::{Price, Quantity};

/// Returns the text below the options.
pub(super) fn text() -> String {
    let table = maker_fees().unwrap_or_else(|error| error.to_string());
    format!("{LINES}\n{DIGITAL}\n{IMPLIED}\n{WINNER}\n{FEE}{table}")
}

const LINES: &str = r#"Lines:
  Every line of input is one JSON object and gets one line of output, in the same order and as soon as it has
  been read. The object's `model` says what is asked; without it --model does, or else the fields by which a
  model is known: `prob` (implied), otherwise `S` or `K` (digital), `outcomes` (winner), `role` or `fills` (fee).
  An `id` of any JSON type is repeated as it came. All fields are required unless said otherwise, and a field
  that the model doesn't have is an error.

  What can't be answered, an empty line too, gets {"id":...,"error":{"field":...,"reason":...}}, and the next line is
  read; `field` is `line` where no field is at fault: no JSON object, no UTF-8, more than 1 MiB. The number of
  such lines goes to standard error, and the exit code stays 0.

  Numbers of the models are doubles and are written so that they read back exactly. Counts and strikes are in
  listeners; volatility, intensity, trends and rates are per year of 365 days.
"#;

const DIGITAL: &str = r#"digital: $1 if a count exceeds a strike, under Merton's jump diffusion
  S, K              the count now, and the strike
  T_days            days to expiry
  b                 the trend of the count's mean
  sigma             the volatility between jumps; 0 is valid
  lambda            jumps a year
  muJ, sigJ         mean and standard deviation of a jump of ln S
  comp              1 or true: jumps are taken out of the trend; 0 or false: they come on top
  r                 the rate that discounts the $1, and nothing else
  median            optional; true: S is the forward median without jumps, and b and comp are 0 or left out
  gives prob_yes, prob_no, price and the derivatives of prob_yes: dP_dS, d2P_dS2, dP_dsigma, dP_dlambda, dP_dmuJ,
  dP_dsigJ, dP_dT (per year), dP_db. At sigma = 0 or T_days = 0 they are limits, and null on
  an atom, where some number of jumps of a known size, or none, ends on the strike.

  {"id":1,"S":94e6,"K":100e6,"T_days":14,"b":0,"sigma":0.35,"lambda":12,"muJ":0.02,"sigJ":0.04,"comp":0,"r":0}
"#;

const IMPLIED: &str = r#"implied: what a probability, such as a price in dollars, says of the model
  prob              the probability, between 0 and 1
  S, K, T_days, b, lambda, muJ, sigJ, comp, median     as for digital
  sigma             optional: a volatility to take as given
  gives roots, all the volatilities that give prob, ascending (with jumps: those from 1e-4 to 20); status: none,
  unique, two or many; prob_peak, the greatest probability that a volatility gives, or null if there is no greatest;
  and with sigma implied_forward, the forward median without jumps that gives prob, in listeners.

  {"prob":0.2,"S":94e6,"K":100e6,"T_days":14,"b":0,"lambda":0,"muJ":0,"sigJ":0,"comp":0,"sigma":0.35}
"#;

const WINNER: &str = r#"winner: which of up to 30 levels will be the greatest
  outcomes          an array of objects, each with
    a                 the median level without jumps, such as ln of a count
    s, beta           the standard deviation of the outcome's own part, and its loading on the common factor
    or T, sigma, lambda, muJ, sigJ     years to settlement, volatility between jumps, and jumps, which come on
                      top; beta is then optional
    name              optional: yours to tell outcomes apart
  other             optional: who else may win. A probability, or one more such object
  gives p, in the order of the outcomes; p_other if other was given; and error_estimate, of all the probabilities.

  {"outcomes":[{"a":18.36,"s":0.05,"beta":0.02},{"a":18.31,"s":0.04,"beta":0.02}],"other":0.01}
  {"outcomes":[{"a":18.36,"T":0.04,"sigma":0.3,"lambda":12,"muJ":0,"sigJ":0.04},{"a":18.31,"s":0.04,"beta":0}]}
"#;

const FEE: &str = r#"fee: what Kalshi charges, to the last rounding step
  role              maker or taker
  price, count      dollars a contract and contracts, as strings or numbers; read as the decimals they are
  fee_type          quadratic, quadratic_with_maker_fees or quadratic_with_combo_maker_fees
  multiplier        the series' fee_multiplier: 1, 0.5
  account           direct (the balance is kept to $0.0001) or non_direct (a broker's customer: to $0.01)
  action            optional: buy (as without it) or sell
  date              optional: the day of the trade in UTC, such as 2026-07-01, or its time, 2026-05-28T14:45:00Z;
                    without it the newest rule holds. On a day of change without a time the later one does
  fills             instead of role, price and count: an array of objects with these three, the fills of one
                    order, which share what was rounded away
  gives fee, net of the rebate, in dollars with six decimals; with fills fees, one for each. And rule, the rules
  charged by, and known: false where nobody has seen which rules held then, and the likeliest are taken.
    flat_makers     until 2025-06-30: makers of series that charge them paid $0.0025 a contract, all else as cent
    cent            from 2025-07-01: every fill up to the cent
    cent_balance    from about 2026-03-04 (sure from 03-24): the fee up to $0.0001, the balance down to the cent for
                    everybody, and a cent given back once more than a cent is held of an order
    centicent       from 2026-05-28 between 00:58 and 14:45: the balance down to the account's precision
    microdollar     from a day between 2026-07-02 and 2026-09-11: the fee up to $0.000001, and what is held given
                    back in whole steps of the account's precision

  {"role":"taker","price":"0.37","count":10,"fee_type":"quadratic","multiplier":1,"account":"direct"}
  {"fills":[{"role":"taker","price":"0.055","count":1},{"role":"maker","price":"0.055","count":2}],"fee_type":"quadratic_with_maker_fees","multiplier":1,"account":"direct","date":"2026-07-01"}

  Makers of a series with maker fees pay, before rounding:
"#;

/// Returns a line for each price of the market making's fee table.
fn maker_fees() -> Result<String, Invalid> {
    let schedule = FeeSchedule::new(FeeType::QuadraticWithMakerFees, FeeMultiplier::ONE)?;
    let one = Quantity::from_contracts(1)?;
    let mut table = String::new();
    for cents in [3, 50, 85] {
        let fee = schedule.model_fee(Role::Maker, Price::from_cents(cents)?, one);
        table += &format!("    {cents:>2} c    {} c a contract\n", fee.to_cents_text(2));
    }
    Ok(table)
}
