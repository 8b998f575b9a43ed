"""The embedded mail server: takes every message and shows it, for development; sends nothing anywhere.

It listens on this machine only. `python -m webapp.supervisor.mail PORT` prints each message to its log.
"""

import signal
import sys
from email import message_from_bytes
from email.message import Message
from email.policy import default
from threading import Event
from typing import Any

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"
MOST_BYTES = 1_048_576
MOST_LINES = 200


class Shown:
    """Takes every message and shows it."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802 - aiosmtpd's interface
        """Print who it is for and what it says."""
        sys.stdout.write(as_text(message_from_bytes(envelope.content, policy=default)))
        sys.stdout.flush()
        return "250 Shown"


def as_text(message: Message) -> str:
    """Return a message as people read it, without anything that a terminal would obey."""
    body = message.get_body(("plain",)) if hasattr(message, "get_body") else None
    text = "" if body is None else body.get_content()
    lines = [f"To: {message['To']}", f"Subject: {message['Subject']}", "", *text.splitlines()]
    shown = ["".join(one for one in line if one.isprintable()) for line in lines[:MOST_LINES]]
    return "\n".join(["-" * 60, *shown, ""]) + "\n"


def serve(port: int) -> None:
    """Serve until a signal ends it."""
    stopped = Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stopped.set())
    controller = Controller(Shown(), hostname=HOST, port=port, data_size_limit=MOST_BYTES)
    controller.start()
    sys.stdout.write(f"Mail is shown here; listening on {HOST}:{port} ready.\n")
    sys.stdout.flush()
    stopped.wait()
    controller.stop()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
