"""An IPFS node that can be made to fail: the three calls of kubo's HTTP API that are made here, and no more.

Held against a real node by tests/webapp/assets/content/test_node.py. Names of files are the library's.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aleph_cid import CidHasher
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response


@dataclass
class FakeIpfs:
    """Pins by CID; ``fault`` is what goes wrong with every call, ``calls`` what was asked."""

    pinned: dict[str, bytes] = field(default_factory=dict)
    fault: str = ""
    calls: list[str] = field(default_factory=list)
    may_answer: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def answer(self, request: Request) -> Response:
        """Answer one call."""
        call = request.path.removeprefix("/api/v0/")
        self.calls.append(call)
        if self.fault == "slow":
            self.may_answer.wait(30)
        if self.fault == "proxy":
            return Response("<html>Bad Gateway</html>", 502, content_type="text/html")
        if self.fault == "nonsense":
            return Response("hello", content_type="text/plain")
        if self.fault == "refuses":
            return self.error("the disk is full")
        if call == "version":
            return self.json({"Version": "0.0.0-fake"})
        return self.add(request) if call == "add" else self.unpin(request)

    def add(self, request: Request) -> Response:
        """Pin a file; with the fault ``wrong`` another than was sent."""
        data = b"".join(file.read() for file in request.files.values())
        asked = [request.args[name].lower() for name in ("cid-version", "raw-leaves", "chunker")]
        assert asked == ["1", "true", "size-262144"], asked
        hasher = CidHasher.for_ipfs_v1_raw_leaves()
        hasher.update(data + b"!" if self.fault == "wrong" else data)
        cid = hasher.finalize()
        self.pinned[cid] = data
        return self.json({"Name": "x", "Hash": cid, "Size": str(len(data))})

    def unpin(self, request: Request) -> Response:
        """Unpin; kubo says so where there is nothing to unpin."""
        assert request.path == "/api/v0/pin/rm", request.path
        if self.pinned.pop(request.args["arg"], None) is None:
            return self.error("not pinned or pinned indirectly")
        return self.json({"Pins": [request.args["arg"]]})

    def json(self, answer: object) -> Response:
        """Answer as kubo does, a line of JSON."""
        return Response(json.dumps(answer) + "\n", content_type="application/json")

    def error(self, message: str) -> Response:
        """Answer as kubo does when something is wrong: always 500."""
        body = json.dumps({"Message": message, "Code": 0, "Type": "error"})
        return Response(body, 500, content_type="application/json")


@contextmanager
def fake_ipfs() -> Iterator[FakeIpfs]:
    """Run a fake node on a port of this machine."""
    fake = FakeIpfs()
    server = make_server("127.0.0.1", 0, Request.application(fake.answer), threaded=True)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        fake.may_answer.set()
        server.shutdown()
        thread.join()
        server.server_close()
