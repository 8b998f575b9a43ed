"""Figures as a table for people and as JSON for programs."""

import json
from dataclasses import asdict

from bench.measure import Figure

HEAD = ("what", "measured", "floor", "ratio (min..max)", "aim", "")


def table(figures: list[Figure]) -> str:
    """Lay the figures out in columns."""
    rows = [HEAD, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(_line(row, widths) for row in rows)


def to_json(figures: list[Figure]) -> str:
    """Write every figure with all its parts."""
    return json.dumps([asdict(figure) | {"met": figure.met} for figure in figures], indent=2)


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    first, *others = (
        cell.ljust(width) if column == 0 or column == len(HEAD) - 1 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = figure.ratio
    return (
        figure.what,
        _amount(figure.measured, figure.unit),
        "" if figure.floor is None else _amount(figure.floor, figure.unit),
        "" if ratio is None else f"{ratio.median:.3g} ({ratio.low:.3g}..{ratio.high:.3g})",
        _aim(figure),
        {True: "met", False: "NOT met", None: ""}[figure.met],
    )


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    unit = "x" if figure.aim_of in ("ratio", "no dearer") else figure.unit
    sign = ">=" if figure.aim_of == "at least" else "<="
    return f"{sign} {_amount(figure.aim, unit)}"


def _amount(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if float(value).is_integer() or value >= 100 else f"{value:.3g}"
    return f"{number} {unit}"
