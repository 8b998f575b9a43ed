"""The processes of a whole instance, each as the child that runs it."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from webapp.supervisor.plan import Child
from webapp.supervisor.preflight import PortClaim
from webapp.supervisor.probes import bracketed, chain_answers, http_answers, log_says, reachable

_WEB_GRACEFUL_SECONDS = 5
STREAMS = 1_000  # that the process of live streams holds


def log_file(data_dir: Path, name: str) -> Path:
    """Return the log file of the child of this name."""
    return data_dir.absolute() / "logs" / f"{name}.log"


def chain_child(data_dir: Path, at: PortClaim, file: Path, origins: Sequence[str] = ()) -> Child:
    """Return the embedded chain, whose blocks are kept in `file`."""
    argv = [sys.executable, "-m", "chain.devnode", "--data", str(file.absolute())]
    argv += ["--host", at.host, "--port", str(at.port)]
    for origin in origins:
        argv += ["--origin", origin]
    ready = chain_answers(at.host, at.port)
    return Child("chain", tuple(argv), log_file(data_dir, "chain"), ready=ready)


def web_child(
    data_dir: Path,
    at: PortClaim,
    env: Mapping[str, str],
    app: str = "webapp:create_app()",
    probe_path: str = "/",
) -> Child:
    """Return the web application: two processes of sixteen threads under gunicorn.

    It is ready when `probe_path` gives any answer below 500: gunicorn listens before its
    workers have loaded the application.
    """
    argv = [sys.executable, "-m", "gunicorn", "--bind", f"{bracketed(at.host)}:{at.port}"]
    argv += ["--worker-class", "webapp.web_worker.PatientWorker"]
    argv += ["--workers", "2", "--threads", "16"]
    argv += ["--timeout", "60", "--graceful-timeout", str(_WEB_GRACEFUL_SECONDS)]
    # The application is imported once, and its memory shared.
    argv += ["--preload", "--no-control-socket", *_heartbeat_folder(), app]
    ready = http_answers(f"http://{bracketed(reachable(at.host))}:{at.port}{probe_path}")
    return Child("web", tuple(argv), log_file(data_dir, "web"), env=env, ready=ready)


def stream_child(
    data_dir: Path,
    at: PortClaim,
    env: Mapping[str, str],
    app: str = "webapp:create_app()",
    probe_path: str = "/",
) -> Child:
    """Return the process of live streams: one of gevent's, in which an open stream costs no thread."""
    argv = [sys.executable, "-m", "gunicorn", "--bind", f"{bracketed(at.host)}:{at.port}"]
    argv += ["--worker-class", "gevent", "--workers", "1"]
    argv += ["--worker-connections", str(STREAMS + 200)]
    argv += ["--timeout", "60", "--graceful-timeout", "1"]  # clients reconnect by themselves
    argv += ["--no-control-socket", *_heartbeat_folder(), app]
    ready = http_answers(f"http://{bracketed(reachable(at.host))}:{at.port}{probe_path}")
    log = log_file(data_dir, "streams")
    return Child(
        "streams", tuple(argv), log, env={"TROTH_STREAMS": str(STREAMS), **env}, ready=ready
    )


def worker_child(
    data_dir: Path, env: Mapping[str, str], app: str = "workers.celery_app", level: str = "INFO"
) -> Child:
    """Return the Celery worker.

    It need not be ready for the start to go on: its own sweep works while the broker is away.
    """
    argv = [sys.executable, "-m", "celery", "-A", app, "worker", "--loglevel", level]
    argv += ["--pool", "prefork", "--concurrency", "1", "--hostname", "troth@%h"]
    argv += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    log = log_file(data_dir, "worker")
    ready = log_says(log, " ready.")
    return Child(
        "worker",
        tuple(argv),
        log,
        env=env,
        ready=ready,
        ready_timeout=20.0,
        ready_required=False,
        hindered=log_says(log, "Cannot connect to"),
    )


def mail_child(data_dir: Path, port: int) -> Child:
    """Return the embedded mail server, which shows what it gets in its log.

    It need not be ready for the start to go on: a code that is not taken is sent again.
    """
    argv = (sys.executable, "-m", "webapp.supervisor.mail", str(port))
    log = log_file(data_dir, "mail")
    ready = log_says(log, " ready.")
    return Child("mail", argv, log, ready=ready, ready_timeout=20.0, ready_required=False)


def beat_child(
    data_dir: Path, env: Mapping[str, str], app: str = "workers.beat", level: str = "INFO"
) -> Child:
    """Return the Celery schedule; it writes no PID file, the lock on the folder replaces it."""
    schedule = data_dir.absolute() / "beat-schedule"
    argv = [sys.executable, "-m", "celery", "-A", app, "beat", "--loglevel", level]
    argv += ["--schedule", str(schedule)]
    return Child("beat", tuple(argv), log_file(data_dir, "beat"), env=env)


def _heartbeat_folder() -> list[str]:
    """Keep gunicorn's heartbeat files in memory: on a busy disk a touch can block a worker."""
    memory = Path("/dev/shm")  # noqa: S108 - gunicorn makes its files there with mkstemp
    return ["--worker-tmp-dir", str(memory)] if os.access(memory, os.W_OK) else []
