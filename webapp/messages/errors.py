"""Why a message cannot be read, written or sent. None of these ever carries a text or a title."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class ConversationNotFoundError(ProblemError):
    """No such conversation, or none that the reader is in."""

    status = 404
    code = "conversation_not_found"
    title = "There is no such conversation here"
    conversation: str

    @property
    def detail(self) -> str:
        """Name the id."""
        return f"You are in no conversation {self.conversation}; see GET /conversations."


@dataclass(eq=False)
class MessageNotFoundError(ProblemError):
    """No such message in a conversation, or none that the reader may see."""

    status = 404
    code = "message_not_found"
    title = "There is no such message here"
    message: str

    @property
    def detail(self) -> str:
        """Name the id."""
        return f"There is no message {self.message} in this conversation that you may read."


@dataclass(eq=False)
class RecipientUnavailableError(ProblemError):
    """Somebody who cannot be written to; which of the reasons it is, nobody is told."""

    status = 403
    code = "recipient_unavailable"
    title = "This person cannot be written to"
    account: str

    @property
    def detail(self) -> str:
        """Say no more than that."""
        return f"Messages from you to {self.account} are not possible."


@dataclass(eq=False)
class WriteToYourselfError(ProblemError):
    """A message to oneself."""

    status = 422
    code = "message_to_yourself"
    title = "A conversation takes two"

    @property
    def detail(self) -> str:
        """Say what to do."""
        return "'to' is your own account; name somebody else."


@dataclass(eq=False)
class MessageIdTakenError(ProblemError):
    """An id that belongs to another message."""

    status = 409
    code = "message_id_taken"
    title = "The id belongs to another message"
    message: str

    @property
    def detail(self) -> str:
        """Say what to do."""
        return f"{self.message} came before with something else; draw a fresh UUIDv7."


@dataclass(eq=False)
class NotYourMessageError(ProblemError):
    """A deletion of somebody else's message."""

    status = 403
    code = "not_your_message"
    title = "The message is not yours"
    message: str

    @property
    def detail(self) -> str:
        """Name the message."""
        return f"{self.message} was written by somebody else; only they can delete it."


@dataclass(eq=False)
class NotGroupOwnerError(ProblemError):
    """A change of a group by somebody who does not own it."""

    status = 403
    code = "not_group_owner"
    title = "The group is not yours"
    conversation: str

    @property
    def detail(self) -> str:
        """Say what a member can do."""
        return (
            "Only the group's owner adds, removes and renames; you can leave by removing yourself."
        )


@dataclass(eq=False)
class NotAGroupError(ProblemError):
    """A group's act on a conversation of two."""

    status = 422
    code = "not_a_group"
    title = "This conversation is not a group"
    conversation: str

    @property
    def detail(self) -> str:
        """Say what to do."""
        return "A conversation of two has neither title nor other members; make a group instead."


@dataclass(eq=False)
class GroupFullError(ProblemError):
    """More members than a group may have."""

    status = 422
    code = "group_full"
    title = "The group has too many members"
    most: int
    ever: int

    @property
    def detail(self) -> str:
        """Say the bounds."""
        return (
            f"A group has at most {self.most} members, and {self.ever} over all its time; "
            "make another group."
        )


@dataclass(eq=False)
class UnreadableError(ProblemError):
    """A ciphertext whose key is not here, or that was changed or moved; carries the key's name."""

    status = 503
    code = "message_unreadable"
    title = "The message cannot be decrypted now"
    key_id: str

    @property
    def detail(self) -> str:
        """Say whose turn it is."""
        return (
            f"It was encrypted with the key {self.key_id}, which this server does not have, or it was "
            "changed since; the operator has to bring the key back (`troth keys list`)."
        )

    @property
    def retry_after(self) -> int | None:
        """The operator has to act first."""
        return 60


@dataclass(eq=False)
class ChangedMeanwhileError(ProblemError):
    """An If-Match that names an earlier state of a group or of the preferences; carries the present ETag."""

    status = 412
    code = "changed_meanwhile"
    title = "It was changed meanwhile"
    current: str

    @property
    def detail(self) -> str:
        """Name the present state."""
        return (
            f'Another client changed it; its ETag is now "{self.current}". '
            "Read it again and repeat your change."
        )
