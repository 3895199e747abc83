"""Draws cost against months, streams and lines from the CSV of run.py: python plot.py CSV SVG."""

import csv
import math
import sys
from xml.sax.saxutils import escape

PANELS = [("months", "months (20 streams x 60 lines)", [60, 120, 240, 360]),
          ("streams", "streams (60 lines x 120 months)", [10, 20, 40]),
          ("lines", "lines (20 streams x 120 months)", [30, 60, 120])]
# Solver, model, with caps; label, colour, dashes.
SERIES = [(("braid", "", True), "braid, caps", "#0b6e4f", ""),
          (("braid", "", False), "braid, no caps", "#0b6e4f", "5 4"),
          (("glop", "classes", True), "GLOP on classes, caps", "#b5432a", ""),
          (("highs-simplex", "classes", True), "HiGHS on classes, caps", "#7a5ea8", ""),
          (("min-cost-flow", "classes", False), "OR-Tools flow on classes, no caps", "#3a6ea5", "5 4")]
WIDTH, HEIGHT, LEFT, TOP, PANEL, GAP = 960, 430, 70, 40, 250, 40


def read(path):
    with open(path, newline="") as file:
        return {(row["solver"], row["model"], row["instance"]): float(row["seconds"]) for row in csv.DictReader(file)}


def main():
    seconds = read(sys.argv[1])
    shown = []
    for panel, (name, _, sizes) in enumerate(PANELS):
        for (solver, model, capped), label, colour, dashes in SERIES:
            points = [(size, seconds.get((solver, model, f"{name}-{size}" + ("" if capped else "-uncapped"))))
                      for size in sizes]
            points = [(size, cost) for size, cost in points if cost]
            if points:
                shown.append((panel, label, colour, dashes, points))
    costs = [cost for *_, points in shown for _, cost in points]
    low, high = math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs)))
    bottom = HEIGHT - 110

    def across(panel, size):
        sizes = PANELS[panel][2]
        return LEFT + panel * (PANEL + GAP) + 15 + (PANEL - 30) * math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])

    def up(cost):
        return bottom - (bottom - TOP) * (math.log10(cost) - low) / (high - low)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
           'font-family="sans-serif" font-size="12">',
           '<title>CPU seconds of one optimal braid against months, streams and lines</title>',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           f'<text x="{LEFT}" y="20" font-size="14">One optimal braid, all three priorities: CPU seconds '
           '(both axes logarithmic)</text>']
    for panel, (_, title, sizes) in enumerate(PANELS):
        left = LEFT + panel * (PANEL + GAP)
        for power in range(low, high + 1):
            y = up(10 ** power)
            out.append(f'<line x1="{left}" y1="{y:.1f}" x2="{left + PANEL}" y2="{y:.1f}" stroke="#ddd"/>')
            if panel == 0:
                label = f"{10 ** power:g} s"
                out.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
        for size in sizes:
            x = across(panel, size)
            out.append(f'<line x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 5}" stroke="#555"/>')
            out.append(f'<text x="{x:.1f}" y="{bottom + 19}" text-anchor="middle">{size}</text>')
        out.append(f'<line x1="{left}" y1="{bottom}" x2="{left + PANEL}" y2="{bottom}" stroke="#555"/>')
        out.append(f'<text x="{left + PANEL / 2}" y="{bottom + 38}" text-anchor="middle">{escape(title)}</text>')
    for panel, _, colour, dashes, points in shown:
        path = " ".join(f"{across(panel, size):.1f},{up(cost):.1f}" for size, cost in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" '
                   f'stroke-dasharray="{dashes or "none"}"/>')
        out += [f'<circle cx="{across(panel, size):.1f}" cy="{up(cost):.1f}" r="3" fill="{colour}"/>'
                for size, cost in points]
    used = {label for _, label, *_ in shown}
    legend = [(label, colour, dashes) for _, label, colour, dashes in SERIES if label in used]
    for at, (label, colour, dashes) in enumerate(legend):
        x, y = LEFT + (at % 3) * 290, bottom + 65 + 22 * (at // 3)
        out.append(f'<line x1="{x}" y1="{y}" x2="{x + 30}" y2="{y}" stroke="{colour}" stroke-width="2" '
                   f'stroke-dasharray="{dashes or "none"}"/>')
        out.append(f'<text x="{x + 38}" y="{y + 4}">{escape(label)}</text>')
    out.append("</svg>\n")
    with open(sys.argv[2], "w", newline="\n") as file:
        file.write("\n".join(out))


if __name__ == "__main__":
    main()
