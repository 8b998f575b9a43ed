"""What `troth doctor` says of the mail server that codes go to."""

import pytest

from webapp.commands.doctor.identities import _mail
from webapp.config import load_settings

ELSEWHERE = {"TROTH_DATABASE_URL": "postgresql://there/troth"}


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "logs/mail.log"),
        ({"TROTH_SMTP_URL": "smtps://there"}, "Codes are sent by mail."),
        (ELSEWHERE, "set TROTH_SMTP_URL"),
    ],
)
def test_it_says_where_codes_go(environment: dict[str, str], says: str) -> None:
    assert says in _mail(load_settings(environment)).says
