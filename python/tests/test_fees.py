"""Fees: the amounts of `tauroi price`, exact."""

import datetime
import itertools
import unittest
from decimal import Decimal

from program import answers

import tauroi

SERIES = {"fee_type": "quadratic_with_maker_fees", "multiplier": "0.5", "account": "direct"}


class Fees(unittest.TestCase):
    def test_every_kind_of_fill_costs_what_the_program_says(self):
        dates = [None, "2025-06-01", "2025-09-01", "2026-03-10", "2026-05-28", "2026-05-28T14:45:00Z", "2026-11-01"]
        lines = []
        for role, price, count, account, action, date in itertools.product(
            ("maker", "taker"),
            ("0.01", "0.37", "0.055"),
            ("1", "10.25"),
            ("direct", "non_direct"),
            ("buy", "sell"),
            dates,
        ):
            line = SERIES | {"role": role, "price": price, "count": count, "account": account, "action": action}
            lines.append(line if date is None else line | {"date": date})
        for line, answer in zip(lines, answers(lines, "fee"), strict=True):
            charged = tauroi.fee(**line)
            self.assertEqual(
                (charged.fee, charged.rule, charged.known), (Decimal(answer["fee"]), answer["rule"], answer["known"])
            )
            self.assertEqual(str(charged.fee), answer["fee"])

    def test_fills_of_one_order_share_what_was_rounded_away(self):
        fills = [("taker", "0.055", 1)] * 5 + [("maker", Decimal("0.05"), Decimal("2.50"))]
        lines = [{"role": role, "price": str(price), "count": str(count)} for role, price, count in fills]
        for date in ("2026-03-30", "2026-11-01"):
            (answer,) = answers([SERIES | {"fills": lines, "date": date, "account": "non_direct"}], "fee")
            charged = tauroi.fees(fills, **SERIES | {"account": "non_direct"}, date=datetime.date.fromisoformat(date))
            self.assertEqual([str(fee) for fee in charged.fees], answer["fees"])
            self.assertEqual((charged.rule, charged.known), (answer["rule"], answer["known"]))

    def test_a_time_of_python_is_a_time(self):
        at = datetime.datetime(2026, 5, 28, 14, 45, tzinfo=datetime.UTC)
        self.assertEqual(tauroi.fee("taker", "0.5", 1, **SERIES, date=at).rule, "centicent")
        before = tauroi.fee("taker", "0.5", 1, **SERIES, date=at.replace(hour=0))
        self.assertEqual(before.rule, "cent_balance")

    def refused(self, words, call, *arguments, **fields):
        with self.assertRaises(ValueError) as caught:
            call(*arguments, **fields)
        self.assertEqual(str(caught.exception), words)

    def test_a_float_is_no_money_and_errors_name_the_field(self):
        float_price = "price: must be a str, an int or a Decimal, as a float is no exact amount"
        self.refused(float_price, tauroi.fee, "taker", 0.37, 1, **SERIES)
        self.refused("fills[1]." + float_price, tauroi.fees, [("taker", "0.3", 1), ("taker", 0.37, 1)], **SERIES)
        self.refused('price: "37" is not from 0 to 1 dollar', tauroi.fee, "taker", "37", 1, **SERIES)
        self.refused(
            'fills[1].price: "37" is not from 0 to 1 dollar',
            tauroi.fees,
            [("taker", "0.3", 1), ("taker", 37, 1)],
            **SERIES,
        )
        with self.assertRaisesRegex(ValueError, "^date: "):
            tauroi.fee("taker", "0.3", 1, **SERIES, date="yesterday")
        with self.assertRaisesRegex(ValueError, "^account: "):
            tauroi.fee("taker", "0.3", 1, **SERIES | {"account": "mine"})
