"""What is shown of a person beside what they did."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class ProfileCard:
    """A person in short: who stands beside a post, a like, a message. ``avatar`` is a media id.

    ``viewer`` says what they are to who asks, where it was asked for.
    """

    id: UUID
    handle: str | None
    name: str | None
    avatar: UUID | None
    viewer: dict[str, bool] | None = field(default=None, hash=False)


def card_of(
    account_id: UUID,
    handle: str | None,
    name: str | None,
    avatar: UUID | None,
    viewer: dict[str, bool] | None = None,
) -> ProfileCard:
    """Return a person in short."""
    return ProfileCard(account_id, handle, name, avatar, viewer)
