"""The terminal as the supervisor uses it: whole lines, and no failure when it is gone."""

import sys


class Terminal:
    """Writes lines to standard output until that is closed; then it keeps silent.

    A terminal window that was closed must not keep the supervisor from stopping its children.
    """

    def __init__(self) -> None:
        self._open = True

    def say(self, line: str) -> None:
        """Write one line (or several, parted by newlines) at once."""
        if not self._open:
            return
        try:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        except OSError:
            self._open = False
