"""Many futures: ours, numpy and numba in one run: python benches/peers/chance.py [--futures N] [--runs N].

CPU seconds, the least of some runs of each, taken in turn; one thread but where two are told. Gaps by priority must be
the same to the cent in every future. Numba is compiled, and everything is read, before the clock starts. Numpy is
given all futures at once and batches that fit a cache, and is tuned; beside it stands numpy as one would write it first.
"""

import argparse
import subprocess
import time

import numpy as np

import chance_numba
import chance_numpy
from chance_instance import read_instance

FIXTURE, TARGET = "fixtures/braid/medium", "target/peers/chance"
BATCHES = [125, 250, 500, 1000, 2000]


def ours(binary, futures, *arguments):
    command = binary + ["--futures", str(futures), *arguments]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    fields = text.strip().splitlines()[-1].split(",")
    return float(fields[4]), float(fields[5]), float(fields[7])


def timed(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--futures", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--binary", help="a bench `chance` that is built already")
    given = parser.parse_args()
    binary = [given.binary] if given.binary else ["cargo", "bench", "-q", "--bench", "chance", "--"]

    ours(binary, given.futures, "--write", TARGET)
    instance = read_instance(FIXTURE, TARGET)
    flat = chance_numba.arrays(instance)
    chance_numba.solve(instance.choices[:2], *flat)

    few = {batch: timed(lambda: chance_numpy.solve(instance, instance.choices[:batch]))[0] / batch for batch in BATCHES}
    batches = [min(few, key=few.get), given.futures]
    least = {}

    def keep(name, seconds):
        least[name] = min(least.get(name, seconds), seconds)

    for _ in range(given.runs):
        keep("ours", ours(binary, given.futures)[0])
        keep("ours, cash too", ours(binary, given.futures, "--cash")[0])
        seconds, gaps = timed(lambda: chance_numba.gaps(instance, flat))
        keep("numba", seconds)
        assert np.array_equal(gaps, instance.gaps), "numba finds other gaps"
        for batch in batches:
            seconds, gaps = timed(lambda: chance_numpy.gaps(instance, batch))
            keep(f"numpy, batches of {batch}", seconds)
            assert np.array_equal(gaps, instance.gaps), "numpy finds other gaps"
        seconds, gaps = timed(lambda: chance_numpy.written(instance))
        keep("numpy, as written", seconds)
        assert np.array_equal(gaps, instance.gaps), "numpy as written finds other gaps"
    print(f"{'':28}{'CPU seconds':>12}{'us a future':>12}{'times ours':>12}")
    for name, seconds in least.items():
        print(f"{name:28}{seconds:12.4f}{seconds * 1e6 / given.futures:12.2f}{seconds / least['ours']:12.2f}")
    one, two = ours(binary, 10 * given.futures), ours(binary, 10 * given.futures, "--threads", "2")
    print(f"\n{10 * given.futures} futures: one thread {one[1]:.3f} s, two {two[1]:.3f} s ({one[1] / two[1]:.2f} times), "
          f"CPU {one[0]:.3f} s and {two[0]:.3f} s")
    for futures in (given.futures // 10, given.futures, 10 * given.futures):
        print(f"{futures} futures: peak {ours(binary, futures)[2]:.1f} MB")


if __name__ == "__main__":
    main()
