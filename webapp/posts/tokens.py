"""Tokens in posts: a Media of mime ``text/x-caip19`` whose alt is a CAIP-19 id (protocol, section 2).

What knows of tokens stands to the right of this feature; the application says what that is.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from webapp.log.rules import MediaRefusedError

CAIP19 = "text/x-caip19"
Item = dict[str, Any]
View = TypeVar("View")


@dataclass(frozen=True)
class AttachedToken:
    """A token in a post that is anchored in ``block`` of a chain; None while it is not anchored."""

    text: str
    chain_ref: int
    block: int | None


@dataclass(frozen=True)
class Tokens:
    """What is known of tokens: ``check`` refuses those that a post cannot hold.

    ``tell`` gives what is shown of each beside its item, in the order given, as a viewer may see it.
    """

    check: Callable[[Session, Sequence[str]], None]
    tell: Callable[[Session, Sequence[AttachedToken], UUID | None], list[Item]]


def _tokens() -> Tokens:
    found: Tokens = current_app.extensions["troth_tokens"]
    return found


def is_token(item: Mapping[str, Any]) -> bool:
    """Tell whether an item of a post's media is a token."""
    return bool(item["mime"] == CAIP19)


def holds_token(media: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a post's media hold a token."""
    return any(map(is_token, media))


def token_item(text: str) -> Item:
    """Return a token as a record names it."""
    return {"digest": _digest(text), "mime": CAIP19, "alt": text}


def check_tokens(session: Session, items: Sequence[Item]) -> None:
    """Refuse tokens whose digest is not that of their id, and such as cannot be attached.

    Raises MediaRefusedError, and what ``Tokens.check`` raises.
    """
    tokens = [item["alt"] for item in items if is_token(item)]
    if not tokens:
        return
    if len(set(tokens)) < len(tokens):
        raise MediaRefusedError("name one token twice")
    for item in items:
        if is_token(item) and item["digest"] != _digest(item["alt"]):
            raise MediaRefusedError(f"hold {item['alt']} with a digest that is not its SHA-256")
    _tokens().check(session, tokens)


def with_tokens(
    session: Session,
    views: Sequence[View],
    places: Sequence[tuple[int, int | None]],
    viewer: UUID | None,
) -> list[View]:
    """Return views of posts with what is known of their tokens.

    ``places`` has chain and anchored block of each. Asks nothing where there is no token.
    """
    attached: list[AttachedToken] = []
    for view, (chain_ref, block) in zip(views, places, strict=True):
        media: Sequence[Item] = view.media  # type: ignore[attr-defined]
        attached += [
            AttachedToken(item["alt"], chain_ref, block) for item in media if is_token(item)
        ]
    if not attached:
        return list(views)
    rest = iter(_tokens().tell(session, attached, viewer))
    return [_with(view, rest) for view in views]


def _with(view: View, rest: Any) -> View:
    media: Sequence[Item] = view.media  # type: ignore[attr-defined]
    if not holds_token(media):
        return view
    shown = [{**item, **next(rest)} if is_token(item) else item for item in media]
    return replace(view, media=shown)  # type: ignore[type-var]


def _digest(text: str) -> str:
    return "0x" + hashlib.sha256(text.encode()).hexdigest()
