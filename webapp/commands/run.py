"""`troth run`: everything on this machine, under one supervisor."""

import sys
from pathlib import Path

from chain import artifacts, config
from webapp import create_app
from webapp.config import Settings, variable
from webapp.extensions import db
from webapp.log.errors import LogNotOpenError
from webapp.log.service import current_log
from webapp.outbox.chains import HALTED
from webapp.outbox.models import Chain
from webapp.secrets import make_secrets
from webapp.supervisor import (
    Child,
    PortClaim,
    RunPlan,
    beat_child,
    chain_child,
    embedded_redis,
    log_file,
    prepare,
    run,
    stream_child,
    web_child,
    worker_child,
)

CONTRACTS = ("AnchorLog", "SignatureCheck")
SETUP_SECONDS = 900.0


def run_everything(settings: Settings) -> int:
    """Start all children and stay until stopped; return the exit code.

    Raises SupervisorError, SecretsError and InvalidSettingError, each a sentence for people.
    """
    web = PortClaim(settings.host, settings.port, variable("port"))
    chain = PortClaim("127.0.0.1", settings.chain_port, variable("chain_port"))
    ports = [web, *([chain] if settings.embedded_chain else [])]
    ports += [_streams(settings)] if settings.stream_port else []
    compiled = artifacts.folder(config.load())
    needed = [compiled / f"{name}.json" for name in CONTRACTS]
    with prepare(settings.data_dir, ports, needed) as lock:
        make_secrets(settings)
        plan = RunPlan(settings.data_dir, _children(settings, web, chain), lambda: banner(settings))
        return run(plan, lock)


def _streams(settings: Settings) -> PortClaim:
    return PortClaim(settings.host, settings.stream_port, variable("stream_port"))


def _children(settings: Settings, web: PortClaim, chain: PortClaim) -> tuple[Child, ...]:
    data_dir = settings.data_dir
    children: list[Child] = []
    env = {"TROTH_DATA_DIR": str(data_dir.absolute())}
    if settings.embedded_chain:
        blocks = data_dir / "chain.sqlite"
        children.append(chain_child(data_dir, chain, blocks, settings.origins))
    if not (settings.redis_url and settings.broker_url):
        redis = embedded_redis(data_dir)
        children.append(redis.child)
        env["TROTH_REDIS_URL"] = settings.redis_url or redis.redis_url
        env["TROTH_BROKER_URL"] = settings.broker_url or redis.broker_url
    children += [
        setup_child(data_dir, env),
        web_child(data_dir, web, env),
        *([stream_child(data_dir, _streams(settings), env)] if settings.stream_port else []),
        worker_child(data_dir, env),
        beat_child(data_dir, env),
    ]
    return tuple(children)


def setup_child(data_dir: Path, env: dict[str, str]) -> Child:
    """Return the step that migrates, deploys and opens the log."""
    argv = (sys.executable, "-m", "webapp.cli", "setup")
    log = log_file(data_dir, "setup")
    # On a public chain each transaction of a deployment may wait for blocks.
    return Child("setup", argv, log, env=env, once=True, ready_timeout=SETUP_SECONDS)


def halted() -> str | None:
    """Return why the log stands still, in words for the operator; None while it does not."""
    with create_app().app_context():
        try:
            chain = db.session.get_one(Chain, current_log(db.session()).chain_ref)
        except LogNotOpenError:
            return None
        else:
            return chain.reason if chain.state in HALTED else None
        finally:
            db.session.remove()
            db.engine.dispose()


def banner(settings: Settings) -> str:
    """Return what to try, now that everything is up."""
    why = halted()
    attention = ["", f"ATTENTION: nothing is anchored now. {why}"] if why else []
    base = settings.base_url
    ported = settings.port != Settings.port or settings.chain_port != Settings.chain_port
    where = f" --url {base} --rpc {settings.rpc_url}" if ported else ""
    node = f" --rpc {settings.rpc_url}" if ported else ""
    return "\n".join(
        (
            "",
            f"Troth listens on {base}",
            f"  API           {base}/api/v1/openapi.json",
            f"  chain         {settings.rpc_url}",
            f"  data and logs {settings.data_dir.absolute()}",
            "",
            "In another terminal:",
            f"  .venv/bin/troth demo{where}   two wallets publish, answer, edit and delete",
            f"  curl {base}/api/v1/log",
            f"  .venv/bin/troth verify FILE{node}   check a proof",
            "",
            "Ctrl-C stops everything; start again to go on with the same data.",
            *attention,
        )
    )
