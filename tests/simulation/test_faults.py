"""Single faults in a world where all else is well: each must leave no trace in the end."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests.simulation.always import Watch
from tests.simulation.conftest import Place
from tests.simulation.ends import check_end
from tests.simulation.life import post
from tests.simulation.world import ANCHORER, HEALING_ROUNDS, JOBS, SOON, World
from tests.support.fakenode import GWEI, Fault, Injected, Scripted
from webapp import engines
from webapp.extensions import db

SEED = 11
OFTEN = 2


@pytest.fixture
def world(new_place: Callable[[], Place]) -> Iterator[World]:
    """Give a world without faults, in which something was posted."""
    made = World(SEED, *new_place())
    made.faults.active = False
    with made.clock.used():
        post(made)
        yield made
    made.close()


def sweep(world: World, times: int = 1) -> None:
    for _ in range(times):
        world.workers[0].do(JOBS["sweep"])
        world.clock.pass_by(1)


def check_all_is_well(world: World) -> None:
    watch = Watch()
    watch.look(world)
    world.mend()
    assert world.settle() < HEALING_ROUNDS
    watch.look(world)
    check_end(world)


@pytest.mark.parametrize("fault", list(Fault), ids=lambda fault: fault.name.lower())
def test_what_a_node_does_wrong_is_survived(world: World, fault: Fault) -> None:
    line = world.workers[0].lines[0]
    sweep(world)
    post(world)
    for variant in range(OFTEN):
        line.faults = Scripted([Injected(fault, variant=variant)] * OFTEN)
        sweep(world)
        world.node.mine()
        sweep(world)
    line.faults = Scripted()
    check_all_is_well(world)


def test_a_node_that_flaps_is_survived(world: World) -> None:
    asked = 0

    def flap() -> None:
        nonlocal asked
        asked += 1
        for line in world.workers[0].lines:
            line.cut = asked % 5 == 0

    for line in world.workers[0].lines:
        line.before = flap
    for _ in range(10):
        sweep(world)
        world.node.mine()
    assert asked > 10
    for line in world.workers[0].lines:
        line.before, line.cut = lambda: None, False
    check_all_is_well(world)


@pytest.mark.parametrize("mode", ["drop", "requeue", "keep", "move"])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_a_reorg_above_finality_is_followed(world: World, depth: int, mode: Any) -> None:
    world.node.mine(5)
    sweep(world)
    world.node.mine(min(depth, 3))
    sweep(world)
    world.node.reorg(depth, mode, longer=1)
    sweep(world, 2)
    check_all_is_well(world)


def test_a_reorg_in_which_ours_reverts_is_success(world: World) -> None:
    sweep(world, 2)
    [ours] = [one for one in world.node.pool if one.sender == ANCHORER.address]
    world.node.mine()
    sweep(world)
    # On the other branch the same call comes from a transaction that pays more, on the same nonce.
    fees = {"max_fee": 90 * GWEI, "priority_fee": 9 * GWEI}
    rival = world.node.foreign(
        ANCHORER, to=ours.to, data=ours.data, gas=150_000, nonce=ours.nonce, mode="sign", **fees
    )
    world.node.reorg(1, "drop", longer=1, competing=[rival.raw])
    sweep(world, 2)
    check_all_is_well(world)
    assert list(world.node.successes(ANCHORER.address).values()) == [[rival.hash]]


def test_a_death_at_any_point_of_a_rewind_leaves_it_whole_or_undone(
    new_place: Callable[[], Place],
) -> None:
    at, died = 0, "killed"
    while died.startswith("killed"):
        at += 4
        world = World(SEED, *new_place())
        world.faults.active = False
        with world.clock.used():
            post(world)
            sweep(world)
            world.node.mine()
            sweep(world)
            watch = Watch()
            watch.look(world)
            world.node.reorg(1, "drop", longer=1)
            world.workers[0].fuse.set(at)
            died = world.workers[0].do(JOBS["index"])
            watch.look(world)
            world.clock.pass_by(SOON)
            check_all_is_well(world)
        world.close()
    assert at > 8


def test_a_full_disk_is_survived(world: World) -> None:
    most = 2**30

    def limit(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={most}")

    for worker in world.workers:
        with worker.app.app_context():
            event.listen(db.engine, "checkout", limit)
    most = 1  # so that the file has as many pages as it will ever get
    with pytest.raises(OperationalError, match="full"):
        _post_until_it_fails(world)
    with suppress(OperationalError):  # what little can be written still is
        sweep(world, 5)
    most = 2**30
    check_all_is_well(world)


def _post_until_it_fails(world: World) -> None:
    for _ in range(400):
        post(world)


def test_a_database_that_is_locked_is_survived(
    new_place: Callable[[], Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.1)
    world = World(SEED, *new_place())
    world.faults.active = False
    file = world.database_url.removeprefix("sqlite:///")
    with world.clock.used():
        post(world)
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            sweep(world)
        other.close()
        check_all_is_well(world)
    world.close()
