"""What deleting an account erases of content: all that it keeps, also what was minted.

A token's digest stays on chain, so that a copy which somebody has can still be proved to be the one.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from webapp.accounts.deletion.erasers import Eraser
from webapp.assets.content.service import erase_all


def erase_content(session: Session, account_id: UUID) -> None:
    """Give up an account's content; a worker erases the files and unpins them."""
    erase_all(session, account_id)


ERASERS = (Eraser("content", erase_content),)
