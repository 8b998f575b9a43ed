"""How content stands: what the node is still to do, and what the disk has lost."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from webapp.assets.content.models import Content
from webapp.assets.content.pins import PinStatus, pin_status
from webapp.extensions import table_of

_C = table_of(Content).c


@dataclass(frozen=True)
class ContentStatus:
    """Pins under way, how many contents are damaged, and one of these by its CID."""

    pins: PinStatus
    damaged: int
    example: str | None


def content_status(connection: Connection) -> ContentStatus:
    """Return how content stands; its cost grows with what is wrong or waits only."""
    bad = select(func.count(), func.min(_C.cid)).where(_C.damaged_at.is_not(None))
    damaged, example = connection.execute(bad).one()
    return ContentStatus(pin_status(connection), damaged, example)
