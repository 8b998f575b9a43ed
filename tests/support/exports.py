"""What somebody is given who asks for an export."""

import io
import json
from typing import Any
from zipfile import ZipFile

from flask import Flask

from tests.support.wallet import Person
from workers.chores import do_chores


def export(app: Flask, person: Person) -> ZipFile:
    made = person.call("POST", "/me/exports").json
    with app.app_context():
        do_chores()
    state = person.call("GET", f"/me/exports/{made['id']}").json["state"]
    assert state == "ready"
    with person.call("GET", f"/me/exports/{made['id']}/download") as answer:
        return ZipFile(io.BytesIO(answer.data))


def listed(archive: ZipFile, name: str) -> list[Any]:
    found: list[Any] = json.loads(archive.read(name))
    return found
