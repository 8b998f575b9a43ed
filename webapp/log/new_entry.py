"""An entry between its judgement and its row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass
class NewEntry:
    """The columns of an entry that was judged; a plain value, since nothing of it is read back."""

    id: int
    log_id: int
    author: str
    record: bytes
    kind: int
    content: bytes
    signature: bytes | None
    message: dict[str, Any] | None
    salt_digest: bytes | None
    delegation_id: int | None
    audience: str | None
    accepted_at: datetime
