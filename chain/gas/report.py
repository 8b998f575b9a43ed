"""The table of figures, and what is wrong with them."""

import json
from pathlib import Path

from chain.gas.figures import FIGURES, STEADY, Figure

SNAPSHOT = Path("contracts") / "gas-snapshot.json"


def table(gas: dict[str, int]) -> str:
    """Lay the figures out beside aims and peers; those of peers are left out where they were not measured."""
    rows = [("what", "gas", "aim", "peers")]
    rows += [
        (
            figure.name,
            f"{gas[figure.name]:,}",
            f"{figure.aim:,}" if figure.aim else "",
            _beside(figure, gas),
        )
        for figure in FIGURES
    ]
    for count in (1_000, 10_000):
        rows.append((f"  per record at {count:,}", f"{gas[STEADY.name] / count:.2f}", "", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {used:>{widths[1]}}  {aim:>{widths[2]}}  {peers}".rstrip()
        for name, used, aim, peers in rows
    )


def _beside(figure: Figure, gas: dict[str, int]) -> str:
    measured = "; ".join(f"{peer} {gas[peer]:,}" for peer in figure.peers if peer in gas)
    return f"{figure.said} {measured}".strip()


def problems(gas: dict[str, int], snapshot: Path) -> list[str]:
    """Say what is above its aim or its peer, or differs from the snapshot file."""
    found = [
        f"{figure.name} costs {gas[figure.name]:,} gas, the aim is {figure.aim:,}"
        for figure in FIGURES
        if figure.aim is not None and gas[figure.name] > figure.aim
    ]
    found += [
        f"{figure.name} costs {gas[figure.name]:,} gas, {figure.at_most} only {gas[figure.at_most]:,}"
        for figure in FIGURES
        if figure.at_most in gas and gas[figure.name] > gas[figure.at_most]
    ]
    saved = json.loads(snapshot.read_text(encoding="utf-8")) if snapshot.exists() else {}
    stale = [name for name in sorted(saved.keys() | gas.keys()) if saved.get(name) != gas.get(name)]
    return found + [
        f"{name}: {SNAPSHOT} says {saved.get(name)}, measured was {gas.get(name)}; "
        "save it with `python -m chain.gas --write`"
        for name in stale
    ]
