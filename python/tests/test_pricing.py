"""Digitals, implied volatilities and winners: the bits of `tauroi price`, on the golden tables' inputs and on grids."""

import itertools
import sys
import threading
import unittest

import numpy as np
from program import answers, bits, golden

import tauroi

VALUES = ("prob_yes", "prob_no", "price")
GREEKS = ("dP_dS", "d2P_dS2", "dP_dsigma", "dP_dlambda", "dP_dmuJ", "dP_dsigJ", "dP_dT", "dP_db")
# The fields that have another name in Python.
RENAMED = {"lambda": "lam", "muJ": "mu_j", "sigJ": "sig_j"}


def grid(**fields):
    """Returns a line for each combination of values."""
    return [dict(zip(fields, values, strict=True)) for values in itertools.product(*fields.values())]


def columns(lines):
    """Returns lines as arguments of the wheel, an array each."""
    names = {name: RENAMED.get(name, name) for name in lines[0]}
    return {python: np.array([line[name] for line in lines]) for name, python in names.items()}


def numbers(row, names):
    """Returns these fields of a golden row as numbers."""
    return {name: float(row[name]) for name in names}


class Digital(unittest.TestCase):
    NAMES = ("S", "K", "T_days", "b", "sigma", "lambda", "muJ", "sigJ", "r")

    def same_bits(self, lines):
        priced = tauroi.price(**columns(lines), greeks=True)
        plain = tauroi.price(**columns(lines))
        for place, answer in enumerate(answers(lines, "digital")):
            self.assertNotIn("error", answer)
            for name in VALUES:
                self.assertEqual(bits(getattr(priced, name)[place]), bits(answer[name]), (name, lines[place]))
                self.assertEqual(bits(getattr(plain, name)[place]), bits(answer[name]), (name, lines[place]))
            for name in GREEKS:
                self.assertEqual(bits(getattr(priced.greeks, name)[place]), bits(answer[name]), (name, lines[place]))

    def test_golden_inputs(self):
        rows = golden("merton_digital.csv")
        if not rows:
            self.skipTest("no golden tables")
        self.same_bits([numbers(row, self.NAMES) | {"comp": int(row["comp"])} for row in rows])

    def test_a_grid_with_edges(self):
        self.same_bits(
            grid(
                S=[60e6, 94e6, 100e6],
                K=[100e6],
                T_days=[0.0, 0.25, 14.0, 400.0],
                b=[0.0, -0.3],
                sigma=[0.0, 0.05, 0.35, 3.0],
                **{"lambda": [0.0, 0.5, 12.0, 900.0], "muJ": [0.0, 0.02], "sigJ": [0.0, 0.04]},
                comp=[0, 1],
                r=[0.0, 0.05],
            )
        )

    def test_the_median_parameterisation(self):
        lines = grid(S=[90e6, 100e6], K=[100e6], T_days=[3.0, 30.0], sigma=[0.0, 0.4], r=[0.0])
        more = {"lambda": 12.0, "muJ": 0.02, "sigJ": 0.04, "median": True}
        priced = tauroi.price(**columns(lines), lam=12.0, mu_j=0.02, sig_j=0.04, median=True)
        for place, answer in enumerate(answers([line | more for line in lines], "digital")):
            self.assertEqual(bits(priced.prob_yes[place]), bits(answer["prob_yes"]))


