"""One fixed course of things, for a process that dies at each point in turn: the end must be the same.

It holds every way of writing and sending: posts, an edit, a deletion, sealing, reserving, signing, sending, a
bump, mining, indexing, a reorg with its rewind, sending again, finality.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from tests.simulation.always import Watch, demand
from tests.simulation.ends import check_end
from tests.simulation.people import place, sign_deletion, sign_post
from tests.simulation.world import HEALING_ROUNDS, JOBS, SOON, World
from tests.support.fakenode import GWEI
from webapp.log.models import Anchor, Batch, Entry
from webapp.posts.models import Post
from webapp.posts.service import delete_signed
from webapp.posts.together import publish_many

SEED = 7
MOST_TRIES = 20


class Course:
    """The course in a world of its own; `points` are how many a process can die at, once it was played."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.world = World(SEED, folder, database_url)
        self.world.faults.active = False
        self.worker = self.world.workers[0]
        self.chance = random.Random(SEED)  # noqa: S311 - repeatable on purpose
        self.points = 0
        self.died = ""

    def play(self, at: int | None) -> list[Any]:
        """Play it with a process that dies at point `at`; return what the log holds in the end."""
        world, watch = self.world, Watch()
        self.worker.fuse.set(at, lasting=True)
        try:
            with world.clock.used():
                for part in (self._first_batch, self._bump, self._second_batch, self._reorg):
                    part()
                    watch.look(world)
                self.points = self.worker.fuse.passed
                world.mend()
                rounds = world.settle()
                watch.look(world)
                demand(11, rounds < HEALING_ROUNDS, "it does not come to rest")
                check_end(world)
                return self._held()
        except BaseException as error:
            error.add_note(f"The process died at point {at}, {self.died}")
            raise
        finally:
            world.close()

    def _do(self, *jobs: str) -> None:
        for job in jobs:
            self._run(JOBS[job])

    def _run(self, job: Callable[[], object]) -> None:
        came = self.worker.do(job)
        if came != "ok":
            self.died = came

    def _until(self, job: Callable[[], object], count: Callable[[], int], wanted: int) -> None:
        for _ in range(MOST_TRIES):
            if count() >= wanted:
                return
            self._run(job)
            self.world.clock.pass_by(SOON)
        demand(5, count() >= wanted, "a job that was begun again does not get done")

    def _count(self, model: type[Entry | Batch]) -> int:
        with self.world.look() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0

    def _first_batch(self) -> None:
        person = self.world.people[0]
        # All is signed here, since what is signed names the newest final block that is known.
        with self.worker.app.app_context():
            self.posts = [sign_post(person, self.chance, f"text {number}") for number in range(3)]
            first, second, _ = map(place, self.posts)
            self.edit = sign_post(person, self.chance, "another text", first)
            self.deletion = UUID(bytes=second[0]), *sign_deletion(person, second)
        self._until(lambda: publish_many(self.posts), lambda: self._count(Entry), 3)
        self._until(JOBS["seal"], lambda: self._count(Batch), 1)
        self._do("send", "send")

    def _bump(self) -> None:
        self.world.clock.pass_by(SOON)
        self.world.node.set_base_fee(20 * GWEI)
        self._do("send", "send")
        self.world.node.mine()
        self._do("index", "send", "index")

    def _second_batch(self) -> None:
        account = self.world.people[0].account
        self._until(lambda: publish_many([self.edit]), lambda: self._count(Entry), 4)
        self._until(lambda: delete_signed(account, *self.deletion), lambda: self._count(Entry), 5)
        self._until(JOBS["seal"], lambda: self._count(Batch), 2)
        self._do("send", "send")
        self.world.node.mine()
        self._do("sweep")

    def _reorg(self) -> None:
        self.world.node.reorg(2, "drop", longer=1)
        self._do("index", "send", "sweep")
        self.world.node.mine()
        self._do("sweep")
        self.world.clock.pass_by(SOON)
        self.world.node.mine(4)
        self._do("sweep", "sweep")

    def _held(self) -> list[Any]:
        with self.world.look() as session:
            entries = session.scalars(select(Entry).order_by(Entry.position))
            places = [(one.leaf, one.previous, one.sequence, one.proof) for one in entries]
            anchors = session.scalars(select(Anchor).order_by(Anchor.sequence))
            deleted = session.scalars(select(Post.id).where(Post.deleted_at.is_not(None)))
            return [*places, *(one.root for one in anchors), *deleted]


def play_course(folder: Path, database_url: str, at: int | None) -> tuple[int, list[Any]]:
    """Play the course once; return how many points it had, and what the log holds in the end."""
    course = Course(folder, database_url)
    held = course.play(at)
    return course.points, held
