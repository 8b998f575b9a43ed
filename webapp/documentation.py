"""The API's documentation for people, beside ``openapi.json``: Swagger UI, served from here alone.

Its files are installed with the other npm packages (`make install`); the page loads nothing from elsewhere.
"""

from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, send_file

from webapp.errors import ProblemError

ASSETS = Path(__file__).resolve().parent.parent / "node_modules" / "swagger-ui-dist"
TYPES = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
# Swagger UI sets styles of its own in attributes, and draws small pictures from data.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Troth API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<noscript>This page needs JavaScript; <a href="openapi.json">openapi.json</a> says the same.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
"""

blueprint = Blueprint("documentation", __name__)


@dataclass(eq=False)
class DocumentationMissingError(ProblemError):
    """A file of the documentation page that is not installed."""

    status = 404
    code = "documentation_missing"
    title = "The documentation page is not installed"
    name: str

    @property
    def detail(self) -> str:
        """Say what is missing, and what says the same."""
        return (
            f"{self.name} is not there. Run 'make install' where Troth runs; "
            "/api/v1/openapi.json says the same."
        )


@blueprint.get("/docs")
def page() -> Response:
    """Return the page."""
    return _allowed(Response(PAGE, content_type="text/html; charset=utf-8"))


@blueprint.get("/docs/start.js")
def start() -> Response:
    """Return the script that opens the document: the page has none of its own."""
    return Response(START, content_type="text/javascript; charset=utf-8")


@blueprint.get("/docs/<name>")
def asset(name: str) -> Response:
    """Return one of the page's files; raises DocumentationMissingError."""
    kind = TYPES.get(name)
    file = ASSETS / name
    if kind is None or not file.is_file():
        raise DocumentationMissingError(name)
    return send_file(file, mimetype=kind, max_age=86_400)


def _allowed(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    return response
