"""`run_stack.py DATA_DIR PORT`: Redis, gunicorn, Celery worker and schedule, as `troth run` has them."""

import dataclasses
import sys
from pathlib import Path

import alone  # type: ignore[import-not-found]  # noqa: F401 - takes the application's place

from webapp.supervisor import (
    PortClaim,
    RunPlan,
    SupervisorError,
    beat_child,
    embedded_redis,
    prepare,
    run,
    web_child,
    worker_child,
)


def main() -> int:
    data_dir, port = Path(sys.argv[1]), int(sys.argv[2])
    claim = PortClaim("127.0.0.1", port, "TROTH_PORT")
    here = Path(__file__).parent
    try:
        with prepare(data_dir, [claim]) as lock:
            redis = embedded_redis(data_dir)
            env = {"TEST_BROKER_URL": redis.broker_url}
            children = (
                web_child(data_dir, claim, env, "web_app:create_app()"),
                worker_child(data_dir, env, "queue_app"),
                beat_child(data_dir, env, "queue_app"),
            )
            placed = (dataclasses.replace(child, cwd=here) for child in children)
            plan = RunPlan(data_dir, (redis.child, *placed), lambda: "all up")
            return run(plan, lock)
    except SupervisorError as error:
        sys.stderr.write(f"{error}\n")
        return 1


sys.exit(main())
