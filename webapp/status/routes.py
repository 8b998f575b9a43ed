"""HTTP for load balancers and Prometheus: at the root, without a session, outside the API's document."""

from typing import Any

from flask import Blueprint, Response, current_app, request
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from webapp.chain_access import settings
from webapp.errors import problem_response
from webapp.status.access import check_access
from webapp.status.health import Health, read_health
from webapp.status.metrics import metrics_text
from webapp.status.readiness import check_ready

blueprint = Blueprint("status", __name__)


@blueprint.get("/health/live")
def live() -> dict[str, bool]:
    """Say that the process answers; asks nothing of anybody."""
    return {"live": True}


@blueprint.get("/health/ready")
def ready() -> dict[str, bool]:
    """Say whether requests can be served."""
    check_ready()
    return {"ready": True}


@blueprint.get("/health")
def health() -> Response | dict[str, Any]:
    """Say how each part is; while the instance cannot serve, inside the problem that says so."""
    found = read_health()
    if found.refusal is None:
        return _report(found)
    answer = problem_response(found.refusal)
    answer.set_data(current_app.json.dumps({**(answer.get_json() or {}), **_report(found)}))
    return answer


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return the metrics in Prometheus' text format."""
    check_access(settings().metrics_token, request.remote_addr, request.headers)
    return Response(metrics_text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


@blueprint.after_request
def never_store(response: Response) -> Response:
    """Keep caches from showing an old state."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _report(found: Health) -> dict[str, Any]:
    return {
        "state": found.state,
        "live": True,
        "ready": found.refusal is None,
        "parts": {
            name: {"state": part.state, "reason": part.reason} for name, part in found.parts.items()
        },
    }
