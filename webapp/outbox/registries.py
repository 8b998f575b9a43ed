"""Registries: which contracts beside AnchorLog a chain is followed for, from which block on, and their past.

The indexer begins to read a registry where it stands when the registry becomes known. What is older is read by
ranges of final blocks meanwhile. Both move under the lock of the chain's row, so that no block falls between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from chain.deploy import ASSET_REGISTRY, IDENTITY_REGISTRY, Standing
from chain.deployments import Deployment, Place
from webapp.database import insert_or_ignore, locked
from webapp.outbox.models import Block, Chain, Registry, RegistryKind

STANDING: Mapping[RegistryKind, Standing] = {
    RegistryKind.IDENTITY: IDENTITY_REGISTRY,
    RegistryKind.ASSET: ASSET_REGISTRY,
}
# A kind belongs here from the release on that has a source for it (workers/indexing/log.py), not before:
# a registry counts as read from the block on at which it became known.
FOLLOWED = (RegistryKind.IDENTITY, RegistryKind.ASSET)


@dataclass(frozen=True)
class KnownRegistry:
    """A registry of a chain: its address in lower-case 0x, and the keccak256 of the code that belongs there."""

    kind: RegistryKind
    address: str
    code_hash: bytes


def know_registries(session: Session, chain_ref: int, found: Deployment) -> None:
    """Make a deployment's registries known on a chain of which blocks are stored; needs an open write transaction."""
    places: Mapping[RegistryKind, Place | None] = {
        RegistryKind.IDENTITY: found.identity_registry,
        RegistryKind.ASSET: found.asset_registry,
    }
    session.scalars(locked(session, select(Chain).filter_by(id=chain_ref))).one()
    newest = session.scalars(select(func.max(Block.number)).filter_by(chain_ref=chain_ref)).one()
    for kind in FOLLOWED:
        place = places[kind]
        if place is None:
            continue
        key = {"chain_ref": chain_ref, "kind": kind}
        terms = {"address": place.address, "first_block": place.block}
        if not insert_or_ignore(session, Registry, **key, **terms, read_to=-1, until=newest):
            session.execute(update(Registry).filter_by(**key).values(terms))


def known_registries(session: Session, chain_ref: int) -> tuple[KnownRegistry, ...]:
    """Return the registries of a chain, by kind."""
    columns = select(Registry.kind, Registry.address).filter_by(chain_ref=chain_ref)
    rows = session.execute(columns.order_by(Registry.kind))
    kinds = [(RegistryKind(kind), address) for kind, address in rows]
    return tuple(KnownRegistry(kind, address, STANDING[kind].code_hash) for kind, address in kinds)


def read_again(session: Session, chain_ref: int, above: int, kinds: Sequence[str] = ()) -> None:
    """Let the indexer read again what is above a block, which the chain dropped; all kinds if none is given."""
    mine = [Registry.chain_ref == chain_ref]
    if kinds:
        mine.append(Registry.kind.in_(kinds))
    for column in (Registry.until, Registry.read_to):
        session.execute(update(Registry).where(*mine, column > above).values({column.key: above}))


def begin_anew(session: Session, chain_ref: int, cursor: int) -> None:
    """Read everything of a chain's registries again, of which the blocks up to ``cursor`` were not read."""
    mine = update(Registry).where(Registry.chain_ref == chain_ref)
    session.execute(mine.values(read_to=-1, until=cursor))
