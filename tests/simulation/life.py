"""What happens on ordinary days: people post, workers work and die, blocks are mined, time passes."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from tests.simulation.always import check_canonical
from tests.simulation.people import place, sign_deletion, sign_post, without
from tests.simulation.workers import Worker
from tests.simulation.world import ANCHORER, JOBS, SOON, World
from webapp.errors import ProblemError
from webapp.log.errors import LogNotOpenError
from webapp.posts.models import Post
from webapp.posts.service import delete_signed
from webapp.posts.together import publish_many

KILLS = 0.12
INTERRUPTIONS = 0.15


def post(world: World) -> None:
    """Some people publish some posts, together."""
    person = world.chance.choice(world.people)
    count = world.chance.randint(1, 5)

    def publish() -> None:
        try:
            signed = [
                sign_post(person, world.chance, f"post {len(world.trace)}.{number}")
                for number in range(count)
            ]
        except LogNotOpenError:
            return  # a reorg took every block that was final: there is nothing to name in a record
        for one, answer in zip(signed, publish_many(signed), strict=True):
            if isinstance(answer, Post):
                person.posts.append(place(one))

    _in_a_process(world, f"post {count}", publish)


def edit(world: World) -> None:
    """Somebody changes a post."""
    person = world.chance.choice(world.people)
    if not person.posts:
        return
    old = world.chance.choice(person.posts)

    def publish() -> None:
        try:
            signed = sign_post(person, world.chance, f"edit {len(world.trace)}", old)
        except LogNotOpenError:
            return
        [answer] = publish_many([signed])
        if isinstance(answer, Post):
            person.posts = [*without(person.posts, old[0]), place(signed)]

    _in_a_process(world, "edit", publish)


def delete(world: World) -> None:
    """Somebody deletes a post."""
    person = world.chance.choice(world.people)
    if not person.posts:
        return
    old = world.chance.choice(person.posts)

    def erase() -> None:
        try:
            message, signature = sign_deletion(person, old)
            delete_signed(person.account, UUID(bytes=old[0]), message, signature)
        except ProblemError:
            return  # an edit was committed by a process that died before it could say so
        person.posts = without(person.posts, old[0])

    _in_a_process(world, "delete", erase)


def _in_a_process(world: World, what: str, job: Callable[[], object]) -> None:
    worker = world.chance.choice(world.workers)
    if world.chance.random() < KILLS:
        worker.fuse.set(world.chance.randint(1, 12))
    world.note(what, worker.name, worker.do(job))


def work(world: World, job: str) -> None:
    """A worker does a job; now and then it dies in it, or something happens meanwhile."""
    worker = world.chance.choice(world.workers)
    if world.chance.random() < KILLS:
        worker.fuse.set(1 + int(world.chance.expovariate(0.1)))
    meanwhile = "-"
    if world.chance.random() < INTERRUPTIONS:
        meanwhile = _interrupt(world, worker)
    faulty = world.faults.counts.total()
    came = worker.do(JOBS[job])
    for line in worker.lines:
        line.before = _nothing
    world.note(job, worker.name, came, "meanwhile", meanwhile)
    if job == "sweep" and came == "ok" and meanwhile == "-" and _sees_all(world, worker, faulty):
        check_canonical(world)


def _sees_all(world: World, worker: Worker, faulty: int) -> bool:
    """Tell whether nothing stood between a worker and the truth, and no claim kept it from its work."""
    clear = all(not (line.cut or line.lag) and line.node is world.node for line in worker.lines)
    known = world.follows() or world.is_halted()
    return clear and world.faults.counts.total() == faulty and known


def _interrupt(world: World, worker: Worker) -> str:
    """Let something happen at one of the next requests of a worker; return what."""
    left = world.chance.randint(1, 25)
    other = next(one for one in world.workers if one is not worker)
    happenings: dict[str, Callable[[], object]] = {
        name: partial(_meanwhile, world, other, job) for name, job in JOBS.items()
    }
    happenings["mine"] = world.node.mine
    happenings["late"] = partial(world.clock.pass_by, 3 * SOON)
    happenings["drop"] = partial(_empty_the_pool, world)
    happenings["reorg"] = lambda: world.node.reorg(
        1, world.chance.choice(("drop", "requeue", "keep"))
    )
    what = world.chance.choice(list(happenings))

    def before() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            happenings[what]()

    for line in worker.lines:
        line.before = before
    return what


def _meanwhile(world: World, other: Worker, job: Callable[[], object]) -> None:
    """Let another worker do a job, now and then as if the first had hung until its claim ended."""
    if world.chance.random() < 0.5:
        world.clock.pass_by(SOON)
    other.do(job)


def _empty_the_pool(world: World) -> None:
    for waiting in list(world.node.pool):
        world.node.drop(waiting.hash)


def _nothing() -> None:
    """Let nothing happen."""


def wait(world: World) -> None:
    """Time passes."""
    seconds = world.chance.choice((1, 10, 30, SOON, 4 * SOON))
    world.clock.pass_by(seconds)
    world.note("wait", seconds)


def mine(world: World) -> None:
    """Blocks are mined."""
    count = world.chance.choice((1, 1, 1, 2, 3, 6))
    world.mine(count)
    world.clock.pass_by(12 * count)
    world.note("mine", count)


def mine_without_ours(world: World) -> None:
    """Blocks are mined that leave out what we sent, or all but the first of it."""
    first = world.node.nonce(ANCHORER.address)
    most = first if world.chance.random() < 0.5 else first - 1
    world.node.mine(
        world.chance.randint(1, 2),
        lambda one: one.sender != ANCHORER.address or one.nonce <= most,
    )
    world.note("mine without ours above", most)


def restart(world: World) -> None:
    """A worker is stopped and started."""
    worker = world.chance.choice(world.workers)
    worker.start()
    world.note("restart", worker.name)
