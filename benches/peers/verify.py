"""Checks the peers against the published optima: python verify.py [FIXTURES]. Ends with a failure if one differs."""

import csv
import subprocess
import sys
from pathlib import Path

from plan import PRIORITIES

HERE = Path(__file__).resolve().parent
# Not the interior point, which without crossover does not end every class held by a row.
PROGRAMME_SOLVERS = ["highs-simplex", "glop"]


def solved_gaps(folder, solver, model):
    command = [sys.executable, HERE / "solve.py", folder, "--solver", solver, "--model", model]
    row = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return [float(gap) for gap in row.split(",")[3:6]]


def main():
    fixtures = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent.parent / "fixtures" / "braid"
    wrong = 0
    checked = 0
    with open(fixtures / "optima.csv", newline="") as file:
        for row in csv.DictReader(file):
            known = [float(row[f"gap_{priority}"]) for priority in PRIORITIES]
            uncapped = row["instance"].endswith("-uncapped")
            # A programme in floating point may miss a cent; an integer flow may not.
            cases = [(solver, model, 1.00) for solver in PROGRAMME_SOLVERS for model in ["written", "classes"]]
            cases += [("min-cost-flow", model, 0.00) for model in ["written", "classes"] if uncapped]
            for solver, model, tolerance in cases:
                found = solved_gaps(fixtures / row["instance"], solver, model)
                checked += 1
                if any(abs(one - other) > tolerance for one, other in zip(found, known)):
                    wrong += 1
                    print(f"{row['instance']} {solver} {model}: {found}, published {known}")
    print(f"{checked} runs, {wrong} differ")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
