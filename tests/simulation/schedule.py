"""A random schedule: what happens in a world, step by step, until everything is mended and must end well.

The weights of the steps are drawn anew for each seed, so that some worlds see much of one thing.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.simulation import disasters, life
from tests.simulation.always import Watch, check_canonical, demand
from tests.simulation.ends import check_end
from tests.simulation.world import HEALING_ROUNDS, World

SHOWN = 40
Step = Callable[[World], None]
STEPS: dict[Step, float] = {
    life.post: 6,
    life.edit: 2,
    life.delete: 2,
    life.wait: 4,
    life.mine: 10,
    life.mine_without_ours: 2,
    life.restart: 1,
    partial(life.work, job="seal"): 4,
    partial(life.work, job="send"): 8,
    partial(life.work, job="index"): 6,
    partial(life.work, job="sweep"): 8,
    disasters.reorg: 3,
    disasters.reorg_deep: 0.3,
    disasters.drop: 2,
    disasters.raise_fees: 1,
    disasters.lower_fees: 2,
    disasters.take_funds: 1,
    disasters.give_funds: 2,
    disasters.use_our_key: 1,
    disasters.send_our_call: 0.5,
    disasters.give_up: 0.7,
    disasters.change_clock: 1,
    disasters.fall_behind: 1,
    disasters.catch_up: 2,
    disasters.cut_line: 1,
    disasters.mend_line: 2,
    disasters.fork: 0.7,
    disasters.rejoin: 2,
    disasters.remove_code: 0.3,
    disasters.restore_code: 2,
    disasters.lead_elsewhere: 0.4,
    disasters.lead_back: 2,
    disasters.wipe: 0.15,
    disasters.rebuild: 0.3,
}


class Schedule:
    """One seed's world and what happens in it; `play` raises BrokenError, or whatever should not happen."""

    def __init__(self, seed: int, folder: Path, database_url: str) -> None:
        self.world = World(seed, folder, database_url)
        chance = self.world.chance
        self.weights = [weight * chance.choice((0, 0.5, 1, 1, 3)) for weight in STEPS.values()]
        # People go on posting, and workers working, in every world.
        always = (life.post, life.mine)
        self.weights = [
            weight or STEPS[step] if step in always or isinstance(step, partial) else weight
            for step, weight in zip(STEPS, self.weights, strict=True)
        ]

    def play(self, steps: int) -> int:
        """Take so many steps, then mend everything and check the end; return the steps taken."""
        world, watch = self.world, Watch()
        try:
            with world.used():
                for _ in range(steps):
                    [step] = world.chance.choices(list(STEPS), self.weights)
                    step(world)
                    watch.look(world)
                self._end(world, watch)
        except BaseException as error:
            error.add_note("\n".join(world.trace[-SHOWN:]))
            error.add_note(f"To play it again: make soak SEED={world.seed} STEPS={steps} ONE=1")
            raise
        finally:
            world.close()
        return steps

    def _end(self, world: World, watch: Watch) -> None:
        world.mend()
        rounds = world.settle()
        watch.look(world)
        if world.causes:
            world.note("rebuild at the end:", world.rebuild())
            rounds = world.settle()
            watch.look(world)
        world.note("settled after", rounds)
        check_end(world)
        demand(5, rounds < HEALING_ROUNDS, "it does not come to rest")
        check_canonical(world)
