"""The store names files as the reference implementation does, which knows nothing of us."""

import hashlib
import subprocess
from pathlib import Path

from aleph_cid import CidHasher

from webapp.assets.content.cids import CHUNK, parse_cid
from webapp.assets.content.tree import root_of

ROOT = Path(__file__).resolve().parents[4]
# From nothing to a tree of three levels; the edge just below it has a test beside aleph-cid.
SIZES = (
    0,
    1,
    CHUNK - 1,
    CHUNK,
    CHUNK + 1,
    2 * CHUNK,
    174 * CHUNK,
    174 * CHUNK + 1,
    350 * CHUNK + 9,
)


def test_files_of_every_size_have_the_reference_implementations_names(tmp_path: Path) -> None:
    files, ours = [], []
    for size in SIZES:
        data = hashlib.shake_128(b"any bytes").digest(size)
        files.append(tmp_path / str(size))
        files[-1].write_bytes(data)
        chunks = [data[at : at + CHUNK] for at in range(0, max(size, 1), CHUNK)]
        tree = root_of([hashlib.sha256(one).digest() for one in chunks], size)
        hasher = CidHasher.for_ipfs_v1_raw_leaves()
        hasher.update(data)
        assert parse_cid(hasher.finalize()) == tree
        ours.append(str(tree))
    command = ["node", "tests/interop/cids.mjs", *map(str, files)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ours), done.stderr
