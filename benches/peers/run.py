"""One run of braid and its peers, one at a time: python run.py FOLDER... [--limit SECONDS] [--repeat TIMES] [--csv FILE].

Prints a table of CPU seconds, and in brackets the peer's time over braid's; the least of the repeats counts. A solver
that passes the limit of CPU seconds is stopped. On both sides the plan is read before the clock starts, and what is
counted is building the model and solving all three priorities; braid has made its proof by then, and checking
braid and proof stands apart. Fails if gaps differ by more than a dollar between any two, braid among them. The CSV
holds a row a run: solver, model, instance, gaps, seconds, and for braid the seconds to check and the peak memory.
"""

import argparse
import csv
import json
import resource
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PEERS = [(solver, model) for solver in ["highs-simplex", "highs-ipm", "glop", "min-cost-flow"]
         for model in ["written", "classes"]]
# What takes longer is not repeated.
LONG = 10


def braid_bench():
    """The bench that solves one folder after another, built as for release."""
    command = ["cargo", "bench", "--locked", "--bench", "one_braid", "--no-run", "--message-format", "json"]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    return next(message["executable"] for message in messages
                if message["reason"] == "compiler-artifact" and message["target"]["name"] == "one_braid")


def peer_command(folder, solver, model):
    return [sys.executable, HERE / "solve.py", folder, "--solver", solver, "--model", model]


def run(command, limit):
    """The fields that the command printed, or nothing if it failed or passed the limit, if any; and its CPU seconds."""
    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    def bound():
        if limit:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))

    before = spent()
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=bound)
    seconds = spent() - before
    if done.returncode == 0:
        return done.stdout.strip().split(","), seconds
    if limit is None or seconds < 0.95 * limit:
        print(f"{' '.join(map(str, command))}\n{done.stderr}", file=sys.stderr)
    return None, seconds


def least(command, limit, repeat):
    """The fields and the seconds of the fastest of some runs of a peer."""
    best, total = None, 0
    for _ in range(repeat):
        fields, total = run(command, limit)
        if fields and (best is None or float(fields[8]) < float(best[8])):
            best = fields
        if fields is None or total > LONG:
            break
    return best, total


def measure(folder, arguments, bench):
    """The cells of one row, the rows of the CSV, and whether all agree."""
    # Under a limit Linux counts CPU time by ticks of 4 ms, which is too coarse for braid.
    fields, _ = run([bench, folder], None)
    if fields is None:
        return [folder.name, "failed"], [], False
    _, _, *gaps, made, checked, peak = fields
    cells = [folder.name, f"{float(made):.4f}", f"{float(checked):.4f}", peak]
    rows = [["braid", "", folder.name, *gaps, made, checked, peak]]
    found = [[float(gap) for gap in gaps]]
    capped = "\ncap = " in (folder / "plan.toml").read_text()
    for solver, model in arguments.peers:
        if solver == "min-cost-flow" and capped:
            cells.append("-")
            continue
        answer, seconds = least(peer_command(folder, solver, model), arguments.limit, arguments.repeat)
        if answer:
            found.append([float(gap) for gap in answer[3:6]])
            rows.append([solver, model, folder.name, *answer[3:6], answer[8], "", ""])
            cells.append(f"{float(answer[8]):.3f} ({float(answer[8]) / float(made):.1f})")
        else:
            cells.append(f"not after {arguments.limit}" if seconds >= 0.95 * arguments.limit else "failed")
    agreed = all(max(gaps) - min(gaps) <= 1.00 for gaps in zip(*found))
    return cells, rows, agreed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, default=180)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--peers", nargs="+", default=["all"], metavar="SOLVER,MODEL",
                        help="only these, as highs-simplex,written")
    arguments = parser.parse_args()
    if arguments.peers == ["all"]:
        arguments.peers = PEERS
    else:
        arguments.peers = [tuple(peer.split(",")) for peer in arguments.peers]
    bench = braid_bench()
    heads = ["instance", "braid", "its check", "MB", *(f"{solver}, {model}" for solver, model in arguments.peers)]
    print("| " + " | ".join(heads) + " |\n|---|" + "--:|" * (len(heads) - 1), flush=True)
    disagreed, all_rows = [], []
    for folder in arguments.folders:
        cells, rows, agreed = measure(folder, arguments, bench)
        all_rows += rows
        print("| " + " | ".join(cells) + " |", flush=True)
        if not agreed:
            disagreed.append(folder.name)
        if arguments.csv:
            with open(arguments.csv, "w", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow("solver,model,instance,core,essential,stretch,seconds,check,megabytes".split(","))
                writer.writerows(all_rows)
    if disagreed:
        sys.exit(f"the gaps differ on {', '.join(disagreed)}")


if __name__ == "__main__":
    main()
