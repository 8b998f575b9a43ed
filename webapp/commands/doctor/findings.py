"""What a check found: how bad it is, what it means, and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One check by its name, a sentence what was found, and what to do (empty where nothing is)."""

    check: str
    level: Level
    says: str
    do: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the finding as it is printed with --json."""
        return {"check": self.check, "level": str(self.level), "says": self.says, "do": self.do}


def ok(check: str, says: str) -> Finding:
    """Return a finding that is as it should be."""
    return Finding(check, Level.OK, says)


def warn(check: str, says: str, do: str) -> Finding:
    """Return a finding that needs somebody's eye and heals by itself, or may."""
    return Finding(check, Level.WARN, says, do)


def fail(check: str, says: str, do: str) -> Finding:
    """Return a finding that somebody has to mend."""
    return Finding(check, Level.FAIL, says, do)
