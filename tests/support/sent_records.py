"""Posts sent as raw bodies, and records signed with some of their fields changed."""

from typing import Any

from werkzeug.test import TestResponse

from chain.proofs.records import Kind
from tests.support.wallet import V1, Person


def raw(person: Person, body: bytes | str, content_type: str = "application/json") -> TestResponse:
    return person.http.post(
        f"{V1}/posts", data=body, content_type=content_type, headers=person.headers
    )


def signed(person: Person, **changes: Any) -> dict[str, Any]:
    return person.sign(Kind.POST, person.post_record(**changes))
