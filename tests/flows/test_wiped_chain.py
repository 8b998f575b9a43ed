"""The embedded chain was deleted: everything starts, says so, and one command anchors all again."""

import json
import signal

import pytest

from tests.support.stack import running_stack

pytestmark = pytest.mark.stack


def test_a_wiped_embedded_chain_is_explained_and_rebuilt() -> None:
    with running_stack() as stack:
        alice = stack.person("Alice")
        before = alice.publish("before the wipe")
        stack.await_final(before)
        assert stack.stop(signal.SIGTERM) == 0
        for file in stack.data_dir.glob("chain.sqlite*"):
            file.unlink()

        stack.start()
        assert "ATTENTION: nothing is anchored now." in stack.logs()
        meanwhile = alice.publish("while nobody has looked")
        doctor = stack.troth("doctor")
        assert doctor.returncode == 1, doctor.stdout + doctor.stderr
        assert "troth anchors rebuild" in doctor.stdout
        shown = alice.call("GET", f"/posts/{meanwhile['id']}")["anchoring"]
        assert shown["state"] == "halted"

        rebuilt = stack.troth("anchors", "rebuild", "--yes")
        assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
        alice.allow_device()  # the earlier permission names a block of the chain that is gone
        after = alice.publish("after the rebuild")
        stack.await_final(before, meanwhile, after)
        assert stack.troth("verify", stack.bundle(after)).returncode == 0
        old = json.loads(stack.troth("verify", stack.bundle(before), "--json").stdout)
        verdicts = {one["claim"]: one["verdict"] for one in old["results"]}
        asked = ("integrity", "author", "anchored", "not_after", "not_before")
        assert [verdicts[one] for one in asked] == ["pass"] * 4 + ["fail"]
        assert stack.troth("doctor").returncode == 0
