"""Claims' own clock: looks, codes and what is owed to the chain, one worker at a time."""

import structlog

from webapp.extensions import db
from webapp.identities.owing import owe_all
from webapp.identities.tending import (
    check_handles,
    give_up_unproved,
    look_at_domains,
    send_codes,
)
from workers.claims import claimed

JOB = "claims"
# Longer than a round takes: some domains and mail servers let one wait.
LEASE_SECONDS = 600.0
# What the chain is owed comes first: nobody's slow server keeps a revocation waiting. Then what was proved meanwhile.
STEPS = (owe_all, send_codes, look_at_domains, check_handles, give_up_unproved, owe_all)
log = structlog.get_logger(__name__)


def tend_claims() -> int:
    """Do what is due for claims; return how much that was. Raises what a step raised, after the others."""
    with claimed(JOB, LEASE_SECONDS) as mine:
        if not mine:
            return 0
        return _round()


def _round() -> int:
    """Do each step, also where another one broke; raises what the first one that broke raised."""
    done, broken = 0, []
    for step in STEPS:
        try:
            done += step()
        except Exception as error:
            db.session.rollback()
            log.exception("claims.step_broke", step=step.__name__)
            broken.append(error)
    if broken:
        raise broken[0]
    return done
