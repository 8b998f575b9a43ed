"""Runs slither over the contracts, and compares what it finds with the answers that are written down.

`python -m tools.slither` says each finding, `--check` only what is wrong: a finding without an answer in
contracts/slither-answers.yaml, or an answer that nothing asks for. Forge builds what slither reads, with
the project's compiler; nothing is downloaded.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
ANSWERS = Path("contracts") / "slither-answers.yaml"
BUILD = Path("build") / "slither"
_SECONDS = 600


class ToolFailedError(Exception):
    """A tool did not do its work; carries what it was and what it said."""

    def __init__(self, tool: str, said: str) -> None:
        self.tool, self.said = tool, said
        super().__init__(f"{tool} failed; `make dev` installs it. It said:\n{said}")


@dataclass(frozen=True, order=True)
class Finding:
    """What a detector of slither says of one place; the same in another line is the same finding."""

    check: str
    where: str


def analyse(root: Path) -> list[Finding]:
    """Build the contracts of the project in `root` and return what slither finds in them.

    Other people's sources are left out, and so are tests. Raises ToolFailedError.
    """
    out, report = root / BUILD / "out", root / BUILD / "report.json"
    build = ["forge", "build", "--offline", "--build-info", "--skip", "contracts/test/**"]
    _run(root, [*build, "--out", str(out), "--cache-path", str(root / BUILD / "cache")])
    report.unlink(missing_ok=True)  # slither writes no second one over it
    look = [
        "slither",
        ".",
        "--compile-force-framework",
        "foundry",
        "--filter-paths",
        "node_modules",
    ]
    look += ["--ignore-compile", "--foundry-out-directory", str(BUILD / "out")]
    said = _run(root, [*look, "--fail-none", "--json", str(report)])
    content = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    if content.get("success") is not True:
        raise ToolFailedError("slither", str(content.get("error") or said))
    return sorted(_finding(one) for one in content["results"].get("detectors", []))


def answered(path: Path) -> list[Finding]:
    """Read which findings are answered; raises ValueError for an entry that is not whole."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else []
    found = []
    for entry in entries:
        if set(entry) != {"check", "where", "answer"} or not str(entry["answer"]).strip():
            raise ValueError(f"{path}: {entry} must hold check, where and an answer")
        found.append(Finding(entry["check"], entry["where"]))
    return found


def problems(found: list[Finding], answers: list[Finding]) -> list[str]:
    """Say which findings have no answer, and which answers no finding; one answers one."""
    unanswered, stale = Counter(found) - Counter(answers), Counter(answers) - Counter(found)
    return [
        f"{one.check} in {one.where} is not answered in {ANSWERS}"
        for one in sorted(unanswered.elements())
    ] + [
        f"{one.check} in {one.where} is answered in {ANSWERS}, but slither does not find it"
        for one in sorted(stale.elements())
    ]


def _finding(detected: dict[str, object]) -> Finding:
    elements = detected["elements"]
    if not isinstance(elements, list) or not elements:
        return Finding(str(detected["check"]), str(detected["description"]))
    fields = elements[0].get("type_specific_fields", {})
    parent = fields.get("parent", {}).get("name")
    name = fields.get("signature") or elements[0]["name"]
    return Finding(str(detected["check"]), f"{parent}.{name}" if parent else str(name))


def _run(root: Path, command: list[str]) -> str:
    # Slither asks forge for its configuration, so both have to be on the path.
    places = [str(root / "node_modules" / ".bin"), str(Path(sys.executable).parent)]
    path = os.pathsep.join([*places, os.environ.get("PATH", "")])
    try:
        done = subprocess.run(  # noqa: S603 - the project's own tools, with arguments from here
            command,
            cwd=root,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolFailedError(command[0], str(error)) from error
    said = done.stdout + done.stderr
    if done.returncode != 0:
        raise ToolFailedError(command[0], said)
    return said


def main(arguments: list[str]) -> int:
    """Analyse and say what was found; the exit code is 1 when something is wrong, 2 on misuse."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m tools.slither [--check]\n")
        return 2
    try:
        found = analyse(ROOT)
        wrong = problems(found, answered(ROOT / ANSWERS))
    except (ToolFailedError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if not arguments:
        sys.stdout.writelines(f"{one.check}: {one.where}\n" for one in found)
    sys.stdout.write(f"slither: {len(found)} findings, {len(wrong)} problems\n")
    sys.stderr.writelines(f"{one}\n" for one in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
