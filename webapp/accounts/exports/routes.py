"""HTTP for exports."""

from typing import Any
from uuid import UUID

from flask import Response, send_file

from webapp.accounts.access import signed_in
from webapp.accounts.exports import service
from webapp.accounts.exports.models import Export
from webapp.accounts.exports.schemas import ExportPageSchema, ExportSchema
from webapp.accounts.idempotency import idempotent
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id
from webapp.http import ApiBlueprint
from webapp.pagination import Answer, Cursor, PageQuerySchema, page_answer

blueprint = ApiBlueprint("exports", __name__, description="All that is kept of you, as a file")
ZIP = "application/zip"


@blueprint.post("/me/exports")
@signed_in(Scope.ACCOUNT, while_suspended=True)
@idempotent
@blueprint.response(202, ExportSchema)
@blueprint.alt_response(200, schema=ExportSchema, description="One is under way")
def request_export() -> tuple[Export, int]:
    """Ask for a ZIP file of all that is kept of you; it takes the place of the one before."""
    export, new = service.request_export(current_account_id())
    return export, 202 if new else 200


@blueprint.get("/me/exports")
@signed_in(Scope.ACCOUNT)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, ExportPageSchema)
def exports(page: dict[str, Any]) -> Answer:
    """Return your exports of the last days, newest first, wherever they were asked for."""
    found = service.own_exports(current_account_id(), page)
    return page_answer(found, page, lambda one: Cursor(one.created_at, one.id))


@blueprint.get("/me/exports/<uuid:export_id>")
@signed_in(Scope.ACCOUNT)
@blueprint.response(200, ExportSchema)
def export(export_id: UUID) -> Export:
    """Return the state of one of your exports."""
    return service.own_export(current_account_id(), export_id)


@blueprint.get("/me/exports/<uuid:export_id>/download")
@signed_in(Scope.ACCOUNT)
@blueprint.response(200, content_type=ZIP)
def download(export_id: UUID) -> Response:
    """Return the ZIP file, within a day of its being ready."""
    path = service.export_file(current_account_id(), export_id)
    file = send_file(path, ZIP, as_attachment=True, download_name=f"troth-{export_id}.zip")
    # All that is kept of somebody: nothing on the way, nor a browser, keeps it longer than the server does.
    file.headers["Cache-Control"] = "no-store"
    return file
