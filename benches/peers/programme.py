"""The linear programme of a network, solved class after class."""

import numpy as np

from plan import PRIORITIES

# The share of the money paid in a class that a later class may undo, for floating point: a tenth of a cent in $100M.
HELD_SLACK = 1e-11


class Programme:
    """The linear programme by rows, in dollars: columns are draws, then carries; none is negative.

    Rows: each supply, each demand, each cap, then the core and the essential money paid (held once they are known).
    """

    def __init__(self, net):
        draws, carries = len(net.draw_supply), len(net.carry_from)
        supplies, demands = len(net.supply_income), len(net.demand_amount)
        draw_columns = np.arange(draws)
        carry_columns = draws + np.arange(carries)
        self.paid_by = [np.nonzero(net.demand_priority[net.draw_demand] == level)[0]
                        for level in range(len(PRIORITIES))]
        held_first = supplies + demands + len(net.caps)
        entries = [
            (net.draw_supply, draw_columns, np.ones(draws)),
            (net.carry_from, carry_columns, np.ones(carries)),
            (net.carry_to, carry_columns, -np.ones(carries)),
            (supplies + net.draw_demand, draw_columns, np.ones(draws)),
        ]
        for index, (cap_draws, on_selection, share) in enumerate(net.caps):
            entries.append((np.full(len(cap_draws), supplies + demands + index), cap_draws, on_selection - share))
        for level in range(2):
            paid = self.paid_by[level]
            entries.append((np.full(len(paid), held_first + level), paid, np.ones(len(paid))))
        rows, columns, values = (np.concatenate(part) for part in zip(*entries))
        order = np.lexsort((columns, rows))
        self.rows, self.columns, self.values = rows[order], columns[order], values[order]
        self.column_count = draws + carries
        self.upper = np.concatenate([net.supply_income / 100, net.demand_amount / 100, np.zeros(len(net.caps)),
                                     np.full(2, np.inf)])
        self.held_rows = [held_first, held_first + 1]
        self.needs = [net.demand_amount[net.demand_priority == level].sum() / 100
                      for level in range(len(PRIORITIES))]

    def objective(self, level):
        """To be minimised: less the money paid at this priority."""
        costs = np.zeros(self.column_count)
        costs[self.paid_by[level]] = -1.0
        return costs

    def gaps(self, draws):
        return [f"{round(need - draws[paid].sum(), 2) + 0.0:.2f}" for need, paid in zip(self.needs, self.paid_by)]


def solve_in_sequence(programme, solver):
    """The gaps by priority; the solver has `best(level)`, the columns, and `hold(level, paid)`."""
    for level in range(len(PRIORITIES)):
        columns = solver.best(level)
        if level < len(PRIORITIES) - 1:
            solver.hold(level, columns[programme.paid_by[level]].sum() * (1 - HELD_SLACK))
    return programme.gaps(columns)
