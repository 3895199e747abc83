"""Many futures by numpy, vectorised by future: the waterfall of the bench `chance` in whole cents.

A month is paid pool by pool, line by line, for all futures of a batch at once, in place. When it is repeated, only
what a cap held back can move: only capped lines of capped pools are tried. `written` is the same waterfall as one would
write it first: every line that an open pool may pay, in every pass of every month, with an array for each step.
"""

import numpy as np


def gaps(instance, batch):
    """The gap of each future by priority, in batches of so many futures."""
    futures = len(instance.choices)
    parts = [solve(instance, instance.choices[first:first + batch]) for first in range(0, futures, batch)]
    return np.concatenate(parts)


def solve(instance, choices):
    count, (lines, months) = len(choices), instance.needs.shape
    streams = choices.shape[1]
    held = np.zeros((len(instance.pools), count), dtype=np.int64)
    spent = np.zeros((streams, count), dtype=np.int64)
    used = np.zeros((streams, count), dtype=np.int64)
    left = np.empty((lines, count), dtype=np.int64)
    pay = np.empty(count, dtype=np.int64)
    room = np.empty(count, dtype=np.int64)
    before = np.empty(count, dtype=np.int64)
    gap = np.zeros((3, count), dtype=np.int64)
    own_choices = np.ascontiguousarray(choices.T)
    for month in range(months):
        left[:] = instance.needs[:, month, None]
        needed = instance.needs[:, month] > 0
        active = []
        for index, pool in enumerate(instance.pools):
            if pool.first <= month <= pool.last:
                income = instance.income.get((index, month))
                if income is not None:
                    held[index] += income[own_choices[pool.stream]]
                if held[index].any():
                    active.append((held[index], pool))
        again, moved = False, True
        while moved:
            moved = False
            for priority in range(3):
                for money, pool in active:
                    if not again:
                        np.copyto(before, money)
                        for line in pool.free[priority]:
                            if needed[line]:
                                np.minimum(money, left[line], out=pay)
                                money -= pay
                                left[line] -= pay
                        np.subtract(before, money, out=before)
                        spent[pool.stream] += before
                    for line in pool.capped[priority]:
                        if needed[line]:
                            np.multiply(spent[pool.stream], pool.part, out=room)
                            np.multiply(used[pool.stream], pool.whole, out=pay)
                            room -= pay
                            room //= pool.whole - pool.part
                            np.minimum(money, left[line], out=pay)
                            np.minimum(pay, room, out=pay)
                            np.maximum(pay, 0, out=pay)
                            if pay.any():
                                money -= pay
                                left[line] -= pay
                                spent[pool.stream] += pay
                                used[pool.stream] += pay
                                moved = True
                # What no future needs any more is not looked at again.
                if not again:
                    for line in range(lines):
                        needed[line] = needed[line] and left[line].any()
            again, moved = True, moved or not again
        for priority, own in enumerate(by_priority(instance)):
            gap[priority] += left[own].sum(axis=0)
    return gap.T


def written(instance):
    """The gap of each future by priority, all futures at once, nothing left out."""
    choices, needs = instance.choices, instance.needs
    held = np.zeros((len(instance.pools), len(choices)), dtype=np.int64)
    spent = np.zeros((choices.shape[1], len(choices)), dtype=np.int64)
    used = np.zeros_like(spent)
    gap = np.zeros((3, len(choices)), dtype=np.int64)
    own = by_priority(instance)
    for month in range(needs.shape[1]):
        left = np.repeat(needs[:, month, None], len(choices), axis=1)
        for (pool, place), amounts in instance.income.items():
            if place == month:
                held[pool] += amounts[choices[:, instance.pools[pool].stream]]
        moved = True
        while moved:
            moved = False
            for priority in range(3):
                for index, pool in enumerate(instance.pools):
                    if not pool.first <= month <= pool.last:
                        continue
                    for line in pool.free[priority]:
                        pay = np.minimum(held[index], left[line])
                        held[index] -= pay
                        left[line] -= pay
                        spent[pool.stream] += pay
                        moved = moved or pay.any()
                    for line in pool.capped[priority]:
                        room = (pool.part * spent[pool.stream] - pool.whole * used[pool.stream]) // (pool.whole - pool.part)
                        pay = np.maximum(np.minimum(np.minimum(held[index], left[line]), room), 0)
                        held[index] -= pay
                        left[line] -= pay
                        spent[pool.stream] += pay
                        used[pool.stream] += pay
                        moved = moved or pay.any()
        for priority in range(3):
            gap[priority] += left[own[priority]].sum(axis=0)
    return gap.T


def by_priority(instance):
    own = [set(), set(), set()]
    for pool in instance.pools:
        for priority in range(3):
            own[priority].update(pool.free[priority] + pool.capped[priority])
    return [sorted(lines) for lines in own]
