"""Everything that a run needs, started on free ports of this machine and stopped with it."""

import dataclasses
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from bench.endure.plan import DEPTH, FEE_CAP, GWEI, EndureError, Plan
from chain.client import ChainClient
from chain.deployments import Deployment
from tests.support import anvil, instance
from tests.support.crew import Crew, Life, crew, settings_environment
from tests.support.proxy import Proxy
from tests.support.services import postgres_server
from tests.support.stack import free_ports
from webapp.commands.setup import deploy
from webapp.extensions import db
from webapp.signers import anchorer_signer, deployer_signer
from webapp.supervisor import Child, PortClaim, embedded_redis, web_child, worker_child

RICH = 10**24  # wei
_EAGER = {
    "seal_interval": 1.0,
    "sweep_interval": 0.5,
    "claim_seconds": 5.0,
    "confirmations": DEPTH,
    "node_timeout": 2.0,
    "node_retry": 1.0,
    "stuck_seconds": 4.0,
    "fee_cap_gwei": FEE_CAP // GWEI,
    "access_token_seconds": 86_400,
}


@dataclass
class Stage:
    """An instance without its workers: database, chain behind two proxies, broker and web application."""

    folder: Path
    app: Flask
    rpc: str
    proxies: tuple[Proxy, ...]
    crew: Crew
    environment: dict[str, str]
    base: str
    deployment: Deployment
    served: Life | None = None

    def worker(self, name: str) -> Child:
        """Return a worker as the supervisor runs it, with a data folder and a log of its own."""
        return self._child(worker_child(self.folder / name, self.environment), name)

    def web(self, port: int) -> Child:
        """Return the web application as the supervisor runs it."""
        at = PortClaim("127.0.0.1", port, "TROTH_PORT")
        return self._child(web_child(self.folder / "web", at, self.environment), "web")

    def _child(self, child: Child, name: str) -> Child:
        env = {**child.env, "TROTH_DATA_DIR": str(self.folder / name)}
        return dataclasses.replace(child, name=name, env=env)

    @property
    def command_environment(self) -> dict[str, str]:
        """The environment in which `troth` commands are to run."""
        own = {"TROTH_DATA_DIR": str(self.folder / "commands"), "PATH": os.environ.get("PATH", "")}
        return {**self.environment, **own}

    @property
    def chain(self) -> ChainClient:
        """A client of the node itself."""
        return ChainClient(self.rpc, timeout=30)


@contextmanager
def stage(folder: Path, plan: Plan, *, serve: bool = True, **settings: object) -> Iterator[Stage]:
    """Start it and give it; settings by field name. If it is to `serve`, the web application is on its way.

    Raises EndureError without PostgreSQL, CrewError, and what starting raises.
    """
    server = postgres_server()
    if server is None:
        raise EndureError(
            "PostgreSQL does not answer; set TROTH_TEST_DATABASE_URL to one that does"
        )
    block_time = f"{plan.block_seconds:g}"
    with (
        instance.postgres_database(server, folder) as database,
        anvil.running(folder, "--block-time", block_time) as rpc,
        crew(folder) as found,
    ):
        proxies = (Proxy(rpc), Proxy(rpc))
        try:
            made, port = _set_up(folder, database, rpc, proxies, found, settings)
            with _disposed(made.app):
                if serve:
                    made.served = found.start(made.web(port))
                yield made
        finally:
            for proxy in proxies:
                proxy.close()


@contextmanager
def _disposed(app: Flask) -> Iterator[None]:
    """Close the application's connections at the end."""
    try:
        yield
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _set_up(
    folder: Path,
    database: str,
    rpc: str,
    proxies: tuple[Proxy, ...],
    found: Crew,
    settings: dict[str, object],
) -> tuple[Stage, int]:
    """Return the stage, and the port at which its web application belongs."""
    redis = embedded_redis(folder / "redis")
    found.run(redis.child)
    (port,) = free_ports(1)
    base = f"http://127.0.0.1:{port}"
    given: dict[str, object] = {
        **instance.LIMITS,
        **_EAGER,
        **settings,
        "database_url": database,
        "chain_url": ",".join(proxy.url for proxy in proxies),
        "broker_url": redis.broker_url,
        "redis_url": redis.redis_url,
        "public_url": base,
        "jwt_secret": secrets.token_hex(32),
        "message_keys": secrets.token_hex(32),
        "anchorer_key": "0x" + secrets.token_hex(32),
        "deployer_key": "0x" + secrets.token_hex(32),
    }
    app = instance.make_app(folder, **{**given, "log_level": "WARNING"})
    client = ChainClient(rpc, timeout=30)
    with app.app_context():
        for signer in (anchorer_signer(app.config["TROTH"]), deployer_signer(app.config["TROTH"])):
            client.request("anvil_setBalance", [signer.address, hex(RICH)])
        client.request("anvil_mine", [hex(DEPTH + 1)])
        deployment = deploy(app.config["TROTH"], client)
        db.session.remove()
    environment = settings_environment(given)
    return Stage(folder, app, rpc, proxies, found, environment, base, deployment), port
