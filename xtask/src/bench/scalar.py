"""Times scalar Black-Scholes digitals in plain Python: one JSON line a case."""

import json
import math
import time

STRIKE = 100e6
YEARS = 16.0 / 365.0
RATE = 0.05


def normal_cdf(x):
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def price(spot, sigma):
    """Returns e^(-rT) N(d2), the price of $1 paid above the strike."""
    deviation = sigma * math.sqrt(YEARS)
    d2 = (math.log(spot / STRIKE) + (RATE - 0.5 * sigma * sigma) * YEARS) / deviation
    return math.exp(-RATE * YEARS) * normal_cdf(d2)


def brent(function, a, b, tolerance=1e-12):
    """Returns a root of function between a and b, or None without a change of sign (Brent, 1973, chapter 4)."""
    fa, fb = function(a), function(b)
    if fa * fb > 0.0:
        return None
    c, fc = a, fa
    step = previous = b - a
    for _ in range(100):
        if abs(fc) < abs(fb):
            a, b, c = b, c, b
            fa, fb, fc = fb, fc, fb
        smallest = 2.0 * 2.2e-16 * abs(b) + 0.5 * tolerance
        middle = 0.5 * (c - b)
        if abs(middle) <= smallest or fb == 0.0:
            return b
        if abs(previous) < smallest or abs(fa) <= abs(fb):
            step = previous = middle
        else:
            s = fb / fa
            if a == c:
                p, q = 2.0 * middle * s, 1.0 - s
            else:
                q, r = fa / fc, fb / fc
                p = s * (2.0 * middle * q * (q - r) - (b - a) * (r - 1.0))
                q = (q - 1.0) * (r - 1.0) * (s - 1.0)
            if p > 0.0:
                q = -q
            p = abs(p)
            if 2.0 * p < min(3.0 * middle * q - abs(smallest * q), abs(previous * q)):
                previous, step = step, p / q
            else:
                step = previous = middle
        a, fa = b, fb
        b += step if abs(step) > smallest else math.copysign(smallest, middle)
        fb = function(b)
        if (fb > 0.0) == (fc > 0.0):
            c, fc = a, fa
            step = previous = b - a
    return b


def implied_volatility(quote, spot):
    """Returns the lower volatility at which the digital costs quote, or None."""
    moneyness = math.log(spot / STRIKE) + RATE * YEARS
    # Below the strike the price has a maximum in the volatility, here; above it, it only falls.
    upper = math.sqrt(-2.0 * moneyness / YEARS) if moneyness < 0.0 else 5.0
    return brent(lambda sigma: price(spot, sigma) - quote, 0.01, upper)


def measure(name, call, inputs):
    best = math.inf
    for _ in range(10):
        start = time.perf_counter()
        for arguments in inputs:
            call(*arguments)
        best = min(best, (time.perf_counter() - start) / len(inputs))
    print(json.dumps({"name": name, "ns": round(best * 1e9, 3)}))


spots = [(85e6 + 1.2e5 * i, 0.3 + 0.001 * i) for i in range(256)]
measure("price", price, spots * 20)
measure("implied volatility", implied_volatility, [(price(spot, sigma), spot) for spot, sigma in spots])
