"""The embedded mail server takes a code and shows it."""

import smtplib
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

from tests.support.stack import free_ports, wait_until
from webapp.supervisor.mail import as_text


def test_a_message_is_taken_and_shown_in_the_log(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    output = tmp_path / "mail.log"
    command = [sys.executable, "-m", "webapp.supervisor.mail", str(port)]
    with output.open("w") as file, subprocess.Popen(command, stdout=file) as process:
        try:
            wait_until(lambda: " ready." in output.read_text(), "the mail server listens")
            message = EmailMessage()
            message["From"], message["To"] = "troth@localhost", "ada@example.org"
            message["Subject"] = "08154711 is your code"
            message.set_content("The code is 08154711.\n")
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
                server.send_message(message)
            wait_until(lambda: "The code is 08154711." in output.read_text(), "it is shown")
        finally:
            process.terminate()
    assert process.returncode == 0
    assert "To: ada@example.org" in output.read_text()


def test_what_is_shown_moves_no_cursor() -> None:
    message = EmailMessage()
    message["To"], message["Subject"] = "ada@example.org", "hello"
    message.set_content("one\x1b[2Jtwo\n" * 500)
    shown = as_text(message)
    assert "\x1b" not in shown
    assert len(shown.splitlines()) <= 210
