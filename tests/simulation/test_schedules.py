"""Random schedules with fixed seeds; `make soak` plays as many others as it has time for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulation.conftest import Place
from tests.simulation.schedule import Schedule
from tests.support.instance import empty_postgres

pytestmark = pytest.mark.long(40)
STEPS = 60
GROUPS, TOGETHER = 8, 2


@pytest.mark.parametrize("group", range(GROUPS))
def test_every_invariant_holds_through_random_schedules(
    group: int, new_place: Callable[[], Place]
) -> None:
    for seed in range(group * TOGETHER, (group + 1) * TOGETHER):
        assert Schedule(seed, *new_place()).play(STEPS) == STEPS


@pytest.mark.postgres
@pytest.mark.parametrize("seed", range(1_000, 1_003))
def test_every_invariant_holds_on_postgresql(seed: int, postgres_url: str, tmp_path: Path) -> None:
    empty_postgres(postgres_url)
    assert Schedule(seed, tmp_path, postgres_url).play(STEPS) == STEPS
