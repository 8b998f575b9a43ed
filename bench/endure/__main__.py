"""`python -m bench.endure`: the endurance run; exit code 0 when all holds, 1 with what does not, 2 on misuse."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from bench.endure.plan import EndureError, Plan
from bench.endure.run import endure
from bench.measure import say
from tests.support.crew import CrewError


def main(arguments: list[str]) -> int:
    """Run, print the figures, and say what is wrong; logs are kept only then."""
    parser = argparse.ArgumentParser(prog="python -m bench.endure", description=__doc__)
    parser.add_argument("--posts", type=int, default=Plan.posts)
    parser.add_argument("--rate", type=float, default=Plan.rate, help="posts a second")
    parser.add_argument("--seed", type=int, default=Plan.seed)
    parser.add_argument(
        "--kill-seconds",
        type=float,
        default=Plan.kill_seconds,
        help="a worker is killed after so many at least, and twice as many at most",
    )
    parser.add_argument("--limit", type=float, default=0.0, help="seconds; 0: by posts and rate")
    parser.add_argument(
        "--spare", action="store_true", help="add a worker that is never killed, to see its memory"
    )
    chosen = parser.parse_args(arguments)
    plan = Plan(
        chosen.posts,
        chosen.rate,
        chosen.seed,
        kill_seconds=chosen.kill_seconds,
        spared=chosen.spare,
        limit=chosen.limit,
    )
    signal.signal(signal.SIGTERM, _end)
    folder = Path(tempfile.mkdtemp(prefix="endure"))
    say(_machine())
    try:
        truth = endure(folder, plan)
    except (EndureError, CrewError) as error:
        sys.stdout.write(f"FAILED: {error}\nThe logs are in {folder}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write(f"stopped; the logs are in {folder}\n")
        return 130
    say(_machine())
    for name, value in truth.figures.items():
        sys.stdout.write(f"{name:<60} {value}\n")
    for problem in truth.problems:
        sys.stdout.write(f"WRONG: {problem}\n")
    if truth.problems:
        sys.stdout.write(f"FAILED; the logs are in {folder}\n")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write("All accepted records are in the log once, and final.\n")
    return 0


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _machine() -> str:
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
