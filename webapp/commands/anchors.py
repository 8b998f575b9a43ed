"""`troth anchors`: the log's anchors on its chain; `rebuild` anchors again what the chain lost."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import click
from sqlalchemy.orm import Session

import webapp
from chain import wire
from chain.client import ChainClient
from chain.deploy import anchor_log_address
from chain.deployments import Deployment
from webapp.assets.projection import undo_events
from webapp.chain_access import chain_client, settings
from webapp.commands.setup import (
    SetupError,
    know_contracts,
    know_senders,
    newest_blocks,
    prepare_chain,
)
from webapp.config import Settings
from webapp.database import writing
from webapp.extensions import db
from webapp.identities.projection import undo_changes
from webapp.log.rebuilding import RebuildPlan, RebuildRefusedError, apply_rebuild, plan_rebuild
from webapp.log.service import OpenLog, current_log
from webapp.outbox.claims import claimed, new_holder, renew
from webapp.signers import anchorer_signer

LEASE_SECONDS = 600.0
PATIENCE_SECONDS = 30.0
OLD_RECORDS = (
    "Records made before name in `notBefore` a block that is not on this chain: `not_before` fails for "
    "them, and `authority` for whatever a device signs that was allowed before, so that devices should "
    "be allowed again. All other claims pass again once the records are final. Bundles saved before "
    "name the earlier anchor: download them again."
)


class RefusedError(SetupError):
    """Anchoring again would not be safe, or is not possible now; says what to do."""


@click.group()
def anchors() -> None:
    """Look after the log's anchors on its chain."""


@anchors.command()
@click.option("--yes", is_flag=True, help="Do it; without this, only say what would be done")
def rebuild(yes: bool) -> None:
    """Anchor again what the chain no longer holds: after a wipe, or a reorg below finality.

    Sealed entries keep their place and their proof; only their anchor becomes another.
    """
    with webapp.create_app().app_context():
        plan = rebuild_anchors(settings(), chain_client(), really=yes)
        for line in describe(plan, done=yes):
            click.echo(line)


def rebuild_anchors(here: Settings, client: ChainClient, *, really: bool) -> RebuildPlan:
    """Find what has to be anchored again and, if ``really``, see to it; return the plan.

    Raises RefusedError, LogNotOpenError and ChainError.
    """
    client.expect_any()  # the chain that is there may well be another one: that is what this is for
    log = current_log(db.session())
    db.session.rollback()
    anchorer = _check_ours(here, log)
    try:
        if not really:
            return plan_rebuild(client, log.id, here.depth)
        with _alone(log, anchorer) as still_alone:
            plan = plan_rebuild(client, log.id, here.depth)
            if plan.needed:
                _apply(here, client, plan, still_alone)
            return plan
    except RebuildRefusedError as error:
        raise RefusedError(str(error)) from error


def _check_ours(here: Settings, log: OpenLog) -> str:
    """Check that key and compiled contract are those of the log; return the anchorer's address."""
    anchorer = anchorer_signer(here).address
    if anchorer != log.anchorer:
        raise RefusedError(
            f"The log is anchored by {log.anchorer}, and the key given is that of {anchorer}. "
            "Set TROTH_ANCHORER_KEY to the log's key."
        )
    if anchor_log_address() != log.contract:
        raise RefusedError(
            f"Records are signed for the contract {log.contract}, and the one compiled here belongs "
            f"at {anchor_log_address()}. Use the release that opened the log."
        )
    return anchorer


@contextmanager
def _alone(log: OpenLog, anchorer: str) -> Iterator[Callable[[], None]]:
    """Keep the worker from sealing, sending and indexing meanwhile; raises RefusedError.

    Gives a function that renews this, and raises RefusedError where it took longer than the lease.
    """
    holder = new_holder()
    jobs = (f"seal:{log.id}", f"send:{log.chain_ref}:{anchorer}", f"index:{log.id}")
    deadline = time.monotonic() + PATIENCE_SECONDS
    with ExitStack() as held:
        for job in jobs:
            while not held.enter_context(claimed(job, LEASE_SECONDS, holder)):
                if time.monotonic() > deadline:
                    raise RefusedError(
                        f"A worker holds the job {job}. Try again, or stop the worker first."
                    )
                time.sleep(0.2)

        def still_alone() -> None:
            for job in jobs:
                if not renew(job, holder, LEASE_SECONDS):
                    raise RefusedError(
                        f"A worker took the job {job} meanwhile. Nothing was changed; try again."
                    )

        yield still_alone


def _apply(
    here: Settings, client: ChainClient, plan: RebuildPlan, still_alone: Callable[[], None]
) -> None:
    still_alone()
    found = prepare_chain(here, client)
    blocks = _start(client, found, plan, here.depth)
    still_alone()
    with writing() as session:
        apply_rebuild(session, plan, blocks, _undo)
    know_contracts(found)
    know_senders(here, found)
    found.save(here.data_dir)


def _undo(session: Session, chain_ref: int, above: int) -> None:
    """Take back what every registry's events above a block meant."""
    for undo in (undo_changes, undo_events):
        undo(session, chain_ref, above)


def _start(
    client: ChainClient, found: Deployment, plan: RebuildPlan, depth: int
) -> list[wire.Block]:
    """Return the blocks to follow the chain from; below the first batch, where it holds some."""
    if plan.written:
        before = client.block(max(0, found.block - 1))
        if before is not None:
            return [before]
    return newest_blocks(client, depth)


def describe(plan: RebuildPlan, *, done: bool) -> list[str]:
    """Say in plain words what was done, or would be."""
    if not plan.needed:
        return [
            "The chain holds all that the database calls anchored; there is nothing to rebuild."
        ]
    chain = f"chain {plan.chain_id} with genesis 0x{plan.genesis.hex()}"
    lines = []
    if plan.moves:
        lines.append(f"The log goes on with {chain}; the one it was on is gone.")
    elif plan.deep:
        where = "every stored block" if plan.fork is None else f"what was above block {plan.fork}"
        lines.append(f"The node's {chain} lost {where}, below finality.")
    lines += [
        f"{plan.lost_anchors} anchors are not on it and are taken back.",
        f"{plan.written} batches are on it; {len(plan.owed)} are owed again, in their order.",
    ]
    lines += [
        f"The earlier log of {one} cannot be anchored again without its key: its records are halted."
        for one in plan.given_up
    ]
    if plan.moves or plan.deep:
        lines.append(OLD_RECORDS)
    lines.append(
        "Done. The worker anchors them; `troth doctor` shows how things stand."
        if done
        else "Nothing was changed. To do it: troth anchors rebuild --yes"
    )
    return lines
