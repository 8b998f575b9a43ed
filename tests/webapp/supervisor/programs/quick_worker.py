"""The web application's worker with little patience, so that a test of it need not wait."""

from webapp.web_worker import PatientWorker


class QuickWorker(PatientWorker):
    """Gives up slow requests after half a second."""

    read_seconds = 0.5
