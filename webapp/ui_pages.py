"""The web UI: its built files under /ui, and its one page at every address that it knows.

A browser that goes to an address that nobody knows is given the page too, with 404: the page says so and shows ways on.

`make run` builds webapp/ui into build/ui with Vite. A built file's name holds a hash of what is in it, so it is
kept for ever; the page itself is asked for anew each time. Nothing is compressed here: FILE.br and FILE.gz lie
beside each file. Which addresses are the UI's is told by webapp/ui/src/app/paths.json, as to the UI itself.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, request, send_file
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from webapp.chain_access import settings
from webapp.errors import ProblemError, http_problem

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "build" / "ui"
PATHS = ROOT / "webapp" / "ui" / "src" / "app" / "paths.json"
YEAR = 31_536_000
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
CODINGS = (("br", ".br"), ("gzip", ".gz"))
# A receipt is checked against the node that its reader types in, which may be one on their own machine: hence
# http: and https: for connections (docs/decisions/web-ui.md). Scripts and styles come from here
# alone, none stands in the page, and nothing is evaluated. Wallets announce their icons as data: URLs.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' http: https:; "
    "worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A worker keeps to the policy of its own file: it may fetch what it keeps, from here alone.
WORKER_POLICY = "default-src 'none'; connect-src 'self'"

blueprint = Blueprint("ui", __name__)


@dataclass(eq=False)
class UiMissingError(ProblemError):
    """The page of the web UI, while it is not built."""

    status = 404
    code = "ui_missing"
    title = "The web UI is not built"

    @property
    def detail(self) -> str:
        """Say what builds it."""
        return "Run 'make run' (or 'make ui') where Troth runs; the API is at /api/v1/docs."


@dataclass(eq=False)
class NoSuchPageError(ProblemError):
    """An address that neither the API nor the web UI knows."""

    status = 404
    code = "not_found"
    title = "There is nothing at this address"
    path: str

    @property
    def detail(self) -> str:
        """Repeat the address."""
        return f"{self.path[:200]} is no page and no route."


@blueprint.get("/ui/config.json")
def config() -> Response:
    """Say what the UI must know of this instance and the API's readers need not."""
    here = settings()
    chain = {"embedded": here.embedded_chain, "rpc": here.rpc_url if here.embedded_chain else None}
    response = jsonify({"public_url": here.base_url, "chain": chain})
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/ui/<path:name>")
def asset(name: str) -> Response:
    """Return a built file; raises NoSuchPageError."""
    found = safe_join(str(BUILT), name)
    file = Path(found) if found else BUILT
    if file.suffix not in TYPES or file.name == "index.html" or not file.is_file():
        raise NoSuchPageError(request.path)
    hashed = name.startswith("assets/")
    response = _sent(file, f"public, max-age={YEAR}, immutable" if hashed else "no-cache")
    if name == "sw.js":
        # It lies beside the files that it keeps, and serves this one page where the server does not.
        response.headers["Service-Worker-Allowed"] = "/verify"
        response.headers["Content-Security-Policy"] = WORKER_POLICY
    return response


def page(rest: str = "") -> Response:
    """Return the page, whatever of the UI's addresses was asked for; raises UiMissingError."""
    del rest
    return _page()


def _rules() -> list[str]:
    """Return the rules of the UI's addresses; a catch-all would answer the API's unknown ones too."""
    rules = ["/", "/@<path:rest>"]
    for first in json.loads(PATHS.read_text()):
        rules += [f"/{first}", f"/{first}/", f"/{first}/<path:rest>"]
    return rules


for one in _rules():
    blueprint.add_url_rule(one, "page", page)


@blueprint.app_errorhandler(NotFound)
def lost(error: NotFound) -> Response:
    """Return the page to a browser that was led nowhere, and problem+json to everybody else."""
    if request.url_rule is not None or _is_the_servers():
        return http_problem(error)
    going = request.method in ("GET", "HEAD") and _takes_pages() and _file().is_file()
    response = _page(404) if going else http_problem(error)
    response.vary.add("Accept")
    return response


def _is_the_servers() -> bool:
    """Tell whether an address begins as one of a route does that is not the UI's, as /api and /ipfs do."""
    rules = current_app.url_map.iter_rules()
    firsts = {rule.rule.split("/")[1] for rule in rules if rule.endpoint != "ui.page"}
    return request.path.split("/")[1] in firsts


def _takes_pages() -> bool:
    """Tell whether HTML was asked for by name: who takes anything, as API clients do, is told in JSON."""
    return any(kind == "text/html" and quality > 0 for kind, quality in request.accept_mimetypes)


def _file() -> Path:
    return BUILT / "index.html"


def _page(status: int = 200) -> Response:
    if not _file().is_file():
        raise UiMissingError
    response = _sent(_file(), "no-cache", again=status == 200)
    response.status_code = status
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    return response


def _sent(file: Path, caching: str, *, again: bool = True) -> Response:
    """Return a file; with ``again``, who has it already is told so."""
    accepted = request.accept_encodings
    for coding, suffix in CODINGS:
        packed = file.with_name(file.name + suffix)
        if accepted[coding] > 0 and packed.is_file():
            response = send_file(packed, TYPES[file.suffix], conditional=again, etag=again)
            response.headers["Content-Encoding"] = coding
            break
    else:
        response = send_file(file, TYPES[file.suffix], conditional=again, etag=again)
    response.headers["Cache-Control"] = caching
    response.vary.add("Accept-Encoding")
    return response
