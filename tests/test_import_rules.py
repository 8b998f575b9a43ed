"""The rooms import one way: workers -> webapp -> chain -> chain.proofs, and features leftwards."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FEATURES = [
    "events",
    "outbox",
    "log",
    "accounts",
    "media",
    "posts",
    "search",
    # Records like posts, without readers; moderation stamps its audit trail.
    "stamps",
    "feed",
    "messages",
    "notifications",
    "identities",
    "assets",
    "moderation",
    "status",
]
OURS = ("workers", "webapp", "chain")
# What each room may not import, besides our own rooms to its left.
FOREIGN = {
    "chain": {"flask", "sqlalchemy", "celery", "redis", "flask_sqlalchemy"},
    "webapp": {"eth_tester", "eth"},
}
PROOFS_MAY = {"chain", "eth_keys", "eth_abi", "eth_utils", "eth_typing", "eth_hash", "sha3"}
# Files beside the features that put the parts together.
ASSEMBLY = {"webapp/factory.py", "webapp/cli.py"}


def sources(room: str) -> list[Path]:
    return sorted(path for path in (ROOT / room).rglob("*.py") if "__pycache__" not in path.parts)


def imported(path: Path) -> set[str]:
    """Return the dotted names that a file imports, each `from a import b` as a.b too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def breaches(path: Path) -> list[str]:
    """Return what a file imports against the rules."""
    name = path.relative_to(ROOT).as_posix()
    room = name.split("/")[0]
    names = imported(path)
    tops = {one.split(".")[0] for one in names}
    left = OURS[: OURS.index(room)]
    wrong = [f"{name} imports {top}" for top in tops & (set(left) | FOREIGN.get(room, set()))]
    if name.startswith("chain/proofs/"):
        wrong += [
            f"{name} imports {one}"
            for one in names
            if one.startswith("chain.") and not one.startswith("chain.proofs")
        ]
    return wrong + feature_breaches(name, names)


def feature_breaches(name: str, names: set[str]) -> list[str]:
    parts = name.split("/")
    if parts[0] != "webapp" or name in ASSEMBLY:
        return []
    own = parts[1] if parts[1] in FEATURES else None
    wrong = []
    for one in names:
        target = one.split(".")
        if target[0] != "webapp" or len(target) < 2:
            continue
        if "routes" in target[2:] and target[1] != own:
            wrong.append(f"{name} imports the routes {one}")
        if own is None and target[1] in FEATURES and parts[1] != "commands":
            wrong.append(f"{name} imports the feature {one}")
        if own and target[1] in FEATURES and FEATURES.index(target[1]) > FEATURES.index(own):
            wrong.append(f"{name} imports {one}, which is to its right")
        if own and target[1] in ("commands", "supervisor", "cli"):
            wrong.append(f"{name} imports {one}")
    return wrong


@pytest.mark.parametrize("room", OURS)
def test_nothing_imports_against_the_rules(room: str) -> None:
    files = sources(room)
    assert files
    assert [wrong for path in files for wrong in breaches(path)] == []


def test_proofs_import_eth_libraries_and_the_standard_library_only() -> None:
    for path in sources("chain/proofs"):
        tops = {one.split(".")[0] for one in imported(path)} - set(sys.stdlib_module_names)
        assert tops <= PROOFS_MAY, f"{path.name} imports {tops - PROOFS_MAY}"


def test_services_never_see_the_request_and_routes_never_query() -> None:
    for path in sources("webapp"):
        names = imported(path)
        if path.name == "service.py":
            assert not names & {"flask.request", "flask.g"}, path
        if path.name == "routes.py":
            assert not any(one.startswith("sqlalchemy") for one in names), path


def test_a_breach_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    cases = {
        "chain/a.py": "import flask",
        "chain/b.py": "from webapp import config",
        "chain/proofs/c.py": "from chain.client import ChainClient",
        "webapp/d.py": "from workers.tasks import sweep",
        "webapp/log/e.py": "from webapp.posts.models import Post",
        "webapp/posts/f.py": "from webapp.accounts.routes import blueprint",
        "webapp/errors.py": "from webapp.log.models import Log",
    }
    for name, text in cases.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        assert breaches(path), name
