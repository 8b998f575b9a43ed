"""Everything that speaks Ethereum; knows no Flask, no database and no Celery."""

import os

# eth-hash would pick pycryptodome, which takes seven times as long for each hash.
os.environ.setdefault("ETH_HASH_BACKEND", "pysha3")
