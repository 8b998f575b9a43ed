"""A process that dies at any point, then sweeps: the same end as if it had lived."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.conftest import Place
from tests.simulation.course import play_course

pytestmark = pytest.mark.long(40)
# Every one of them is taken in turn by `make soak`.
STRIDE, GROUPS = 80, 3


@pytest.fixture(scope="module")
def courses() -> list[tuple[int, list[Any]]]:
    """Keep the course that nothing happens in: the same for every group."""
    return []


@pytest.mark.parametrize("group", range(GROUPS))
def test_a_death_at_a_point_changes_nothing_in_the_end(
    group: int, new_place: Callable[[], Place], courses: list[tuple[int, list[Any]]]
) -> None:
    if not courses:
        courses.append(play_course(*new_place(), None))
    [(points, unharmed)] = courses
    assert points > 50
    for at in range(1 + group * STRIDE // GROUPS, points, STRIDE):
        assert play_course(*new_place(), at)[1] == unharmed, f"killed at point {at}"
