"""A process that dies at any point, then sweeps: the same end as if it had lived."""

from collections.abc import Callable

import pytest

from tests.simulation.conftest import Place
from tests.simulation.course import play_course

# Every one of them is taken in turn by `make soak`.
STRIDE, GROUPS = 80, 3


@pytest.mark.parametrize("group", range(GROUPS))
def test_a_death_at_a_point_changes_nothing_in_the_end(
    group: int, new_place: Callable[[], Place]
) -> None:
    points, unharmed = play_course(*new_place(), None)
    assert points > 50
    for at in range(1 + group * STRIDE // GROUPS, points, STRIDE):
        assert play_course(*new_place(), at)[1] == unharmed, f"killed at point {at}"
