"""`troth run`: everything on this machine, under one supervisor."""

import socket
import sys
from pathlib import Path

import click

from chain import artifacts, config
from webapp.config import Settings, load_settings, variable
from webapp.secrets import make_secrets
from webapp.supervisor import (
    Child,
    PortClaim,
    RunPlan,
    beat_child,
    chain_child,
    embedded_redis,
    log_file,
    mail_child,
    prepare,
    run,
    since_start,
    stream_child,
    web_child,
    worker_child,
)

CONTRACTS = ("AnchorLog", "SignatureCheck")
SETUP_SECONDS = 900.0
ATTENTION = (
    "ATTENTION:"  # begins what `troth setup` says of something that an operator has to decide
)


@click.command(name="run")
def run_command() -> None:
    """Start everything on this machine; Ctrl-C stops every process."""
    sys.exit(run_everything(load_settings()))


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


def shows_mail(settings: Settings) -> bool:
    """Tell whether codes go to the embedded mail server: on embedded defaults, where no other one is named."""
    return not settings.smtp_url and settings.embedded_chain and settings.embedded_database


def _children(settings: Settings, web: PortClaim, chain: PortClaim) -> tuple[Child, ...]:
    data_dir = settings.data_dir
    children: list[Child] = []
    env = {"TROTH_DATA_DIR": str(data_dir.absolute())}
    if settings.embedded_chain:
        blocks = data_dir / "chain.sqlite"
        children.append(chain_child(data_dir, chain, blocks, pages(settings)))
    if not (settings.redis_url and settings.broker_url):
        redis = embedded_redis(data_dir)
        children.append(redis.child)
        env["TROTH_REDIS_URL"] = settings.redis_url or redis.redis_url
        env["TROTH_BROKER_URL"] = settings.broker_url or redis.broker_url
    if shows_mail(settings):
        port = settings.mail_port or free_port()
        children.append(mail_child(data_dir, port))
        env["TROTH_SMTP_URL"] = f"smtp://127.0.0.1:{port}"
    children += [
        setup_child(data_dir, env),
        web_child(data_dir, web, env),
        *([stream_child(data_dir, _streams(settings), env)] if settings.stream_port else []),
        worker_child(data_dir, env),
        beat_child(data_dir, env),
    ]
    return tuple(children)


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def pages(settings: Settings) -> list[str]:
    """Return the origins whose pages may ask the embedded chain: the web UI's, and those of the settings.

    Receipts are checked against it in the browser, and the demo wallet asks it for what every wallet asks its node.
    """
    own = {
        settings.base_url,
        *(f"http://{name}:{settings.port}" for name in ("127.0.0.1", "localhost")),
    }
    return sorted({*own, *settings.origins})


def setup_child(data_dir: Path, env: dict[str, str]) -> Child:
    """Return the step that migrates, deploys and opens the log."""
    argv = (sys.executable, "-m", "webapp.cli", "setup")
    log = log_file(data_dir, "setup")
    # On a public chain each transaction of a deployment may wait for blocks.
    return Child("setup", argv, log, env=env, once=True, ready_timeout=SETUP_SECONDS)


def banner(settings: Settings) -> str:
    """Return what to try, now that everything is up."""
    said = since_start(log_file(settings.data_dir, "setup")).splitlines()
    attention = [line for line in said if line.startswith(ATTENTION)]
    base = settings.base_url
    ported = settings.port != Settings.port or settings.chain_port != Settings.chain_port
    where = f" --url {base} --rpc {settings.rpc_url}" if ported else ""
    node = f" --rpc {settings.rpc_url}" if ported else ""
    demo = "; the demo wallet there lets you in" if settings.embedded_chain else ""
    return "\n".join(
        (
            "",
            f"Troth listens on {base}",
            f"  web UI        {base} in a browser{demo}",
            f"  API           {base}/api/v1/docs",
            f"  chain         {settings.rpc_url}",
            f"  data and logs {settings.data_dir.absolute()}",
            *(
                [f"  mail (codes)  {log_file(settings.data_dir, 'mail')}"]
                if shows_mail(settings)
                else []
            ),
            "",
            "In another terminal:",
            f"  .venv/bin/troth demo{where}   two wallets publish, answer, edit and delete",
            f"  curl {base}/api/v1/log",
            f"  .venv/bin/troth verify FILE{node}   check a proof",
            "",
            "Ctrl-C stops everything; start again to go on with the same data.",
            *(["", *attention] if attention else []),
        )
    )
