"""A master with two forked workers; `deaf` workers ignore SIGTERM, as a hung one would."""

import os
import signal
import sys
import time
from pathlib import Path


def main() -> None:
    deaf = "deaf" in sys.argv[2:]
    for _ in range(2):
        if os.fork() == 0:
            if deaf:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
            break
    else:
        Path(sys.argv[1]).touch()
    while True:
        time.sleep(60)


main()
