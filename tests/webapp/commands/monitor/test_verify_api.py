"""`troth verify --api`: `authority` and `latest` judged by the public log."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import closed_port
from tests.support.wallet import Person
from tests.webapp.commands.conftest import Done, Run, verdicts

from .conftest import Watched

HOLDS, FAILS, UNUSABLE = 0, 1, 2
Judge = Callable[..., Done]


@pytest.fixture
def judge(troth: Run, own: Watched, tmp_path: Path) -> Judge:
    """Give a function that verifies a post's bundle with the log of the API."""

    def run(person: Person, post: dict[str, Any], *options: object) -> Done:
        query = f"?content={post['content']}"
        file = tmp_path / "bundle.troth.json"
        file.write_bytes(person.call("GET", f"/posts/{post['id']}/bundle{query}").data)
        words = ("--rpc", own.rpc, *own.pins, "--api", own.liar.url, "--json")
        return troth("verify", file, *words, *options)

    return run


def latest(done: Done) -> str:
    return verdicts(done)["latest"]


def test_the_newest_version_is_the_latest_until_another_is_final(
    judge: Judge, own: Watched
) -> None:
    alice = own.person().sign_in()
    first = alice.publish().json
    own.sweep()
    done = judge(alice, first)
    assert (done.code, latest(done)) == (HOLDS, "pass")
    second = alice.publish(alice.edit_record(first)).json
    assert latest(judge(alice, first)) == "pass"
    own.sweep()
    done = judge(alice, first)
    assert (done.code, latest(done)) == (FAILS, "fail")
    assert latest(judge(alice, second)) == "pass"


def test_a_device_had_the_authority_that_was_later_revoked(judge: Judge, own: Watched) -> None:
    alice = own.person().sign_in()
    alice.allow_device()
    post = alice.publish(key=alice.device).json
    own.sweep()
    alice.revoke_device()
    own.sweep()
    found = verdicts(judge(alice, post))
    assert (found["authority"], found["latest"]) == ("pass", "pass")


def test_a_log_that_keeps_a_batch_back_or_is_away_shows_nothing(judge: Judge, own: Watched) -> None:
    alice = own.person().sign_in()
    post = alice.publish().json
    own.sweep()
    alice.publish(alice.edit_record(post))
    own.sweep()

    def withhold(path: str, body: Any) -> None:
        if path == "batches":
            del body["items"][1:]

    own.liar.lie = withhold
    assert latest(judge(alice, post)) == "unknown"
    away = f"http://127.0.0.1:{closed_port()}"
    done = judge(alice, post, "--api", away)
    assert (done.code, latest(done)) == (HOLDS, "unknown")
    assert judge(alice, post, "--api", "nonsense").code == UNUSABLE
