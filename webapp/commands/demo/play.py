"""The demo's play: two people publish, answer, edit and delete; then every proof is checked."""

import tempfile
import time
from pathlib import Path
from typing import Any

import click
import requests

from chain.client import ChainClient
from chain.proofs.bundle import parse_bundle
from chain.proofs.readers import Pins
from chain.proofs.verdicts import Report, exit_code, spell_time
from chain.proofs.verify import verify
from chain.reader import NodeReader
from webapp.commands.demo.client import DemoError, Person
from webapp.commands.demo.instance import own_instance
from webapp.config import Settings

PATIENCE_SECONDS = 180.0
POLL_SECONDS = 0.5


def run_demo(settings: Settings, url: str | None, rpc: str | None) -> int:
    """Play on the instance at ``url``, at the settings' own address, or on a fresh one.

    Returns the exit code: 0 if every proof holds. Raises DemoError.
    """
    base = (url or settings.base_url).rstrip("/")
    if _answers(base):
        node = rpc or settings.rpc_url
        code = play(base, node)
        click.echo(f"Check a bundle yourself: troth verify FILE --rpc {node}")
        return code
    if url is not None:
        raise DemoError(f"Nothing answers at {base}; start it with `make run`, or leave out --url.")
    click.echo(
        f"Nothing answers at {base} (TROTH_PORT, or --url), so an instance of its own is started."
    )
    with own_instance() as (own_base, own_rpc):
        code = play(own_base, own_rpc)
    click.echo(f"That was an instance of its own, which is gone: {base} was not tried.")
    return code


def play(base: str, rpc: str) -> int:
    """Play on the instance at ``base`` and verify on the node at ``rpc``; return the exit code."""
    alice, bob = Person("Alice", base), Person("Bob", base)
    for person in (alice, bob):
        person.sign_in()
        person.allow_device()
        click.echo(f"{person.name} signed in as {person.address} and allowed a device")
    first = alice.publish("Hello. This text is mine, and I can prove when I wrote it.")
    answer = bob.publish("I answer exactly that version.", replyTo=first["content"])
    changes = {"id": "0x" + first["id"].replace("-", ""), "replaces": first["content"]}
    edited = alice.publish("Hello. I changed my mind, and that shows.", **changes)
    passing = bob.publish("This one will not stay.")
    gone = bob.delete(passing)
    click.echo("Alice published and edited; Bob answered, published and deleted")
    wait_until_final(alice, [edited, answer, gone])
    return check_all(
        alice,
        rpc,
        (("Alice's post", edited), ("Bob's answer", answer), ("Bob's deleted post", gone)),
    )


def wait_until_final(person: Person, posts: list[dict[str, Any]]) -> None:
    """Show progress until every post is final; raises DemoError when one halts or time runs out."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    open_ids = [post["id"] for post in posts]
    with click.progressbar(length=len(posts), label="Waiting for the anchor") as progress:
        while open_ids:
            for post_id in list(open_ids):
                anchoring = person.call("GET", f"/posts/{post_id}")["anchoring"]
                if anchoring["state"] == "halted":
                    raise DemoError(f"Post {post_id} was halted: {anchoring['reason']}")
                if anchoring["state"] == "final":
                    open_ids.remove(post_id)
                    progress.update(1)
            if time.monotonic() > deadline:
                raise DemoError(
                    f"{len(open_ids)} posts were not anchored in {PATIENCE_SECONDS:g} s."
                )
            time.sleep(POLL_SECONDS if open_ids else 0)


def check_all(person: Person, rpc: str, posts: tuple[tuple[str, dict[str, Any]], ...]) -> int:
    """Download every version's bundle, verify it and say what it proves."""
    pins, node = _pins(person), NodeReader(ChainClient(rpc))
    folder = Path(tempfile.mkdtemp(prefix="troth-demo-"))
    worst = 0
    for name, post in posts:
        items = person.call("GET", f"/posts/{post['id']}/history")["items"]
        for number, item in enumerate(items, start=1):
            raw = _download(person, post["id"], item["entry"]["content"])
            file = folder / f"{post['id']}.{number}.troth.json"
            file.write_bytes(raw)
            report = verify(parse_bundle(raw), pins, node)
            code = exit_code(report, offline=False)
            worst = max(worst, code)
            _say(f"{name}, version {number} ({item['type']})", report, code)
    click.echo(f"The bundles are in {folder}.")
    click.echo("Everything was proved." if worst == 0 else "NOT everything could be proved.")
    return worst


def _say(name: str, report: Report, code: int) -> None:
    after, before = report.by_claim("not_before").time, report.by_claim("not_after").time
    times = f", signed after {spell_time(after)}" if after is not None else ""
    times += f" and anchored by {spell_time(before)}" if before is not None else ""
    erased = ", text erased" if report.erased else ""
    word = "proved" if code == 0 else "NOT PROVED"
    click.echo(f"  {name}: {word}, signed by the author's device {report.signer}{erased}{times}")
    if code:
        for result in report.results:
            click.echo(f"    {result.claim.value}: {result.verdict.value}, {result.reason}")


def _pins(person: Person) -> Pins:
    log = person.call("GET", "/log")
    return Pins(
        chain_id=log["domain"]["chainId"],
        genesis=bytes.fromhex(log["genesis"][2:]),
        contract=log["domain"]["verifyingContract"],
        anchorer=log["anchorer"],
        depth=log["depth"],
    )


def _download(person: Person, post_id: str, content: str) -> bytes:
    url = f"{person.base}/api/v1/posts/{post_id}/bundle"
    return person.http.get(url, params={"content": content}, timeout=15).content


def _answers(base: str) -> bool:
    try:
        return requests.get(f"{base}/api/v1/log", timeout=3).ok
    except requests.RequestException:
        return False
