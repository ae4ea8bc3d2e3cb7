// Times QuantLib's JumpDiffusionEngine on the digitals of shared/benches/pricing.rs, one JSON line a case.
//
// The engine is called by itself, without the option's and the instrument's bookkeeping around it: what is measured
// is the least that QuantLib can take. It always computes its Greeks along with the price.

#include <ql/exercise.hpp>
#include <ql/instruments/payoffs.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/pricingengines/vanilla/jumpdiffusionengine.hpp>
#include <ql/processes/merton76process.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>
#include <ql/time/daycounters/thirty360.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>

using namespace QuantLib;

namespace {

struct Digital {
    ext::shared_ptr<SimpleQuote> spot = ext::make_shared<SimpleQuote>(85e6);
    ext::shared_ptr<SimpleQuote> sigma = ext::make_shared<SimpleQuote>(0.3);
    ext::shared_ptr<JumpDiffusionEngine> engine;

    Digital(const Date& expiry, const DayCounter& days, double rate, double dividend, double lambda, double mean,
            double sd, double accuracy) {
        const Date today = Settings::instance().evaluationDate();
        auto quote = [](double value) { return Handle<Quote>(ext::make_shared<SimpleQuote>(value)); };
        auto curve = [&](double value) {
            return Handle<YieldTermStructure>(ext::make_shared<FlatForward>(today, value, days));
        };
        const Handle<BlackVolTermStructure> volatility(
            ext::make_shared<BlackConstantVol>(today, NullCalendar(), Handle<Quote>(sigma), days));
        auto process = ext::make_shared<Merton76Process>(Handle<Quote>(spot), curve(dividend), curve(rate), volatility,
                                                         quote(lambda), quote(mean), quote(sd));
        engine = ext::make_shared<JumpDiffusionEngine>(process, accuracy);
        auto* arguments = dynamic_cast<VanillaOption::arguments*>(engine->getArguments());
        arguments->payoff = ext::make_shared<CashOrNothingPayoff>(Option::Call, 100e6, 1.0);
        arguments->exercise = ext::make_shared<EuropeanExercise>(expiry);
    }

    double price() const {
        engine->reset();
        engine->calculate();
        return dynamic_cast<const VanillaOption::results*>(engine->getResults())->value;
    }
};

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void measure(double lambda, double accuracy) {
    // A quarter of a year exactly, by this count of days.
    const Thirty360 days(Thirty360::BondBasis);
    const Date today = Settings::instance().evaluationDate();
    const Date expiry = today + 3 * Months;
    const Digital digital(expiry, days, 0.05, 0.0, lambda, 0.02, 0.04, accuracy);
    double best = 1e300;
    volatile double kept = 0.0;
    for (int round = 0; round < 10; ++round) {
        const double start = seconds();
        int calls = 0;
        do {
            for (int i = 0; i < 256; ++i, ++calls) {
                digital.spot->setValue(85e6 + 1.2e5 * i);
                digital.sigma->setValue(0.3 + 0.001 * i);
                kept = kept + digital.price();
            }
        } while (seconds() - start < 0.02);
        best = std::fmin(best, (seconds() - start) / calls);
    }
    std::printf("{\"name\":\"JumpDiffusionEngine(%.0e), lambda = %.0f\",\"ns\":%.3f}\n", accuracy, lambda, best * 1e9);
}

// Far below a strike that only a jump reaches. QuantLib compensates the drift for the jumps; a dividend yield of
// minus the compensation takes that back, as the drift here is without it.
void value() {
    const double lambda = 2.0, mean = 0.15, sd = 0.1;
    const double compensation = lambda * (std::exp(mean + 0.5 * sd * sd) - 1.0);
    const Date today = Settings::instance().evaluationDate();
    const Date expiry = today + 28;
    const Digital digital(expiry, Actual365Fixed(), 0.0, -compensation, lambda, mean, sd, 1e-8);
    digital.spot->setValue(80e6);
    digital.sigma->setValue(0.05);
    std::printf("{\"name\":\"JumpDiffusionEngine(1e-08), out of reach without a jump\",\"value\":%.17g}\n",
                digital.price());
}

}  // namespace

int main() {
    Settings::instance().evaluationDate() = Date(15, January, 2026);
    for (double accuracy : {1e-4, 1e-8}) {
        for (double lambda : {1.0, 5.0, 10.0}) {
            measure(lambda, accuracy);
        }
    }
    value();
}
