"""Sending codes by SMTP: with TLS, except to this machine."""

import smtplib
import ssl
from email.errors import HeaderParseError
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import structlog

from webapp.chain_access import settings
from webapp.config import Settings

SECONDS = 15.0
log = structlog.get_logger(__name__)
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class MailError(Exception):
    """A message that the mail server did not take; says why, for people."""


class UnsendableError(MailError):
    """A message that will never be taken: its address cannot be written, or its server said so for good."""


def send_code(address: str, code: str, minutes: int, handle: str | None) -> None:
    """Send a code to an address and to no other; raises MailError, UnsendableError for what no header can hold."""
    here = settings()
    message = EmailMessage()
    message["From"] = here.smtp_from
    _address(message, address)
    message["Subject"] = f"{code} is your code"
    message["Auto-Submitted"] = "auto-generated"
    whose = "" if handle is None else f" for the account {handle}"
    message.set_content(
        f"Somebody asked {here.base_url}{whose} to verify this e-mail address.\n\n"
        f"The code is {code}. It is good for {minutes} minutes.\n\n"
        "If it was not you, do nothing: without the code nothing happens.\n"
    )
    try:
        server = _connected(here)
    except (OSError, smtplib.SMTPException) as error:
        raise _refusal(error) from error
    try:
        server.send_message(message, to_addrs=[address])
    except (OSError, smtplib.SMTPException) as error:
        raise _refusal(error) from error
    finally:
        _leave(server)


def _leave(server: smtplib.SMTP) -> None:
    """Say good-bye; whatever goes wrong by now changes nothing about what was taken or not."""
    try:
        server.quit()
    except (OSError, smtplib.SMTPException) as error:
        log.info("mail.no_goodbye", error=type(error).__name__)
    finally:
        server.close()


def _refusal(error: Exception) -> MailError:
    """Return why a message was not taken: for good where that is about the message or its recipient."""
    codes = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPDataError):
        codes = [error.smtp_code]
    if codes and all(500 <= code < 600 for code in codes):
        return UnsendableError(f"The mail server will not take it (answer {codes[0]})")
    return MailError(f"The mail server did not take it ({type(error).__name__})")


def _address(message: EmailMessage, address: str) -> None:
    """Write the recipient into a message, as the one address that a reader of the header finds there."""
    try:
        message["To"] = address
    except (ValueError, IndexError, HeaderParseError) as error:
        raise UnsendableError("No message can be addressed to it") from error
    header: AddressHeader = message["To"]
    if [one.addr_spec for one in header.addresses] != [address]:
        raise UnsendableError("No message can be addressed to it alone")


def _connected(here: Settings) -> smtplib.SMTP:
    parts = urlsplit(here.smtp_url)
    host, context = parts.hostname or "", ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=SECONDS)
    try:
        if parts.scheme == "smtp" and host not in LOOPBACK:
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server
