"""Writes the benchmark's plan folders: python instances.py FOLDER.

Deterministic: the same folders, byte for byte, on every machine. Each instance is written twice, with caps and
without (`-uncapped`); all else is the same. Nothing in them describes a real partnership.
"""

import random
import sys
from pathlib import Path

FIRST_YEAR = 2026
FUNCTIONS = ["personnel", "convening", "data", "evaluation", "communications", "training", "facilities", "capital",
             "admin"]
SHARES = [8, 10, 12, 15]  # percent of what a stream spends

# Streams, lines, months, and the funding as a share of the cost.
SIZES = {
    "medium": (12, 30, 120, 0.95),
    "large": (40, 120, 360, 0.95),
    "months-60": (20, 60, 60, 0.95),
    "months-120": (20, 60, 120, 0.95),
    "months-240": (20, 60, 240, 0.95),
    "months-360": (20, 60, 360, 0.95),
    "streams-10": (10, 60, 120, 0.95),
    "streams-20": (20, 60, 120, 0.95),
    "streams-40": (40, 60, 120, 0.95),
    "lines-30": (20, 30, 120, 0.95),
    "lines-60": (20, 60, 120, 0.95),
    "lines-120": (20, 120, 120, 0.95),
    "funding-70": (20, 60, 120, 0.70),
    "funding-125": (20, 60, 120, 1.25),
}


def month_text(offset):
    return f"{FIRST_YEAR + offset // 12}-{offset % 12 + 1:02}"


def amount_text(cents):
    return f"{cents // 100}.{cents % 100:02}"


def draw_lines(source, count, months):
    """Lines of cost: a function, a priority and the cents of each month; a fifth of them run for a part of the plan."""
    lines = []
    for _ in range(count):
        first, last = 0, months - 1
        if source.random() < 0.2:
            first, last = sorted(source.sample(range(months), 2))
        root = source.uniform(0.5, 1.6)
        level = 1_000_000 * root * root * root  # most lines are small
        lines.append({
            "function": source.choice(FUNCTIONS),
            "priority": source.choices(["core", "essential", "stretch"], [0.3, 0.5, 0.2])[0],
            "needs": {month: round(level * (1 + 0.0025 * month) * source.uniform(0.95, 1.05))
                      for month in range(first, last + 1)},
        })
    return lines


def draw_tranches(source, months):
    """Windows of 12 to 48 months, quarterly or monthly money in each, in units of weight; an eighth never lapses."""
    lapses = source.random() >= 0.125
    step = source.choice([1, 3])
    tranches = []
    start = source.randrange(0, 12)
    while start < months:
        end = start + source.randrange(12, 49)
        level = source.uniform(0.5, 1.5)
        # An award's money comes early: its last instalment is three fifths of its first.
        tranches += [(month, end - 1 if lapses and end <= months else None,
                      level * step * (1 - 0.4 * (month - start) / (end - start)))
                     for month in range(start, min(end, months), step)]
        start = end + source.choice([0, 0, 0, 3, 6])
    return tranches


def draw_streams(source, count, lines, months, funding):
    """Streams with the functions they pay for; about half of them cap a few of these lines."""
    total_cost = sum(sum(line["needs"].values()) for line in lines)
    streams = []
    for _ in range(count):
        functions = set(source.sample(FUNCTIONS, round(len(FUNCTIONS) * source.uniform(0.3, 0.7))))
        eligible = [index for index, line in enumerate(lines) if line["function"] in functions]
        capped_functions = source.sample(sorted(functions), source.choice([1, 1, 2]))
        capped = [index for index in eligible if lines[index]["function"] in capped_functions]
        share = source.choice(SHARES)
        if source.random() >= 0.5:
            capped = []
        streams.append({"eligible": eligible, "capped": capped, "share": share, "size": source.uniform(0.5, 2.0),
                        "tranches": draw_tranches(source, months)})
    weight = sum(stream["size"] * part for stream in streams for _, _, part in stream["tranches"])
    scale = total_cost * funding / weight
    for stream in streams:
        stream["tranches"] = [(first, last, round(part * stream["size"] * scale))
                              for first, last, part in stream["tranches"]]
    return streams


def write_plan(folder, lines, streams, months, with_caps):
    folder.mkdir(parents=True, exist_ok=True)
    text = [f'[plan]\ntitle = "Benchmark {folder.name}"\nstart = "{month_text(0)}"\nmonths = {months}\n'
            'fiscal-year-starts = "january"\n']
    for index, line in enumerate(lines):
        text.append(f'[cost.c{index}]\nlayer = "program"\nfunction = "{line["function"]}"\n'
                    f'priority = "{line["priority"]}"\nseries = "needs.csv"\n')
    for index, stream in enumerate(streams):
        names = ", ".join(f'"cost.c{line}"' for line in stream["eligible"])
        text.append(f'[stream.s{index}]\nkind = "grant"\nstatus = "secured"\nschedule = "tranches.csv"\n'
                    f'pays-for = [{names}]\n')
        if with_caps and stream["capped"]:
            names = ", ".join(f'"cost.c{line}"' for line in stream["capped"])
            text[-1] += f'cap = [{{ on = [{names}], share = "{stream["share"]}%", of = "spent" }}]\n'
    (folder / "plan.toml").write_text("\n".join(text), newline="\n")

    needs = [f"{month_text(month)},c{index},{amount_text(cents)}\n"
             for index, line in enumerate(lines) for month, cents in line["needs"].items()]
    (folder / "needs.csv").write_text("month,cost,amount\n" + "".join(needs), newline="\n")
    tranches = [f"s{index},{month_text(first)},{'' if last is None else month_text(last)},{amount_text(cents)}\n"
                for index, stream in enumerate(streams) for first, last, cents in stream["tranches"]]
    (folder / "tranches.csv").write_text("stream,available,last,amount\n" + "".join(tranches), newline="\n")


def main():
    target = Path(sys.argv[1])
    for name, (stream_count, line_count, months, funding) in SIZES.items():
        source = random.Random(name)
        lines = draw_lines(source, line_count, months)
        streams = draw_streams(source, stream_count, lines, months, funding)
        write_plan(target / name, lines, streams, months, with_caps=True)
        write_plan(target / f"{name}-uncapped", lines, streams, months, with_caps=False)


if __name__ == "__main__":
    main()
