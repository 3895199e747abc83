"""Many futures by numba, one after another in compiled loops: the waterfall of the bench `chance` in whole cents."""

import numba
import numpy as np


def arrays(instance):
    """The instance as flat arrays for the compiled loops."""
    pools = instance.pools
    months = instance.needs.shape[1]
    rows, first = [], [0]
    for pool in pools:
        for priority in range(3):
            for lines in (pool.free[priority], pool.capped[priority]):
                rows += lines
                first.append(len(rows))
    income_of = np.full((len(pools), months), -1, dtype=np.int64)
    table = []
    for (pool, month), amounts in instance.income.items():
        income_of[pool, month] = len(table)
        table.append(amounts)
    line_priority = np.zeros(len(instance.needs), dtype=np.int64)
    for pool in pools:
        for priority in range(3):
            line_priority[pool.free[priority] + pool.capped[priority]] = priority
    column = {name: np.array([getattr(pool, name) for pool in pools], dtype=np.int64)
              for name in ("stream", "first", "last", "part", "whole")}
    return (np.ascontiguousarray(instance.needs.T), line_priority, column["stream"], column["first"], column["last"],
            column["part"], column["whole"], np.array(rows, dtype=np.int64), np.array(first, dtype=np.int64),
            income_of, np.array(table))


@numba.njit
def solve(choices, needs, line_priority, stream_of, first, last, part, whole, rows, begins, income_of, table):
    futures, streams = choices.shape
    months, lines = needs.shape
    pools = len(stream_of)
    gap = np.zeros((futures, 3), dtype=np.int64)
    held = np.empty(pools, dtype=np.int64)
    spent = np.empty(streams, dtype=np.int64)
    used = np.empty(streams, dtype=np.int64)
    left = np.empty(lines, dtype=np.int64)
    active = np.empty(pools, dtype=np.int64)
    for future in range(futures):
        held[:] = 0
        spent[:] = 0
        used[:] = 0
        for month in range(months):
            left[:] = needs[month]
            count = 0
            for pool in range(pools):
                if first[pool] <= month <= last[pool]:
                    income = income_of[pool, month]
                    if income >= 0:
                        held[pool] += table[income, choices[future, stream_of[pool]]]
                    if held[pool] > 0:
                        active[count] = pool
                        count += 1
            again, moved = False, True
            while moved:
                moved = False
                for priority in range(3):
                    for at in range(count):
                        pool = active[at]
                        money = held[pool]
                        if money == 0:
                            continue
                        stream = stream_of[pool]
                        row = 6 * pool + 2 * priority
                        if not again:
                            for place in range(begins[row], begins[row + 1]):
                                line = rows[place]
                                pay = min(money, left[line])
                                left[line] -= pay
                                money -= pay
                                if money == 0:
                                    break
                            spent[stream] += held[pool] - money
                        for place in range(begins[row + 1], begins[row + 2]):
                            line = rows[place]
                            pay = min(money, left[line])
                            if pay > 0:
                                room = part[pool] * spent[stream] - whole[pool] * used[stream]
                                pay = min(pay, room // (whole[pool] - part[pool]))
                                if pay > 0:
                                    left[line] -= pay
                                    money -= pay
                                    spent[stream] += pay
                                    used[stream] += pay
                                    moved = True
                        held[pool] = money
                again, moved = True, moved or not again
            for line in range(lines):
                gap[future, line_priority[line]] += left[line]
    return gap


def gaps(instance, own):
    return solve(instance.choices, *own)
