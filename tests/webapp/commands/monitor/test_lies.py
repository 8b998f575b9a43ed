"""Whatever an API changes in what it gives is noticed and named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.commands.conftest import Done, Run

from .conftest import Lie, Watched

CLEAN, WRONG, UNCLEAR = 0, 1, 3
OTHER, OTHER_ADDRESS, OTHER_ID = "0x" + "ab" * 32, "0x" + "ab" * 20, "0x" + "ab" * 16
ROOT = "give the root"


def lie_about(position: int, change: Callable[[dict[str, Any]], Any]) -> Lie:
    """Change the item at a position, wherever it is given."""

    def lie(path: str, body: Any) -> None:
        for item in body["items"] if path == "entries" else []:
            if item["entry"]["position"] == position:
                change(item)

    return lie


def lie_about_batch(sequence: int, change: Callable[[dict[str, Any]], Any]) -> Lie:
    def lie(path: str, body: Any) -> None:
        for batch in body["items"] if path == "batches" else []:
            if batch["sequence"] == sequence:
                change(batch)

    return lie


def entry(**fields: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda item: item["entry"].update(fields)


def item(**fields: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda found: found.update(fields)


def message(**fields: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda found: found["message"].update(fields)


def anchor(**fields: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda batch: batch["anchor"].update(fields)


def block(**fields: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda batch: batch["anchor"]["block"].update(fields)


def look(troth: Run, log: Watched, *options: object) -> Done:
    return troth(*log.options, *options)


def test_a_whole_log_is_clean(troth: Run, full: Watched) -> None:
    done = look(troth, full)
    assert (done.code, done.err) == (CLEAN, ""), done.out
    assert "2 final batches with 8 entries, 8 newly read; 0 batches wait" in done.out
    assert "could not be judged" not in done.out
    assert "CLEAN: nothing is wrong." in done.out


@pytest.mark.parametrize(
    ("position", "change", "words"),
    [
        (1, entry(position=2), "gives position 2 where 1 is due"),
        (1, entry(author=OTHER_ADDRESS), "has sequence 1 where 0 is due"),
        (1, entry(sequence=2), "has sequence 2 where 1 is due"),
        (1, entry(previous=OTHER), f"names {OTHER} as the author's entry before"),
        (1, entry(record=OTHER_ID), "as the author's entry before, which was"),
        (2, entry(record=OTHER_ID), ROOT),
        (2, entry(kind=5), ROOT),
        (1, entry(kind=2), "$.message: needs the message of a Deletion"),
        (2, entry(content=OTHER), ROOT),
        (1, entry(signature=OTHER), "the signature is not the one that the entry was made with"),
        (1, item(signature="0x" + "11" * 65), "the signature is not the one"),
        (1, item(signature=None), "the signature is not the one"),
        (1, item(account="01890a5d-ac96-774b-bcce-b302099a8057"), "yet names an account"),
        (1, item(message={}), "must hold no message of a Post"),
        (3, item(account="01890a5d-ac96-774b-bcce-b302099a8057"), "does not derive its author"),
        (3, item(account=None), "does not derive its author"),
        (0, message(delegate=OTHER_ADDRESS), "does not hash to the entry's content"),
        (0, message(expiresAt=1), "does not hash to the entry's content"),
        (0, item(message=None), "needs the message of a Delegation"),
        (5, message(replaces=OTHER), "does not hash to the entry's content"),
        (6, message(delegate=OTHER_ADDRESS), "does not hash to the entry's content"),
        (1, entry(content=OTHER.upper()), "malformed"),
        (1, lambda found: found.pop("signature"), "lacks the key 'signature'"),
    ],
)
def test_a_changed_entry_is_named(
    troth: Run, full: Watched, position: int, change: Any, words: str
) -> None:
    full.liar.lie = lie_about(position, change)
    done = look(troth, full)
    assert done.code == WRONG, done.out
    assert words in done.out


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (item(root=OTHER), "announced as final, but the chain does not hold its root"),
        (item(root=OTHER, state="sent", anchor=None), f"{ROOT} 0x"),
        (item(first=5), "begins with position 5 where 4 is due"),
        (item(count=3), "the chain holds (1, 4, 4)"),
        (item(count=0), "holds no entry"),
        (item(sequence=2), "gives batch 2 where batch 1 is due"),
        (item(anchor=None), "if and only if the state is final"),
        (anchor(transaction=OTHER), "does not hold the transaction"),
        (block(hash=OTHER), "gives the block hash"),
        (block(time=1), "gives the block time 1"),
        (block(number=1), "gives the block number 1"),
    ],
)
def test_a_changed_batch_is_named(troth: Run, full: Watched, change: Any, words: str) -> None:
    full.liar.lie = lie_about_batch(1, change)
    done = look(troth, full)
    assert done.code == WRONG, done.out
    assert words in done.out


def test_a_batch_ahead_of_the_node_cannot_be_told(troth: Run, full: Watched) -> None:
    def ahead(batch: dict[str, Any]) -> None:
        batch.update(root=OTHER)
        batch["anchor"]["block"].update(number=10**6)

    full.liar.lie = lie_about_batch(1, ahead)
    done = look(troth, full)
    assert done.code == UNCLEAR
    assert "said to be final in block 1000000; the node is at" in done.out


def swap(path: str, body: Any) -> None:
    if path == "entries":
        items = body["items"]
        items[1], items[2] = items[2], items[1]


def gap(path: str, body: Any) -> None:
    if path == "entries":
        del body["items"][1]


def cut_short(path: str, body: Any) -> None:
    if path == "entries":
        del body["items"][-1]


def withhold(path: str, body: Any) -> None:
    if path == "batches":
        del body["items"][1:]


def withhold_first(path: str, body: Any) -> None:
    if path == "batches":
        del body["items"][0]


def circle(path: str, body: Any) -> None:
    body["next"] = 0


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        (swap, "gives position 2 where 1 is due"),
        (gap, "gives position 2 where 1 is due"),
        (cut_short, "withholds position 7 of batch 1"),
        (withhold, "The chain holds 2 batches; the API withholds batch 1."),
        (withhold_first, "gives batch 1 where batch 0 is due"),
        (circle, "back to 0"),
        (lambda path, body: [], "needs an object"),
        (lambda path, body: {"items": [], "next": None}, "withholds batch 0"),
    ],
)
def test_another_order_or_less_is_named(troth: Run, full: Watched, lie: Lie, words: str) -> None:
    full.liar.lie = lie
    done = look(troth, full)
    assert done.code == WRONG, done.out
    assert words in done.out


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "place.sqlite"


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        (lambda path, body: body.update(root=OTHER) if path == "batches/1" else None, "rewrote"),
        (lambda path, body: body.update(count=5) if path == "batches/1" else None, "rewrote"),
        (lie_about(5, entry(record=OTHER_ID)), "the message's id is not the entry's record"),
        (lie_about(4, entry(record=OTHER_ID)), ROOT),
        (lie_about(4, item(signature=None)), "the signature is not the one"),
    ],
)
def test_history_rewritten_after_the_first_look_is_named(
    troth: Run, full: Watched, state: Path, lie: Lie, words: str
) -> None:
    assert look(troth, full, "--state", state).code == CLEAN
    full.liar.lie = lie
    done = look(troth, full, "--state", state)
    assert done.code == WRONG, done.out
    assert words in done.out
