"""Writes docs/settings.md and docs/errors.md from the code; ``--check`` fails when they are stale."""

import dataclasses
import sys
from pathlib import Path

from webapp import factory  # importing it registers every refusal of every feature
from webapp.config import Settings, variable
from webapp.errors import ProblemError

DOCS = Path(factory.__file__).resolve().parent.parent / "docs"
DEFAULTS = {"data_dir": "`data` in the project's folder"}


def settings_page() -> str:
    """Return the table of settings."""
    lines = [
        "# Settings",
        "",
        "Read once, from the environment. An empty value is the default. This page is generated from",
        "`webapp/config.py`.",
        "",
        "| variable | default | what it is |",
        "| --- | --- | --- |",
    ]
    for one in dataclasses.fields(Settings):
        shown = DEFAULTS.get(one.name, f"`{one.default}`" if one.default != "" else "")
        if one.metadata["secret"]:
            shown = "none: made at the first start on embedded defaults"
        lines.append(f"| `{variable(one.name)}` | {shown} | {one.metadata['about']} |")
    lines += [
        "",
        "`TROTH_TEST_DATABASE_URL`, `TROTH_TEST_REDIS_URL` and `TROTH_TEST_BROKER_URL` name servers for",
        "the tests. Where one is not given and nothing answers locally, its tests are skipped, unless",
        "`CI=true`, where they fail.",
        "",
    ]
    return "\n".join(lines)


def errors_page() -> str:
    """Return the table of refusals, by status and code."""
    rows = {(kind.code, kind.status, kind.title) for kind in refusals(ProblemError)}
    known = {code for code, _, _ in rows}
    plain = {
        ("no_session", 401): "You are not signed in",
        ("not_yours", 403): "This is not yours to do",
        ("not_found", 404): "There is nothing at this address",
        ("method_not_allowed", 405): "The address does not take this method",
        ("length_required", 411): "The body came without a Content-Length",
        ("too_large", 413): "The body is larger than is taken here",
        ("slow_down", 429): "Too many tries; see Retry-After",
        ("internal", 500): "Something went wrong on our side; quote the request id",
    }
    rows |= {(code, status, title) for (code, status), title in plain.items() if code not in known}
    lines = [
        "# Errors",
        "",
        "Every error is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`,",
        "`instance`, a stable `code`, `errors` by field, and the `request_id` that is also in the header",
        "`X-Request-Id`. This page is generated from the code.",
        "",
        "| code | status | what it means |",
        "| --- | --- | --- |",
    ]
    for code, status, title in sorted(rows, key=lambda row: (row[1], row[0])):
        lines.append(f'| <a id="{code}"></a>`{code}` | {status} | {title} |')
    return "\n".join([*lines, ""])


def refusals(kind: type[ProblemError]) -> list[type[ProblemError]]:
    """Return every refusal that has a code, also those of subclasses."""
    found = [kind] if "code" in vars(kind) else []
    for child in kind.__subclasses__():
        found += refusals(child)
    return found


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them; return the exit code."""
    stale = []
    for name, text in (("settings.md", settings_page()), ("errors.md", errors_page())):
        path = DOCS / name
        if "--check" not in arguments:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(f"docs/{name}")
    if stale:
        sys.stderr.write(f"{', '.join(stale)} is stale; run `python -m tools.reference`.\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
