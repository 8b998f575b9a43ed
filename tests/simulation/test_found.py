"""Seeds that failed once, with what they found. A schedule drawn differently later still has to end well."""

from collections.abc import Callable

import pytest

from tests.simulation.conftest import Place
from tests.simulation.life import post
from tests.simulation.people import DEPTH
from tests.simulation.schedule import Schedule
from tests.simulation.test_faults import check_all_is_well, sweep
from tests.simulation.world import JOBS, World

STEPS = 60
FOUND = [
    # A call mined while the contract was missing succeeds and does nothing; it counted as mined.
    49,
    # The same, seen by indexing: it waited for ever for the event that there was not.
    2139,
    # A rebuilt log followed its new chain from too high: the contract was there from block 0.
    2198,
]


@pytest.mark.parametrize("seed", FOUND)
def test_a_seed_that_failed_once(seed: int, new_place: Callable[[], Place]) -> None:
    assert Schedule(seed, *new_place()).play(STEPS) == STEPS


def test_a_call_that_did_nothing_is_made_again(new_place: Callable[[], Place]) -> None:
    world = World(3, *new_place())
    world.faults.active = False
    with world.clock.used():
        post(world)
        sweep(world, 2)
        world.node.remove_code()
        world.node.mine()  # the call succeeds, as any call does where there is no contract
        world.node.restore_code()
        world.node.mine(DEPTH + 1)
        world.workers[0].do(JOBS["index"])
        sweep(world, 2)
        assert world.follows()
        check_all_is_well(world)
    world.close()