class Implied(unittest.TestCase):
    NAMES = ("prob", "S", "K", "T_days", "b")

    def same_bits(self, lines):
        found = tauroi.implied(**columns(lines))
        self.assertEqual(found.roots.shape[:-1], (len(lines),))
        for place, answer in enumerate(answers(lines, "implied")):
            self.assertNotIn("error", answer)
            roots = found.roots[place]
            self.assertEqual([bits(root) for root in roots[~np.isnan(roots)]], [bits(x) for x in answer["roots"]])
            self.assertEqual(found.status[place], answer["status"])
            self.assertEqual(bits(found.prob_peak[place]), bits(answer["prob_peak"]))
            self.assertEqual(bits(found.implied_forward[place]), bits(answer["implied_forward"]))

    def test_golden_inputs(self):
        plain, jumps = golden("implied_vol_bs_digital.csv"), golden("implied_vol_merton.csv")
        if not plain:
            self.skipTest("no golden tables")
        none = {"lambda": 0.0, "muJ": 0.0, "sigJ": 0.0, "comp": 0, "sigma": 0.35}
        self.same_bits([numbers(row, self.NAMES) | none for row in plain])
        law = ("lambda", "muJ", "sigJ")
        self.same_bits([numbers(row, (*self.NAMES, *law)) | {"comp": int(row["comp"]), "sigma": 0.2} for row in jumps])

    def test_a_grid(self):
        self.same_bits(
            grid(
                prob=[0.01, 0.2, 0.45, 0.8],
                S=[85e6, 99e6, 110e6],
                K=[100e6],
                T_days=[2.0, 30.0],
                b=[0.1],
                **{"lambda": [0.0, 12.0], "muJ": [0.02], "sigJ": [0.04]},
                comp=[0, 1],
                sigma=[0.3],
            )
        )

    def test_no_forwards_without_a_volatility(self):
        self.assertIsNone(tauroi.implied(0.2, 94e6, 100e6, 14).implied_forward)


class Winner(unittest.TestCase):
    def same_bits(self, line, won):
        (answer,) = answers([line], "winner")
        self.assertNotIn("error", answer)
        self.assertEqual([bits(p) for p in won.p], [bits(p) for p in answer["p"]])
        self.assertEqual(bits(won.p_other), bits(answer.get("p_other")))
        self.assertEqual(bits(won.error_estimate), bits(answer["error_estimate"]))

    def test_golden_inputs(self):
        rows = golden("wta.csv")
        if not rows:
            self.skipTest("no golden tables")
        for _, group in itertools.groupby(rows, lambda row: row["case"]):
            outcomes = []
            for row in group:
                names = ("a", "s", "beta") if row["s"] else ("a", "T", "sigma", "lambda", "muJ", "sigJ")
                outcomes.append({name: float(row[name] or 0.0) for name in names})
            missing = {"s": np.nan, "T": np.nan, "sigma": np.nan}
            names = ("a", "s", "beta", "T", "sigma", "lambda", "muJ", "sigJ")
            given = [name for name in names if any(name in outcome for outcome in outcomes)]
            arrays = {
                RENAMED.get(name, name): [outcome.get(name, missing.get(name, 0.0)) for outcome in outcomes]
                for name in given
            }
            self.same_bits({"outcomes": outcomes}, tauroi.winner(**arrays))

    def test_rows_are_events_of_their_own_and_other_may_have_a_mass(self):
        a, s, mass = np.array([[18.36, 18.31, 18.0], [18.2, 18.4, 18.35]]), [0.05, 0.04, 0.3], np.array([0.01, 0.2])
        won = tauroi.winner(a, s, beta=0.02, other=mass)
        self.assertEqual((won.p.shape, won.p_other.shape, won.error_estimate.shape), ((2, 3), (2,), (2,)))
        for row in range(2):
            outcomes = [{"a": a[row, i], "s": s[i], "beta": 0.02} for i in range(3)]
            one = tauroi.Winner(won.p[row], won.p_other[row], won.error_estimate[row])
            self.same_bits({"outcomes": outcomes, "other": mass[row]}, one)

    def test_normals_and_jumps_together_and_one_more_who_competes(self):
        jumps = {"T": 0.04, "sigma": 0.3, "lambda": 12.0, "muJ": 0.0, "sigJ": 0.04}
        outcomes = [{"a": 18.36, **jumps}, {"a": 18.31, "s": 0.04, "beta": 0.02}]
        last = {"a": 18.2, "s": 0.1, "beta": 0.01}
        won = tauroi.winner(
            [18.36, 18.31], [np.nan, 0.04], beta=[0.0, 0.02], T=0.04, sigma=0.3, lam=12.0, sig_j=0.04, other=last
        )
        self.same_bits({"outcomes": outcomes, "other": last}, won)


