"""Failures that are sentences for people; everything else is a bug and shows its trace."""

from chain.errors import ChainError
from webapp.accounts.service import UnknownRoleError
from webapp.commands.demo import DemoError
from webapp.commands.setup import SetupError
from webapp.config import InvalidSettingError
from webapp.errors import ProblemError
from webapp.keyring import KeyringError
from webapp.outbox.errors import OutboxError
from webapp.secrets import SecretsError
from webapp.supervisor import SupervisorError

EXPECTED = (
    ChainError,
    InvalidSettingError,
    KeyringError,
    OutboxError,
    ProblemError,
    SecretsError,
    SupervisorError,
    UnknownRoleError,
    SetupError,
    DemoError,
)


def sentence_of(error: Exception) -> str | None:
    """Return what an expected failure says to people; None for every other one."""
    if not isinstance(error, EXPECTED):
        return None
    return error.detail if isinstance(error, ProblemError) else str(error)
