"""The instance of many futures as arrays: the plan of fixtures/braid/medium, and what the bench `chance` wrote."""

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PRIORITIES = ["core", "essential", "stretch"]


@dataclass
class Pool:
    """Money of one stream that lapses in one month, in spending order by that month, which no two pools share."""
    stream: int
    first: int
    last: int
    free: list  # by priority, the lines that it may pay under no cap
    capped: list  # by priority, those under its cap
    part: int  # the cap: so much of `whole` of what the stream spends
    whole: int


@dataclass
class Instance:
    needs: np.ndarray  # [line, month] in cents
    pools: list
    income: dict  # (pool, month): cents by choice
    choices: np.ndarray  # [future, stream]
    gaps: np.ndarray  # [future, priority], ours


def cents(text):
    units, _, rest = text.partition(".")
    return int(units) * 100 + int(rest.ljust(2, "0") or 0)


def read_instance(plan_folder, folder, limit=None):
    plan_folder, folder = Path(plan_folder), Path(folder)
    document = tomllib.loads((plan_folder / "plan.toml").read_text())
    months, start = document["plan"]["months"], document["plan"]["start"]
    # Lines and streams stand in the order of their names, as in a plan.
    lines = {name: index for index, name in enumerate(sorted(document["cost"]))}
    streams = {name: index for index, name in enumerate(sorted(document["stream"]))}
    priority = {lines[name]: PRIORITIES.index(cost["priority"]) for name, cost in document["cost"].items()}

    needs = np.zeros((len(lines), months), dtype=np.int64)
    with open(plan_folder / "needs.csv", newline="") as file:
        for row in csv.DictReader(file):
            month = (int(row["month"][:4]) - int(start[:4])) * 12 + int(row["month"][5:]) - int(start[5:])
            needs[lines[row["cost"]], month] += cents(row["amount"])

    def by_priority(chosen):
        return [[line for line in sorted(chosen) if priority[line] == own] for own in range(3)]

    pools, place_of, income = [], {}, {}
    with open(folder / "money.csv", newline="") as file:
        rows = list(csv.reader(file))[1:]
    for stream, last in sorted({(row[0], int(row[2])) for row in rows}, key=lambda key: key[1]):
        terms = document["stream"][stream]
        pays = {lines[selector.removeprefix("cost.")] for selector in terms["pays-for"]}
        cap = terms.get("cap", [{"on": [], "share": "0%"}])[0]
        under = {lines[selector.removeprefix("cost.")] for selector in cap["on"]} & pays
        share = np.gcd(int(cap["share"].rstrip("%")), 100)
        place_of[stream, last] = len(pools)
        pools.append(Pool(streams[stream], months, last, by_priority(pays - under), by_priority(under),
                          int(cap["share"].rstrip("%")) // int(share), 100 // int(share)))
    assert len({pool.last for pool in pools}) == len(pools)
    for row in rows:
        place, pool = int(row[1]), place_of[row[0], int(row[2])]
        pools[pool].first = min(pools[pool].first, place)
        income[pool, place] = np.array([int(amount) for amount in row[3:]], dtype=np.int64)
    futures = np.loadtxt(folder / "futures.csv", delimiter=",", skiprows=1, dtype=np.int64, max_rows=limit)
    return Instance(needs, pools, income, futures[:, 1:1 + len(streams)].copy(), futures[:, -3:].copy())
