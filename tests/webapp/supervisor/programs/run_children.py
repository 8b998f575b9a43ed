"""`run_children.py DATA_DIR FORKER_READY [deaf]`: supervise one forking child until stopped."""

import sys
from pathlib import Path

import alone  # type: ignore[import-not-found]  # noqa: F401 - takes the application's place

from webapp.supervisor import Child, RunPlan, SupervisorError, prepare, run


def main() -> int:
    data_dir, flag = Path(sys.argv[1]), Path(sys.argv[2])
    forker = (sys.executable, str(Path(__file__).with_name("forker.py")), str(flag))
    child = Child(
        "forker",
        (*forker, *sys.argv[3:]),
        data_dir / "logs" / "forker.log",
        ready=flag.exists,
        grace=3.0,
    )
    try:
        with prepare(data_dir, []) as lock:
            return run(RunPlan(data_dir, (child,), lambda: "all up"), lock)
    except SupervisorError as error:
        sys.stderr.write(f"{error}\n")
        return 1


sys.exit(main())