class Interpreter(unittest.TestCase):
    def test_it_is_let_go_while_there_is_work(self):
        # Nobody is asked to give way: this thread goes on only where the other one lets the interpreter go.
        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(3_600.0)
        spots, begun, priced = np.full(3_000_000, 94e6), threading.Event(), []

        def work():
            begun.set()
            priced.append(tauroi.price(spots, 100e6, 14, 0.35))

        thread = threading.Thread(target=work)
        thread.start()
        begun.wait()
        was_done = bool(priced)
        thread.join()
        self.assertFalse(was_done)
        self.assertEqual(len(priced), 1)


class Shapes(unittest.TestCase):
    def test_scalars_give_scalars_and_arrays_what_they_broadcast_to(self):
        self.assertIsInstance(tauroi.price(94e6, 100e6, 14, 0.35).price, float)
        spots, sigmas = np.array([[80e6], [94e6]]), np.array([0.2, 0.35, 0.5])
        table = tauroi.price(spots, 100e6, 14, sigmas).price
        self.assertEqual(table.shape, (2, 3))
        for (row, spot), (column, sigma) in itertools.product(enumerate(spots[:, 0]), enumerate(sigmas)):
            self.assertEqual(bits(table[row, column]), bits(tauroi.price(spot, 100e6, 14, sigma).price))

    def test_strides_types_and_emptiness_change_nothing(self):
        spots = np.linspace(80e6, 120e6, 12).reshape(3, 4)
        whole = tauroi.price(spots, 100e6, 14, 0.3).price
        self.assertTrue((tauroi.price(spots.T, 100e6, 14, 0.3).price == whole.T).all())
        self.assertTrue((tauroi.price(spots[::2, ::-1], 100e6, 14, 0.3).price == whole[::2, ::-1]).all())
        self.assertEqual(
            bits(tauroi.price(np.int64(94_000_000), 100_000_000, 14, 0.3).price),
            bits(tauroi.price(94e6, 1e8, 14.0, 0.3).price),
        )
        self.assertEqual(tauroi.price(np.empty((0, 3)), 100e6, 14, 0.3).price.shape, (0, 3))
        self.assertEqual(tauroi.implied([], 94e6, 100e6, 14).status.shape, (0,))

    def refused(self, words, call, *arguments, **fields):
        with self.assertRaises(ValueError) as caught:
            call(*arguments, **fields)
        self.assertEqual(str(caught.exception), words)

    def test_errors_name_the_field_the_reason_and_the_row(self):
        price = tauroi.price
        self.refused("sigma: must not be negative, got -1", price, 94e6, 100e6, 14, -1)
        self.refused("sigma: must not be negative, got -1 (at [1, 0])", price, 94e6, 100e6, 14, [[0.1], [-1]])
        self.refused("lam: must not be negative, got -2", price, 94e6, 100e6, 14, 0.1, lam=-2, comp=False)
        self.refused("sigma: must be numbers, got <U3", price, 94e6, 100e6, 14, "0.1")
        self.refused("shape: these don't go together: S (2,), K (3,)", price, [1, 2], [1, 2, 3], 14, 0.1)
        self.refused(
            "comp: is missing: True takes the jumps out of the trend, with False they come on top",
            *(price, 94e6, 100e6, 14, 0.1),
            lam=2,
        )
        self.refused(
            "b: must be 0 or left out with median: S is the forward median itself",
            *(price, 94e6, 100e6, 14, 0.1),
            b=0.1,
            median=True,
        )
        self.refused("outcomes[1].s: must not be negative, got -0.04", tauroi.winner, [18.36, 18.31], [0.05, -0.04])
        self.refused("s: is missing, and so are T and sigma", tauroi.winner, [18.36, 18.31])
        self.refused("a: must have an axis of outcomes", tauroi.winner, 18.36, 0.1)
