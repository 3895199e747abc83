"""One run of braid and its peers, one at a time: python run.py FOLDER... [--limit SECONDS].

Prints a table of CPU seconds, and in brackets the peer's time over braid's. A solver that passes the limit of CPU
seconds is stopped. Peers are counted for building and solving the model; braid is counted as a whole process, so it
reads the folder, forecasts and prints besides. If two peers disagree by more than a dollar, the run fails.
"""

import argparse
import resource
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BRAID = HERE.parent.parent / "target" / "release" / "braid"
PEERS = [(solver, model) for solver in ["highs-simplex", "highs-ipm", "glop", "min-cost-flow"]
         for model in ["written", "classes"]]


def braid_command(folder):
    """The command that finds a best braid of the folder."""
    return [BRAID, "forecast", folder, "--method", "optimal"]


def peer_command(folder, solver, model):
    return [sys.executable, HERE / "solve.py", folder, "--solver", solver, "--model", model]


def run(command, limit):
    """What the command printed, or nothing if it failed or passed the limit; and its CPU seconds."""
    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    done = subprocess.run(command, capture_output=True, text=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)))
    seconds = spent() - before
    if done.returncode == 0:
        return done.stdout, seconds
    if seconds < limit:
        print(f"{' '.join(map(str, command))}\n{done.stderr}", file=sys.stderr)
    return None, seconds


def cell(seconds, braid_seconds):
    return f"{seconds:.3f}" + (f" ({seconds / braid_seconds:.0f})" if braid_seconds else "")


def measure(folder, limit):
    """The cells of one row, and whether the peers agree."""
    answer, seconds = run(braid_command(folder), limit)
    braid_seconds = seconds if answer else None
    cells = [folder.name, cell(seconds, None) if answer else "failed"]
    capped = "\ncap = " in (folder / "plan.toml").read_text()
    found = []
    for solver, model in PEERS:
        if solver == "min-cost-flow" and capped:
            cells.append("-")
            continue
        answer, seconds = run(peer_command(folder, solver, model), limit)
        if answer:
            fields = answer.strip().split(",")
            found.append([float(gap) for gap in fields[3:6]])
            cells.append(cell(float(fields[8]), braid_seconds))
        else:
            cells.append(f"not after {limit}" if seconds >= limit else "failed")
    agreed = all(max(gaps) - min(gaps) <= 1.00 for gaps in zip(*found))
    return cells, agreed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, default=180)
    arguments = parser.parse_args()
    heads = ["instance", "braid", *(f"{solver}, {model}" for solver, model in PEERS)]
    print("| " + " | ".join(heads) + " |\n|---|" + "--:|" * (len(heads) - 1), flush=True)
    disagreed = []
    for folder in arguments.folders:
        cells, agreed = measure(folder, arguments.limit)
        print("| " + " | ".join(cells) + " |", flush=True)
        if not agreed:
            disagreed.append(folder.name)
    if disagreed:
        sys.exit(f"the peers disagree on {', '.join(disagreed)}")


if __name__ == "__main__":
    main()
