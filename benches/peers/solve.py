"""Solves one plan folder with a public solver and prints one row of figures.

python solve.py FOLDER --solver highs-simplex|highs-ipm|glop|min-cost-flow --model written|classes

The least core gap; then, with the core paid as much, the least essential gap; then the least stretch gap. The row:
solver, model, instance, the three gaps in dollars, and the CPU seconds to build the model from the plan as read, to
solve it, and of both. `classes` makes one of the lines of a month that are alike, `written` does not.
"""

import argparse
import importlib
import time

from plan import network, read_plan

# The module of each solver and what its `prepare` takes besides the network.
SOLVERS = {"highs-simplex": ("highs", ["simplex"]), "highs-ipm": ("highs", ["ipm"]), "glop": ("glop", []),
           "min-cost-flow": ("flow", [])}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--solver", choices=SOLVERS, required=True)
    parser.add_argument("--model", choices=["written", "classes"], required=True)
    arguments = parser.parse_args()
    plan = read_plan(arguments.folder)
    if arguments.solver == "min-cost-flow" and plan.caps:
        parser.error("a minimum-cost flow cannot hold a cap on a share of what is spent")
    module, options = SOLVERS[arguments.solver]
    prepare = importlib.import_module(module).prepare

    start = time.process_time()
    net = network(plan, arguments.model == "classes")
    solve = prepare(net, *options)
    built = time.process_time()
    gaps = solve()
    solved = time.process_time()
    seconds = [f"{part:.3f}" for part in (built - start, solved - built, solved - start)]
    print(",".join([arguments.solver, arguments.model, plan.name, *gaps, *seconds]))


if __name__ == "__main__":
    main()
