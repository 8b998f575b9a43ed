"""What the tests ask of the verifier, recorded while they run.

`reports` holds a bundle, pins, what the chain and the log answered, and the report; `claims` the same of claim files
that are judged alone. `bundles` and `claim_files` hold files and whether they are refused, `json` JSON texts likewise,
`signatures` who is recovered. Names are the tests'.
What takes more than `_LONGEST` characters here is left out.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import currently_in_test_context

from chain.proofs import bundle as bundles
from chain.proofs import claim_file, claims, signatures, strict_json
from chain.proofs import verify as verifying
from chain.proofs.bundle import Bundle, dump_bundle
from chain.proofs.claim_file import ClaimFile, dump_claim_file
from chain.proofs.claims import claim_exit_code
from chain.proofs.errors import ChainUnavailableError, LogUnavailableError, MalformedError
from chain.proofs.readers import ChainReader, LogBatch, LogReader, Pins
from chain.proofs.shapes import to_hex
from chain.proofs.verdicts import ClaimReport, Report, exit_code
from tools.attacks.packing import Table, Texts
from tools.attacks.wire import answer_json, batch_json, pins_json, results_json

_LONGEST = 20_000


class _Chain:
    """Passes questions on, and keeps them with their answers."""

    def __init__(self, chain: ChainReader) -> None:
        self._chain = chain
        self.tape: list[tuple[list[Any], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*arguments: Any) -> Any:
            question = [name, *map(answer_json, arguments)]
            try:
                answer = getattr(self._chain, name)(*arguments)
            except ChainUnavailableError as error:
                self.tape.append((question, {"away": error.reason}))
                raise
            self.tape.append((question, {"is": answer_json(answer)}))
            return answer

        return ask


class _Log:
    """Passes batches on, and keeps them."""

    def __init__(self, log: LogReader) -> None:
        self._log = log
        self.given: list[dict[str, Any]] = []
        self.error: dict[str, str] | None = None

    def batches(self) -> Iterator[LogBatch]:
        try:
            for batch in self._log.batches():
                self.given.append(batch_json(batch))
                yield batch
        except LogUnavailableError as error:
            self.error = {"gone": error.reason}
            raise
        except MalformedError as error:
            self.error = {"path": error.path, "problem": error.problem}
            raise


class Recording:
    """Stands in for the verifier's functions; what tests drawn by chance ask is not kept."""

    def __init__(self) -> None:
        self.texts, self.answers, self.batches, self.results = Texts(), Table(), Table(), Table()
        self.kept: dict[str, list[dict[str, Any]]] = {
            "reports": [],
            "claims": [],
            "bundles": [],
            "claim_files": [],
            "json": [],
            "signatures": [],
        }
        self._known: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._verify, self._parse = verifying.verify, bundles.parse_bundle
        self._judge, self._parse_claim = claims.judge_claim, claim_file.parse_claim_file
        self._load, self._recover = strict_json.load_strict_json, signatures.recover

    def install(self) -> None:
        """Put this before the functions that tests import from now on."""
        verifying.verify = self.verify
        bundles.parse_bundle = self.parse
        claims.judge_claim = self.judge_claim
        claim_file.parse_claim_file = self.parse_claim
        strict_json.load_strict_json = self.load
        signatures.recover = self.recover

    def to_json(self) -> dict[str, Any]:
        """Return all that was recorded."""
        tables = {
            "bases": self.texts.bases,
            "answers": self.answers.values,
            "batches": self.batches.values,
            "results": self.results.values,
        }
        return tables | self.kept

    def verify(
        self,
        bundle: Bundle,
        pins: Pins | None,
        chain: ChainReader | None = None,
        log: LogReader | None = None,
    ) -> Report:
        """Verify, and keep what was asked and answered."""
        asked = None if chain is None else _Chain(chain)
        read = None if log is None else _Log(log)
        report = self._verify(bundle, pins, asked, read)  # type: ignore[arg-type]
        self._keep(
            "reports",
            lambda: {
                "bundle": self.texts.pack(dump_bundle(bundle)),
                "pins": pins_json(pins),
                "chain": None if asked is None else [self.answers.place(x) for x in asked.tape],
                "log": None
                if read is None
                else {
                    "batches": [self.batches.place(each) for each in read.given],
                    "error": read.error,
                },
                "results": [self.results.place(each) for each in results_json(report)],
                "signer": report.signer,
                "unsigned": report.unsigned,
                "erased": report.erased,
                "self_anchored": report.self_anchored,
                "claims": [each.to_json() for each in report.claims],
                "exit": exit_code(report, offline=False),
                "exit_offline": exit_code(report, offline=True),
            },
        )
        return report

    def judge_claim(
        self, claim: ClaimFile, pins: Pins | None, chain: ChainReader | None
    ) -> ClaimReport:
        """Judge a claim file, and keep what was asked and answered."""
        asked = None if chain is None else _Chain(chain)
        report = self._judge(claim, pins, asked)  # type: ignore[arg-type]
        self._keep(
            "claims",
            lambda: {
                "file": self.texts.pack(dump_claim_file(claim)),
                "pins": pins_json(pins),
                "chain": None if asked is None else [self.answers.place(x) for x in asked.tape],
                "report": report.to_json(),
                "exit": claim_exit_code(report, offline=False),
                "exit_offline": claim_exit_code(report, offline=True),
            },
        )
        return report

    def parse_claim(self, data: bytes) -> ClaimFile:
        """Parse a claim file, and keep whether it is refused."""
        with self._refusal("claim_files", data, {}):
            return self._parse_claim(data)

    def parse(self, data: bytes) -> Bundle:
        """Parse a file, and keep whether it is refused."""
        with self._refusal("bundles", data, {}):
            return self._parse(data)

    def load(self, data: bytes, *, max_bytes: int, max_depth: int) -> Any:
        """Read strict JSON, and keep whether it is refused."""
        with self._refusal("json", data, {"max_bytes": max_bytes, "max_depth": max_depth}):
            return self._load(data, max_bytes=max_bytes, max_depth=max_depth)

    def recover(self, digest: bytes, signature: bytes) -> str | None:
        """Recover a signer, and keep it."""
        signer = self._recover(digest, signature)
        self._keep(
            "signatures",
            lambda: {"digest": to_hex(digest), "signature": to_hex(signature), "signer": signer},
        )
        return signer

    def _refusal(self, sort: str, data: bytes, limits: dict[str, int]) -> "_Refusal":
        def keep(refused: bool) -> None:
            self._keep(sort, lambda: {"text": self.texts.pack(data), **limits, "refused": refused})

        return _Refusal(keep)

    def _keep(self, sort: str, make: Callable[[], dict[str, Any]]) -> None:
        if currently_in_test_context():
            return
        made = make()
        key = sort + json.dumps(made)
        if len(key) > _LONGEST or key in self._known:
            return
        self._known.add(key)
        test = os.environ["PYTEST_CURRENT_TEST"].rsplit("/", 1)[-1].rpartition(" (")[0]
        self._counts[test] += 1
        self.kept[sort].append({"name": f"{test} {self._counts[test]}", **made})


class _Refusal:
    def __init__(self, keep: Callable[[bool], None]) -> None:
        self._keep = keep

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._keep(kind is not None)
