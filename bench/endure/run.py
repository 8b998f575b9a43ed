"""The run itself: start, publish amid trouble, let all become final, and look whether it is true."""

import signal
import statistics
import time
from collections import Counter
from pathlib import Path

from bench.endure.background import Background
from bench.endure.people import (
    HTTP_THREADS,
    SHARE_OF_HTTP,
    Accepted,
    HttpWriter,
    ServiceWriter,
)
from bench.endure.plan import EndureError, Plan
from bench.endure.stage import Stage, stage
from bench.endure.trouble import ChainTrouble, NodeTrouble
from bench.endure.truth import Truth, ailing, find_truth, open_work
from bench.endure.workers import SIGNALS, Workers
from bench.measure import say
from chain.proofs.records import Kind

STEP_SECONDS = 0.05
MEBIBYTE = 2**20
TOLD = 1_500  # characters of a log
# In a worker's log: an error that nobody foresaw, and a halt, for which there is no cause here.
UNEXPECTED = ("Traceback (most recent call last)", '"state":"halted_')


def endure(folder: Path, plan: Plan) -> Truth:
    """Run all of it; return what was found, with the figures.

    Raises EndureError when it could not be brought to its end. Whatever was started has ended then.
    """
    say(
        f"endure: seed {plan.seed}, {plan.posts:,} posts, at most {plan.limit:.0f} s; logs in {folder}"
    )
    with stage(folder, plan) as here:
        workers = Workers(here, plan)
        workers.start()
        writers = _writers(here, plan)
        troubles = [
            *(NodeTrouble(proxy, plan, f"node {n}") for n, proxy in enumerate(here.proxies)),
            ChainTrouble(here.rpc, here.deployment.anchorer, plan),
        ]
        say(f"endure: up after {plan.seconds:.0f} s; now publishing")
        begun = time.monotonic()
        try:
            accepted, published = _publish(plan, workers, writers, troubles)
        finally:
            for one in (*writers, *troubles):
                one.stop()
        say(f"endure: published in {published:.0f} s; no more trouble, all has to become final")
        _await_final(here, plan, workers)
        final = time.monotonic() - begun
        workers.stop()
        truth = find_truth(here, accepted)
        truth.figures = _figures(plan, accepted, published, final) | truth.figures
        truth.figures |= _trouble_figures(here, workers, troubles)
        _check_logs(truth, folder, workers)
        return truth


def _writers(here: Stage, plan: Plan) -> list[ServiceWriter | HttpWriter]:
    over_http = int(plan.posts * SHARE_OF_HTTP) // HTTP_THREADS
    by_service = plan.posts - HTTP_THREADS * over_http
    rate = plan.rate / plan.posts
    writers: list[ServiceWriter | HttpWriter] = [
        HttpWriter(f"http {n}", plan, here.base, over_http, rate * over_http)
        for n in range(HTTP_THREADS)
    ]
    return [ServiceWriter(here.app, plan, here.base, by_service, rate * by_service), *writers]


def _publish(
    plan: Plan,
    workers: Workers,
    writers: list[ServiceWriter | HttpWriter],
    troubles: list[NodeTrouble | ChainTrouble],
) -> tuple[Accepted, float]:
    """Publish everything amid trouble; return what was accepted, and the seconds it took."""
    begun = time.monotonic()
    everybody: list[Background] = [*writers, *troubles]
    for one in everybody:
        one.start()
    while not (all(one.done for one in writers) and _troubled(workers, troubles)):
        for trouble in troubles:
            trouble.check()
        workers.step()
        plan.check_time("all posts are published")
        time.sleep(STEP_SECONDS)
    accepted = Accepted()
    for writer in writers:
        accepted.join(writer.accepted)
    return accepted, time.monotonic() - begun


def _troubled(workers: Workers, troubles: list[NodeTrouble | ChainTrouble]) -> bool:
    """Tell whether each kind of trouble was there at all, which a short run may have to wait for."""
    killed = all(workers.kills[number.name] for number in SIGNALS)
    return killed and all(one.count for one in troubles)


