"""What is shown of a person beside what they did."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class ProfileCard:
    """A person in short: who stands beside a post, a like, a message. ``avatar`` is a media id."""

    id: UUID
    handle: str | None
    name: str | None
    avatar: UUID | None


def card_of(
    account_id: UUID, handle: str | None, name: str | None, avatar: UUID | None
) -> ProfileCard:
    """Return a person in short."""
    return ProfileCard(account_id, handle, name, avatar)
