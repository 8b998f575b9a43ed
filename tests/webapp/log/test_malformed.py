"""Bodies and records that have another shape than the log's: each with its status and code, and nothing written."""

import copy
from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.support.answers import nothing_written, refused
from tests.support.databases import only_sqlite
from tests.support.sent_records import raw, signed
from tests.support.wallet import Person


def malformed_records(good: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {"no message": {"signature": good["signature"]}}

    def add(what: str, change: Callable[[dict[str, Any]], object]) -> None:
        changed = copy.deepcopy(good)
        change(changed)
        found[what] = changed

    for name in good["message"]:
        add(f"without {name}", lambda body, name=name: body["message"].pop(name))
        add(f"null {name}", lambda body, name=name: body["message"].update({name: None}))
    for name in ("id", "author", "salt", "replaces"):
        digits = good["message"][name][2:]
        for what, value in {
            "upper-case": "0x" + ("AB" + digits[2:]).upper(),
            "short": "0x" + digits[:-2],
            "long": "0x" + digits + "00",
            "bare": digits,
            "with a line's end": "0x" + digits + "\n",
        }.items():
            if (name, what) == ("author", "upper-case"):
                continue  # addresses are taken in any case
            add(f"{what} {name}", lambda body, n=name, v=value: body["message"].update({n: v}))
    add("no signature", lambda body: body.pop("signature"))
    add("text beside it", lambda body: body.update(text="x"))
    add("unknown field in the body", lambda body: body.update(more=1))
    add("unknown field in the record", lambda body: body["message"].update(more=1))
    add("unknown field in notBefore", lambda body: body["message"]["notBefore"].update(more=1))
    add("no hash in notBefore", lambda body: body["message"]["notBefore"].pop("hash"))
    for number in (True, "1", 2**53, -1, 1.0, None):
        add(
            f"number {number!r}",
            lambda body, n=number: body["message"]["notBefore"].update(number=n),
        )
    add("a list as record", lambda body: body.update(message=[1]))
    add("a text as record", lambda body: body.update(message="x"))
    add("a number as text", lambda body: body["message"].update(text=1))
    add("a list as text", lambda body: body["message"].update(text=["x"]))
    add("an object as media", lambda body: body["message"].update(media={}))
    add("media of another shape", lambda body: body["message"].update(media=[{"digest": 1}]))
    add("snake case", lambda body: body["message"].update(reply_to=body["message"].pop("replyTo")))
    return found


@only_sqlite
def test_a_record_of_another_shape_is_malformed(app: Flask, alice: Person) -> None:
    with nothing_written(app):
        for what, body in malformed_records(signed(alice)).items():
            answer = alice.call("POST", "/posts", body)
            assert (answer.status_code, answer.json["code"]) == (400, "malformed"), (
                what,
                answer.text,
            )
            assert answer.json["errors"], what


@only_sqlite
def test_bodies_that_are_no_strict_json_are_malformed(app: Flask, carol: Person) -> None:
    bodies: dict[str, bytes | str] = {
        "cut off": '{"text":"x"',
        "trailing data": '{"text":"x"} {}',
        "a duplicate key": '{"text":"x","text":"y"}',
        "an escaped duplicate key": '{"text":"x","t\\u0065xt":"y"}',
        "NaN": '{"text":NaN}',
        "infinity": '{"text":-Infinity}',
        "a float": '{"text":1.5}',
        "an exponent": '{"text":1e3}',
        "a huge number": '{"text":' + "9" * 5_000 + "}",
        "deep nesting": '{"text":' + "[" * 100_000 + "]" * 100_000 + "}",
        "nine levels": '{"message":' + "[" * 8 + "]" * 8 + "}",
        "a byte order mark": b'\xef\xbb\xbf{"text":"x"}',
        "no UTF-8": b'{"text":"\xff"}',
        "UTF-16": '{"text":"x"}'.encode("utf-16"),
        "single quotes": "{'text':'x'}",
        "a list": '["x"]',
        "a string": '"x"',
        "null": "null",
        "blank": " ",
    }
    with nothing_written(app):
        for what, body in bodies.items():
            answer = raw(carol, body)
            assert (answer.status_code, answer.json.get("code")) == (400, "malformed"), what


@only_sqlite
def test_an_empty_body_is_malformed(app: Flask, carol: Person) -> None:
    with nothing_written(app):
        refused(raw(carol, b""), 400, "malformed")
        refused(carol.call("POST", "/posts", {}), 400, "malformed")


@only_sqlite
def test_a_body_over_1_mib_is_too_large(app: Flask, carol: Person) -> None:
    with nothing_written(app):
        body = '{"text":"x"}' + " " * (1_048_577 - 12)
        refused(raw(carol, body), 413, "too_large")
    assert raw(carol, body[:-1]).status_code == 201


@only_sqlite
def test_a_body_of_another_type_is_refused(app: Flask, carol: Person) -> None:
    with nothing_written(app):
        for content_type in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/xml",
            "",
        ):
            refused(raw(carol, '{"text":"x"}', content_type), 415, "wrong_type")
    assert raw(carol, '{"text":"x"}', "application/json; charset=utf-8").status_code == 201
