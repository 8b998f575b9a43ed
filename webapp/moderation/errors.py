"""Why somebody may not report, moderate or appeal."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class ModeratorsOnlyError(ProblemError):
    """Something that only moderators and operators may see or do."""

    status = 403
    code = "moderators_only"
    title = "Only moderators may do this"

    @property
    def detail(self) -> str:
        """Say who may."""
        return "This is for moderators and operators who are not suspended; ask the operator."


@dataclass(eq=False)
class CannotReportError(ProblemError):
    """A report about something that cannot be reported."""

    status = 422
    code = "cannot_report"
    title = "This cannot be reported"
    why: str

    @property
    def detail(self) -> str:
        """Say why."""
        return f"{self.why}."


@dataclass(eq=False)
class AlreadyReportedError(ProblemError):
    """A second open report by the same person about the same subject."""

    status = 409
    code = "already_reported"
    title = "You have reported this already"
    subject: str

    @property
    def detail(self) -> str:
        """Say what happens with the first."""
        return f"Your report about {self.subject} waits for a moderator; nothing more is needed."


@dataclass(eq=False)
class TooManyReportsError(ProblemError):
    """More open reports than one person may have."""

    status = 429
    code = "too_many_reports"
    title = "Too many of your reports are open"
    most: int

    @property
    def detail(self) -> str:
        """Say the bound."""
        return f"{self.most} of your reports wait for a moderator; report more when some are done."

    @property
    def retry_after(self) -> int | None:
        """People have to act first."""
        return 3_600


@dataclass(eq=False)
class OneselfError(ProblemError):
    """A moderator's act on themselves, or on a report or an appeal of their own."""

    status = 403
    code = "cannot_moderate_yourself"
    title = "You cannot moderate yourself"

    @property
    def detail(self) -> str:
        """Say who can."""
        return "This is about you; another moderator has to look at it."


@dataclass(eq=False)
class OperatorProtectedError(ProblemError):
    """A moderator's act on an operator."""

    status = 403
    code = "operator_protected"
    title = "Only operators moderate operators"
    account: str

    @property
    def detail(self) -> str:
        """Name the account."""
        return f"{self.account} is an operator; leave it to another operator."


@dataclass(eq=False)
class SubjectNotFoundError(ProblemError):
    """No such post or account, or no such reported message."""

    status = 404
    code = "subject_not_found"
    title = "There is nothing of this kind to moderate"
    kind: str
    subject: str

    @property
    def detail(self) -> str:
        """Name it."""
        if self.kind == "message":
            return f"No message {self.subject} was reported, or it was deleted."
        return f"There is no {self.kind} {self.subject}, or it was deleted."


@dataclass(eq=False)
class NothingToDoError(ProblemError):
    """An act whose effect holds already, or that has nothing to act on."""

    status = 409
    code = "nothing_to_do"
    title = "There is nothing to do"
    why: str

    @property
    def detail(self) -> str:
        """Say how things stand."""
        return f"{self.why}; look at the queue again."


@dataclass(eq=False)
class UntilRefusedError(ProblemError):
    """An end of a suspension that is past."""

    status = 422
    code = "until_refused"
    title = "The end of the suspension cannot be accepted"
    until: str

    @property
    def detail(self) -> str:
        """Say what to send."""
        return f"{self.until} is past or more than ten years ahead; leave it out for no end."


@dataclass(eq=False)
class ActionNotFoundError(ProblemError):
    """No such action, or none that concerns who asks."""

    status = 404
    code = "action_not_found"
    title = "There is no such action"
    action: str

    @property
    def detail(self) -> str:
        """Name it."""
        return f"No action {self.action} was taken on you; see GET /api/v1/me/moderation."


@dataclass(eq=False)
class CannotAppealError(ProblemError):
    """An appeal against what cannot be appealed, or not any more."""

    status = 409
    code = "cannot_appeal"
    title = "This cannot be appealed"
    action: str

    @property
    def detail(self) -> str:
        """Say what can."""
        return (
            f"{self.action} is over, or no hiding or suspension; only what holds can be appealed."
        )


@dataclass(eq=False)
class AlreadyAppealedError(ProblemError):
    """A second open appeal against the same action."""

    status = 409
    code = "already_appealed"
    title = "You have appealed already"
    action: str

    @property
    def detail(self) -> str:
        """Say what happens with the first."""
        return f"Your appeal against {self.action} waits for another moderator."


@dataclass(eq=False)
class AppealNotFoundError(ProblemError):
    """No such appeal."""

    status = 404
    code = "appeal_not_found"
    title = "There is no such appeal"
    appeal: str

    @property
    def detail(self) -> str:
        """Name it."""
        return f"There is no appeal {self.appeal}."


@dataclass(eq=False)
class AppealDecidedError(ProblemError):
    """A decision on an appeal that was decided before."""

    status = 409
    code = "appeal_decided"
    title = "The appeal was decided already"
    appeal: str

    @property
    def detail(self) -> str:
        """Name it."""
        return f"{self.appeal} was decided by somebody else meanwhile; look at the queue again."


@dataclass(eq=False)
class OwnDecisionError(ProblemError):
    """An appeal decided by whom it is against."""

    status = 403
    code = "own_action"
    title = "Somebody else decides this appeal"

    @property
    def detail(self) -> str:
        """Say who decides."""
        return "The appeal is against what you did; another moderator or operator has to decide it."


@dataclass(eq=False)
class ReadingNotRecordedError(ProblemError):
    """A reported message that a moderator wants to read before the audit trail says so."""

    status = 403
    code = "reading_not_recorded"
    title = "Say first that you read this message, and why"
    message: str

    @property
    def detail(self) -> str:
        """Say how."""
        return (
            f"POST /api/v1/moderation/actions with act 'read', type 'message', subject {self.message} and a "
            "reason; then read it here."
        )
