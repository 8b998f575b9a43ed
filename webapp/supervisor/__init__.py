"""One supervisor for all processes of an instance: `troth run`.

The children stop with the supervisor, also when it is killed. Three things see to that: each
child leads a process group of its own, a reaper process holds the reading end of a pipe and
ends the groups at end of file, and on Linux each child also asks for a signal at the
supervisor's death.
"""

from webapp.supervisor.children import (
    beat_child,
    chain_child,
    log_file,
    mail_child,
    stream_child,
    web_child,
    worker_child,
)
from webapp.supervisor.embedded_redis import EmbeddedRedis, embedded_redis
from webapp.supervisor.errors import SupervisorError
from webapp.supervisor.lock import DataLock
from webapp.supervisor.logs import since_start
from webapp.supervisor.plan import Child, RestartPolicy, RunPlan
from webapp.supervisor.preflight import PortClaim, prepare
from webapp.supervisor.probes import http_answers
from webapp.supervisor.supervisor import Supervisor
from webapp.supervisor.terminal import Terminal


def run(plan: RunPlan, lock: DataLock) -> int:
    """Run the plan on the standard output until a signal asks to stop; return the exit code 0.

    Raises ChildFailedError (a SupervisorError) when a child does not start or stay up.
    """
    return Supervisor(plan, lock, Terminal().say).run()


__all__ = [
    "Child",
    "DataLock",
    "EmbeddedRedis",
    "PortClaim",
    "RestartPolicy",
    "RunPlan",
    "Supervisor",
    "SupervisorError",
    "Terminal",
    "beat_child",
    "chain_child",
    "embedded_redis",
    "http_answers",
    "log_file",
    "mail_child",
    "prepare",
    "run",
    "since_start",
    "stream_child",
    "web_child",
    "worker_child",
]