def _await_final(here: Stage, plan: Plan, workers: Workers) -> None:
    """Wait until nothing is left to do, and the instance says of itself that it is well."""
    looked = 0.0
    while True:
        workers.step(kill=False)
        if time.monotonic() - looked > 1:
            waits = open_work(here.app)
            waits = waits or (ailing(here) if plan.until_well else "")
            looked = time.monotonic()
            if not waits:
                return
            plan.check_time(f"everything is final and well; still {waits}")
        time.sleep(STEP_SECONDS)


def _figures(plan: Plan, accepted: Accepted, published: float, final: float) -> dict[str, object]:
    kinds = accepted.by_kind
    return {
        "seed": plan.seed,
        "posts": plan.posts,
        "edits": accepted.edits,
        "deletions": len(kinds[Kind.DELETION]),
        "devices allowed and revoked": len(kinds[Kind.DELEGATION] | kinds[Kind.REVOCATION]),
        "accepted records": len(accepted.contents),
        "records that were sent a second time": accepted.repeated,
        "tries refused while a reorg was rewound": accepted.waited,
        "seconds of publishing amid trouble": round(published, 1),
        "seconds until all was final": round(final, 1),
        "accepted to final, records a second": round(len(accepted.contents) / final, 1),
    }


def _trouble_figures(
    here: Stage, workers: Workers, troubles: list[NodeTrouble | ChainTrouble]
) -> dict[str, object]:
    found: dict[str, object] = dict(sorted(workers.kills.items()))
    found["lives of workers"] = len(workers.ended)
    met: Counter[str] = Counter()
    for proxy in here.proxies:
        met.update({f"requests {fault}": count for fault, count in proxy.met.items()})
    episodes: Counter[str] = Counter()
    for trouble in troubles:
        if isinstance(trouble, NodeTrouble):
            episodes.update(
                {f"times that a node {_verb(f)}": n for f, n in trouble.episodes.items()}
            )
        else:
            found |= dict(sorted(trouble.counted.items()))
    met.pop("requests refused", None)
    found |= dict(sorted(episodes.items())) | dict(sorted(met.items()))
    return found | _memory(workers)


def _verb(fault: str) -> str:
    return f"was in trouble ({fault})"


def _memory(workers: Workers) -> dict[str, object]:
    """Return the sizes of the workers' main processes, which sweep, over their lives."""
    lives = [life for life in workers.ended if len(life.sizes) > 1]
    if not lives:
        return {}
    first = statistics.median(life.sizes[0] for life in lives)
    last = statistics.median(life.sizes[-1] for life in lives)
    growth = max(life.sizes[-1] - life.sizes[0] for life in lives)
    found: dict[str, object] = {
        "worker RSS at the start of a life, median MiB": round(first / MEBIBYTE, 1),
        "worker RSS at its end, median MiB": round(last / MEBIBYTE, 1),
        "worker RSS, largest MiB": round(max(max(one.sizes) for one in lives) / MEBIBYTE, 1),
        "growth within one life, largest MiB": round(growth / MEBIBYTE, 1),
        "its pool process, largest MiB": round(max(one.others for one in lives) / MEBIBYTE, 1),
    }
    for life in lives:
        if life.child.name == "worker-spared":
            tenth = max(1, len(life.sizes) // 10)
            shown = [round(size / MEBIBYTE, 1) for size in life.sizes[::tenth]]
            found["RSS of the one that was never killed, MiB"] = shown
    return found


def _check_logs(truth: Truth, folder: Path, workers: Workers) -> None:
    """No worker may meet an error that nobody foresaw or halt, and SIGTERM must end one in good order."""
    for log in sorted(folder.glob("worker*/logs/worker.log")):
        text = log.read_text(errors="replace")
        for words in UNEXPECTED:
            at = max(0, text.find(words) - TOLD // 2)
            told = f"{text.count(words)} times {words} in {log}: {text[at : at + TOLD]}"
            truth.check(words not in text, told)
    codes = Counter(one.code for one in workers.ended if one.ended_by is signal.SIGTERM)
    # One whose node hangs may be killed after the grace that the supervisor gives.
    told = f"exit codes after SIGTERM: {dict(codes)}"
    truth.check(set(codes) <= {0, -signal.SIGKILL}, told)


__all__ = ["EndureError", "endure"]
