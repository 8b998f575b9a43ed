"""python -m chain.devnode: serve the embedded chain until SIGTERM or SIGINT."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from chain.devnode import DataFileError, DevNode, serve


def main(arguments: list[str] | None = None) -> int:
    """Run the node and return its exit code: 0 when asked to stop, 1 when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m chain.devnode", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="file that keeps the chain")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--port", type=int, default=8545, help="port to listen on; 0 picks a free one"
    )
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="URL",
        help="web origin that may ask; repeatable",
    )
    options = parser.parse_args(arguments)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    # A call chain in the EVM is a recursion in Python; some systems give threads half a mebibyte.
    threading.stack_size(16 << 20)
    try:
        node = DevNode(options.data)
    except DataFileError as error:
        return _fail(str(error))
    try:
        server = serve(node, options.host, options.port, options.origin)
    except (OSError, OverflowError) as error:
        node.close()
        return _fail(
            f"The chain cannot listen on {options.host}:{options.port}: {error}. "
            "Stop what listens there, or name another --port."
        )
    sys.stdout.write(f"chain at {server.url}\n")
    sys.stdout.flush()
    stop.wait()
    server.close()
    node.close()
    return 0


def _fail(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
