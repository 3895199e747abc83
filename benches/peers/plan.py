"""A plan folder as the arrays of a flow problem.

A pool is the money of one stream that lapses in one month (tranches of a stream with the same last month are alike
once they have begun). A demand is what one line needs in one month; under `classes`, what all lines of that month
with the same priority, the same live pools and the same caps need together.
"""

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PRIORITIES = ["core", "essential", "stretch"]


@dataclass
class Plan:
    """A folder as read: needs[line, month] and income[pool, month] in cents."""
    name: str
    needs: np.ndarray
    income: np.ndarray
    priority: np.ndarray  # of a line, an index of PRIORITIES
    eligible: np.ndarray  # [stream, line]
    caps: list  # (stream, mask of lines, share of what is spent)
    pool_stream: np.ndarray
    pool_first: np.ndarray
    pool_last: np.ndarray


@dataclass
class Network:
    """Money in a pool in a month is a supply; it is drawn by a demand of that month or carried to the next month."""
    supply_income: np.ndarray
    carry_from: np.ndarray  # supplies
    carry_to: np.ndarray
    demand_amount: np.ndarray
    demand_priority: np.ndarray
    draw_supply: np.ndarray
    draw_demand: np.ndarray
    caps: list  # (all draws of the stream, whether each is on the selection, share)


def cents(text):
    units, _, rest = text.partition(".")
    return int(units) * 100 + int(rest.ljust(2, "0") or 0)


def read_plan(folder):
    folder = Path(folder)
    document = tomllib.loads((folder / "plan.toml").read_text())
    months = document["plan"]["months"]
    start = document["plan"]["start"]

    def offset(text):
        return (int(text[:4]) - int(start[:4])) * 12 + int(text[5:7]) - int(start[5:7])

    lines = {name: index for index, name in enumerate(document["cost"])}
    streams = {name: index for index, name in enumerate(document["stream"])}

    def mask(selectors):
        chosen = np.zeros(len(lines), dtype=bool)
        chosen[[lines[selector.removeprefix("cost.")] for selector in selectors]] = True
        return chosen

    needs = np.zeros((len(lines), months), dtype=np.int64)
    with open(folder / "needs.csv", newline="") as file:
        for row in csv.DictReader(file):
            needs[lines[row["cost"]], offset(row["month"])] += cents(row["amount"])

    pools = {}
    with open(folder / "tranches.csv", newline="") as file:
        for row in csv.DictReader(file):
            last = min(offset(row["last"]), months - 1) if row["last"] else months - 1
            income = pools.setdefault((streams[row["stream"]], last), np.zeros(months, dtype=np.int64))
            income[offset(row["available"])] += cents(row["amount"])
    income = np.array(list(pools.values()))

    terms = document["stream"].values()
    return Plan(
        name=folder.name,
        needs=needs,
        income=income,
        priority=np.array([PRIORITIES.index(cost["priority"]) for cost in document["cost"].values()]),
        eligible=np.array([mask(stream["pays-for"]) for stream in terms]),
        caps=[(index, mask(cap["on"]), float(cap["share"].rstrip("%")) / 100)
              for index, stream in enumerate(terms) for cap in stream.get("cap", [])],
        pool_stream=np.array([stream for stream, _ in pools]),
        pool_first=(income > 0).argmax(axis=1),
        pool_last=np.array([last for _, last in pools]),
    )


def demands(plan, classes):
    """Amount, month and one line of each demand: the lines of a class are alike, so one speaks for all."""
    line, month = np.nonzero(plan.needs)
    amount = plan.needs[line, month]
    if not classes:
        return amount, month, line
    # What a line is to a stream: not eligible, or eligible and under these of its caps.
    standing = plan.eligible.astype(np.int64)
    for bit, (stream, selection, _) in enumerate(plan.caps, start=1):
        standing[stream] |= (selection & plan.eligible[stream]).astype(np.int64) << bit
    groups = {}
    for at in range(plan.needs.shape[1]):
        live = plan.pool_stream[(plan.pool_first <= at) & (at <= plan.pool_last)]
        signature = np.vstack([plan.priority, standing[np.unique(live)]]).T.copy()
        for each in np.nonzero(plan.needs[:, at])[0]:
            group = groups.setdefault((at, signature[each].tobytes()), [0, at, each])
            group[0] += plan.needs[each, at]
    return np.array(list(groups.values())).T


def network(plan, classes):
    amount, month, line = demands(plan, classes)
    length = plan.pool_last - plan.pool_first + 1
    base = np.cumsum(length) - length
    draw_supply, draw_demand = [], []
    for pool, stream in enumerate(plan.pool_stream):
        first, last = plan.pool_first[pool], plan.pool_last[pool]
        chosen = np.nonzero((first <= month) & (month <= last) & plan.eligible[stream][line])[0]
        draw_supply.append(base[pool] + month[chosen] - first)
        draw_demand.append(chosen)
    draw_stream = np.repeat(plan.pool_stream, [len(chosen) for chosen in draw_demand])
    draw_demand = np.concatenate(draw_demand)
    carry_from = np.setdiff1d(np.arange(length.sum()), base + length - 1)
    caps = []
    for stream, selection, share in plan.caps:
        draws = np.nonzero(draw_stream == stream)[0]
        caps.append((draws, selection[line[draw_demand[draws]]], share))
    return Network(
        supply_income=np.concatenate([income[first:last + 1] for income, first, last
                                      in zip(plan.income, plan.pool_first, plan.pool_last)]),
        carry_from=carry_from,
        carry_to=carry_from + 1,
        demand_amount=amount,
        demand_priority=plan.priority[line],
        draw_supply=np.concatenate(draw_supply),
        draw_demand=draw_demand,
        caps=caps,
    )
