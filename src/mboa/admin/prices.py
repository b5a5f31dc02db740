"""What messages cost, by the price list that stands beside this file."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from mboa.storage.store import Row


@cache
def price_list() -> dict[str, Any]:
    """``source``, ``url``, ``xaf_per_usd`` and ``usd`` (a message's price by category)."""
    return tomllib.loads((files(__package__) / "prices.toml").read_text("utf-8"))


def cost_xaf(categories: Iterable[Row]) -> float | None:
    """The cost of the messages that are paid for, in XAF; ``None`` while no price is known for one of them."""
    prices, total = price_list(), 0.0
    for row in categories:
        if row["paid"] and row["n"]:
            if row["category"] not in prices["usd"]:
                return None
            total += row["n"] * prices["usd"][row["category"]] * prices["xaf_per_usd"]
    return total
