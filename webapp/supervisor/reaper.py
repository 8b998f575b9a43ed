"""Ends process groups; run as a script it ends what a killed supervisor left behind.

The script uses the standard library alone, is given seconds of grace and the groups that exist
already, and reads lines from standard input, the reading end
of a pipe whose writing end the supervisor keeps open:

    +PID      a child announces its own group, before it runs its program
    =PID ...  the supervisor says which groups exist now, and no others

End of file means that the supervisor is gone, however it went, and that no child is still
between fork and exec, since each holds the writing end until then. So no group is missed.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable
from typing import BinaryIO

_POLL = 0.05


def exists(group: int) -> bool:
    """Return whether the process group has a member left that we may signal."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        # macOS answers EPERM for a group in which only zombies are left.
        return False
    return True


def signal_group(group: int, number: int) -> None:
    """Send a signal to every member of the process group; a group that has ended is no error."""
    if exists(group):
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return


def signal_leader(group: int, number: int) -> None:
    """Send a signal to the group's leader alone, or to all members when it is gone.

    Masters such as gunicorn's and Celery's end their workers in good order themselves; a signal
    to the workers would cut off what these are doing.
    """
    try:
        os.kill(group, number)
    except (ProcessLookupError, PermissionError):
        signal_group(group, number)


def end_groups(groups: Iterable[int], grace: float) -> None:
    """Ask the groups to end, wait at most `grace` seconds, and kill what is left."""
    left = [group for group in groups if exists(group)]
    for group in left:
        signal_leader(group, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while left and time.monotonic() < deadline:
        time.sleep(_POLL)
        left = [group for group in left if exists(group)]
    for group in left:
        signal_group(group, signal.SIGKILL)


def follow(lines: BinaryIO, known: Iterable[int] = ()) -> set[int]:
    """Read announcements until the end of file; return the groups that exist then, of which some are ``known``."""
    groups = set(known)
    for line in lines:
        if line.startswith(b"+"):
            groups.add(int(line[1:]))
        elif line.startswith(b"="):
            groups = {int(word) for word in line[1:].split()}
    return groups


def main() -> None:
    """Outlive the supervisor's terminal, wait for its end, end its groups."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    known = [int(word) for word in sys.argv[2:]]
    end_groups(follow(sys.stdin.buffer, known), grace=float(sys.argv[1]))


if __name__ == "__main__":
    main()
