"""Every bench runs, in a tiny size, and measures something; how fast is nobody's business here."""

import json
import math
from pathlib import Path

import pytest
from flask import Flask

from bench import accept, finality, seal, size, tree, verify
from bench.__main__ import BENCHES, main
from bench.measure import Comparison, Figure, Spread, compare, compared
from bench.report import table, to_json
from bench.social import feed
from bench.social.seed import Size


@pytest.fixture
def database(app: Flask) -> str:
    return app.config["SQLALCHEMY_DATABASE_URI"].partition(":")[0]


def check(figures: list[Figure]) -> None:
    """Check that there are figures, and that all their parts are finite and positive."""
    assert figures
    for figure in figures:
        parts = [figure.measured]
        if figure.floor is not None:
            assert figure.ratio is not None
            assert figure.ratio.low <= figure.ratio.median <= figure.ratio.high
            parts += [figure.floor, figure.ratio.low, figure.ratio.high]
        assert all(math.isfinite(part) and part > 0 for part in parts), figure


def test_accepting_is_compared_on_both_databases(app: Flask, database: str) -> None:
    figures = accept.measure(database, app, rounds=2, per_round=2)
    check(figures)
    assert figures[0].aim == 3
    assert figures[0].aim_of == "ratio"


def test_a_refused_post_is_no_measurement(
    app: Flask, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = accept.Writer.signed_post
    monkeypatch.setattr(
        accept.Writer,
        "signed_post",
        lambda self, number: signed(self, number) | {"signature": "0x"},
    )
    with pytest.raises(RuntimeError, match="answered 4"):
        accept.measure(database, app, rounds=1, per_round=1)


def test_sealing_is_compared_on_both_databases(app: Flask, database: str) -> None:
    check(seal.measure(database, app, count=5, rounds=2, authors=2))


def test_posts_become_final_on_both_databases(app: Flask, database: str) -> None:
    check(finality.measure(database, app, posts=3))


def test_feeds_are_compared_on_postgresql(app: Flask, database: str) -> None:
    if not database.startswith("postgresql"):
        return  # people, posts and follows come by COPY
    figures = feed.measure(app, Size(9, 30, 3, 4), rounds=2, per_round=2)
    check(figures)
    assert len(figures) == 9


def test_the_tree_is_compared_with_bare_hashing() -> None:
    check(tree.measure(5, rounds=2))


def test_the_tree_is_compared_with_the_library() -> None:
    check(tree.measure_library(5, rounds=3))


def test_a_library_that_finds_another_root_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = tree.random_entries(4)
    given = [entries, entries[:3]]
    monkeypatch.setattr(tree, "random_entries", lambda _count: given[0])
    monkeypatch.setattr(tree, "_json", lambda _entries, write=tree._json: write(given[1]))
    with pytest.raises(ValueError, match="the library's root is"):
        tree.measure_library(4, rounds=1)


def test_verifying_is_compared_for_wallets_and_devices() -> None:
    figures = verify.measure(8, rounds=2, per_round=1)
    check(figures)
    assert len(figures) == 2


def test_a_bundle_that_fails_is_no_measurement() -> None:
    pair = verify.two_bundles(8)
    data = verify.dump_bundle(pair.by_wallet).replace(b'"position":6', b'"position":5')
    with pytest.raises(ValueError, match="integrity"):
        verify._check(data)


def test_a_bundle_grows_by_its_path() -> None:
    few, many = size.measure(4), size.measure(1_000_000)
    check(few + many)
    hashes = 32 * (
        20 - 2
    )  # paths of two and of twenty siblings, the least that packing leaves of them
    assert all(
        large.measured - small.measured > hashes for small, large in zip(few, many, strict=True)
    )


def test_pairs_are_taken_by_turns_after_a_warm_up() -> None:
    seen: list[str] = []
    taken = compare(
        2,
        lambda number: seen.append(f"floor {number}"),
        lambda number: seen.append(f"ours {number}"),
        lambda number: seen.append(f"prepare {number}"),
    )
    assert seen == [
        f"{what} {number}" for number in range(3) for what in ("prepare", "floor", "ours")
    ]
    check([compared("test", "nothing", taken)])


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("b", "w", 4, "ms", 1, Spread(4, 2, 9), 3, "ratio"), False),
        (Figure("b", "w", 4, "ms", 2, Spread(2, 1, 9), 3, "ratio"), True),
        (Figure("b", "w", 4, "ms", 2, Spread(2, 1, 9), 3, "measured"), False),
        (Figure("b", "w", 3, "ms", aim=3), True),
        (Figure("b", "w", 3, "ms"), None),
    ],
)
def test_an_aim_is_of_the_ratio_or_of_the_measured(figure: Figure, met: bool | None) -> None:
    assert figure.met is met
    assert {True: " met", False: "NOT met", None: "3 ms"}[met] in table([figure])


def test_a_comparison_is_told_for_one_operation() -> None:
    taken = Comparison(floor=0.5, ours=1.0, ratio=Spread(2, 1.5, 3))
    figure = compared("b", "w", taken, per_round=100)
    assert (figure.floor, figure.measured) == (5, 10)


def test_one_bench_alone_writes_its_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figures.json"
    assert main(["--only", "gas", "--json", str(file)]) == 0
    assert "anchor a batch, steady state" in capsys.readouterr().out
    figures = json.loads(file.read_text())
    assert {figure["bench"] for figure in figures} == {"gas"}
    assert all(figure["measured"] > 0 for figure in figures)
    assert json.loads(to_json([])) == []


def test_an_unknown_bench_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--only", "nothing"])
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert all(name in told for name in BENCHES)
