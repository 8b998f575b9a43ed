"""Who held a token at a block: what a post with a token in it says, in two queries for however many posts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, and_, cast, column, select, values
from sqlalchemy.orm import Session

from webapp.assets.errors import TokenMediaRefusedError
from webapp.assets.ids import parse_caip19, registry_address
from webapp.assets.models import Asset, AssetTransfer
from webapp.assets.parties import find_parties
from webapp.columns import HASH
from webapp.extensions import table_of
from webapp.log.service import current_log
from webapp.posts.tokens import AttachedToken, Tokens

_T, _A = table_of(AssetTransfer), table_of(Asset).c
# Above every block: as of now.
_NOW = 2**62
NOW, AT_BLOCK = "now", "block"


def check_attachable(session: Session, tokens: Sequence[str]) -> None:
    """Let a post hold only tokens of the registry on the log's own chain that were made.

    Of any other it could never be said who held it. Raises TokenMediaRefusedError.
    """
    log = current_log(session)
    for text in tokens:
        try:
            found = parse_caip19(text)
        except ValueError as error:
            raise TokenMediaRefusedError(text[:160], str(error)) from None
        if (found.chain_id, found.contract) != (log.chain_id, registry_address()):
            own = f"eip155:{log.chain_id}/erc721:{registry_address()}"
            raise TokenMediaRefusedError(text, f"is of another contract or chain than {own}")
        made = select(_A.token).where(_A.chain_ref == log.chain_ref, _A.token == found.token)
        if session.scalar(made) is None:
            raise TokenMediaRefusedError(text, "is not there, as far as the chain was read here")


def tell_holders(
    session: Session, attached: Sequence[AttachedToken], viewer: UUID | None
) -> list[dict[str, Any]]:
    """Return of each token what the post shows: its number, who held it, and as of when.

    At the block that anchors the post, once there is one; until then now, which may still change.
    """
    found = _held(session, attached)
    people = {row.receiver for row in found.values() if row.receiver is not None}
    parties = find_parties(session, people, viewer)
    return [_shown(one, found.get(place), parties) for place, one in enumerate(attached)]


def _held(session: Session, attached: Sequence[AttachedToken]) -> dict[int, Any]:
    columns = (column("place", Integer), column("chain", Integer), column("token", HASH))
    given = values(*columns, column("block", BigInteger), name="asked_values").data(
        [
            (
                place,
                one.chain_ref,
                parse_caip19(one.text).token,
                _NOW if one.block is None else one.block,
            )
            for place, one in enumerate(attached)
        ]
    )
    typed = [cast(one, one.type).label(one.name) for one in given.cte("given").c]
    asked = select(*typed).cte("asked")
    last = _T.alias("last")
    # The place of the last transfer up to the block; an index leads straight to it.
    mine = (_T.c.chain_ref == asked.c.chain, _T.c.token == asked.c.token)
    upto = select(_T.c.block_number).where(*mine, _T.c.block_number <= asked.c.block)
    block = upto.order_by(_T.c.block_number.desc()).limit(1).scalar_subquery()
    index = (
        select(_T.c.log_index)
        .where(*mine, _T.c.block_number == last.c.block_number)
        .order_by(_T.c.log_index.desc())
        .limit(1)
        .scalar_subquery()
    )
    joined = asked.join(
        last,
        and_(
            last.c.chain_ref == asked.c.chain,
            last.c.token == asked.c.token,
            last.c.block_number == block,
        ),
    )
    query = select(asked.c.place, last.c.receiver, last.c.block_time)
    rows = session.execute(query.select_from(joined).where(last.c.log_index == index))
    return {row.place: row for row in rows}


def _shown(one: AttachedToken, row: Any, parties: dict[str, Any]) -> dict[str, Any]:
    number = str(parse_caip19(one.text).number)
    as_of = {"at": NOW if one.block is None else AT_BLOCK, "block": one.block}
    if row is None:  # not made yet at that block, or gone in a reorg
        return {"asset": {"token_id": number, **as_of, "holder": None}}
    party = parties[row.receiver]
    card = party.profile
    holder = {
        "address": party.address,
        "account": None if card is None else str(card.id),
        "handle": None if card is None else card.handle,
    }
    return {"asset": {"token_id": number, **as_of, "holder": holder}}


TOKENS = Tokens(check_attachable, tell_holders)
