"""OR-Tools' integer minimum-cost flow, in cents: a cent of gap costs 3, 2 or 1 by priority.

Without caps one flow is best for every class at once (the needs that can be met form a polymatroid), so any falling
weights give the class after class optimum and one solve is enough.
"""

import numpy as np
from ortools.graph.python import min_cost_flow

from plan import PRIORITIES


def prepare(net):
    supplies, demands = len(net.supply_income), len(net.demand_amount)
    hub = supplies + demands  # takes what is left over and gives what is missing
    plenty = int(max(net.supply_income.sum(), net.demand_amount.sum()))
    free = len(net.draw_supply) + len(net.carry_from) + supplies
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([net.draw_supply, net.carry_from, np.arange(supplies), np.full(demands, hub)]),
        np.concatenate([supplies + net.draw_demand, net.carry_to, np.full(supplies, hub),
                        supplies + np.arange(demands)]),
        np.concatenate([net.demand_amount[net.draw_demand], np.full(len(net.carry_from) + supplies, plenty),
                        net.demand_amount]),
        np.concatenate([np.zeros(free, dtype=np.int64), len(PRIORITIES) - net.demand_priority]))
    flow.set_nodes_supplies(np.arange(hub + 1), np.concatenate(
        [net.supply_income, -net.demand_amount, [net.demand_amount.sum() - net.supply_income.sum()]]))
    return lambda: solve(net, flow, arcs[free:])


def solve(net, flow, gap_arcs):
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise SystemExit(f"not solved: {status}")
    gap = flow.flows(gap_arcs)
    totals = [int(gap[net.demand_priority == level].sum()) for level in range(len(PRIORITIES))]
    return [f"{total // 100}.{total % 100:02}" for total in totals]
