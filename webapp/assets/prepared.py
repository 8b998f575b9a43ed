"""Transactions for people's own wallets: prepared here, sent there, found by the indexer."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from chain.contracts import AssetRegistry
from webapp.accounts.wallets.owners import wallets_of
from webapp.assets.errors import (
    MintBatchRefusedError,
    MintOnItsWayError,
    NotYourAssetError,
    ReceiverRefusedError,
    WrongMintError,
)
from webapp.assets.ids import registry_address
from webapp.assets.minting import own_mints
from webapp.assets.models import MintBy
from webapp.assets.reading import one_asset
from webapp.assets.receivers import check_receiver, checked_address, wallet_of
from webapp.log.service import current_log
from webapp.outbox.prepared import Prepared

MOST_AT_ONCE = 50


def prepare_mints(session: Session, account_id: UUID, ids: Sequence[UUID]) -> Prepared:
    """Return the transaction that makes the tokens of some mints, all or none.

    Raises MintNotFoundError, WrongMintError, MintOnItsWayError, MintBatchRefusedError and ReceiverRefusedError.
    """
    if len(set(ids)) < len(ids):
        raise MintBatchRefusedError("A mint is named twice")
    mints = own_mints(session, account_id, ids)
    for one in mints:
        if one.by != MintBy.WALLET:
            raise WrongMintError(str(one.id), one.by)
        if not one.is_open:
            raise MintOnItsWayError(str(one.id), one.state)
    if len({(one.creator, one.receiver) for one in mints}) > 1:
        raise MintBatchRefusedError("They have several creators or receivers")
    first, log = mints[0], current_log(session)
    check_receiver(session, first.receiver, account_id)
    if len(mints) == 1:
        data = AssetRegistry.mint(first.receiver, first.digest, first.royalty)
    else:
        items = [(one.digest, one.royalty) for one in mints]
        data = AssetRegistry.mint_many(first.receiver, items)
    return Prepared(first.creator, registry_address(), data, log.chain_id)


def prepare_transfer(
    session: Session, account_id: UUID, number: str, to: str | None, person: UUID | None
) -> Prepared:
    """Return the transaction that gives a token away: to an address, or to a person's first wallet.

    Raises AssetNotFoundError, NotYourAssetError, ReceiverRefusedError and UserNotFoundError.
    """
    found = one_asset(session, number, account_id)
    owner = found.owner.address
    if owner not in [one.address for one in wallets_of(session, account_id)]:
        raise NotYourAssetError(str(found.id), owner)
    if person is not None:
        receiver = wallet_of(session, person, account_id)
    else:
        receiver = checked_address(to or "")
        check_receiver(session, receiver, account_id)
    if receiver == owner:
        raise ReceiverRefusedError("The token is there already")
    data = AssetRegistry.transfer(owner, receiver, found.id.number)
    return Prepared(owner, registry_address(), data, found.id.chain_id)
