"""`python -m bench` measures everything and prints a table; it never fails a build over a figure."""

import argparse
import os
import platform
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench import accept, finality, gas, seal, size, sustained, tree, ui, verify
from bench.measure import Figure, say
from bench.report import table, to_json
from bench.social import feed
from bench.social.seed import Size

BENCHES: dict[str, Callable[[], list[Figure]]] = {
    "accept": accept.run,
    "tree": tree.run,
    "verify": verify.run,
    "gas": gas.run,
    "seal": seal.run,
    "finality": finality.run,
    "sustained": sustained.run,
    "size": size.run,
    "feed": feed.run,
    "ui": ui.run,
}
FEWEST, FEW = 100, 1_000


def main(arguments: list[str]) -> int:
    """Run the chosen benches; exit code 0 whenever they ran, 2 on misuse."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=sorted(BENCHES), help="run one bench")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON too")
    about = f"people of the feed bench (default: {Size.people:,} with --only feed, {FEW:,} else)"
    parser.add_argument("--people", type=int, metavar="N", help=about)
    chosen = parser.parse_args(arguments)
    size = Size.people if chosen.only else FEW
    people = size if chosen.people is None else chosen.people
    if people < FEWEST:
        parser.error(f"--people is at least {FEWEST}")
    benches = BENCHES | {"feed": partial(feed.run, people)}
    names = [chosen.only] if chosen.only else list(BENCHES)
    say(_machine())
    figures = [figure for name in names for figure in benches[name]()]
    say(_machine())
    sys.stdout.write(table(figures) + "\n")
    if chosen.json:
        chosen.json.write_text(to_json(figures) + "\n", encoding="utf-8")
    return 0


def _machine() -> str:
    """Say how busy the machine is: above its number of cores, figures swing."""
    load, cores = os.getloadavg()[0], os.cpu_count()
    return f"{platform.system()} {platform.machine()}, {cores} cores, load {load:.1f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
