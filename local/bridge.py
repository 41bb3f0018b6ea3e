"""The way from Docker's containers to the local stack, which listens on the loopback interface only."""

import asyncio
import json
import platform
import subprocess
import threading
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from local.console import Failure
from local.guard import FORWARDER


@dataclass(frozen=True)
class Bridge:
    """Docker's default network: this machine's address in it, and the addresses of its containers."""

    address: str
    containers: IPv4Network | IPv6Network

    @classmethod
    def of_docker(cls) -> "Bridge":
        words = ["docker", "network", "inspect", "bridge"]
        (network,) = json.loads(subprocess.run(words, capture_output=True, text=True).stdout)
        config = network["IPAM"]["Config"][0]
        containers = ip_network(config["Subnet"])
        return cls(config.get("Gateway") or str(next(containers.hosts())), containers)


def reachable_from_containers(port: int):
    """Lets containers reach the stack for as long as the block lasts."""
    if platform.system() != "Linux":
        return nullcontext()  # Docker Desktop's containers reach the loopback interface.
    return forwarding(port, Bridge.of_docker())


@contextmanager
def forwarding(port: int, bridge: Bridge):
    """Forwards the connections of the bridge's containers, and of nobody else, to the stack."""
    loop = asyncio.new_event_loop()
    started = threading.Event()
    problems = []

    async def listen():
        try:
            server = await asyncio.start_server(lambda *ends: _forward(port, bridge, *ends), bridge.address, port)
        except OSError as error:
            problems.append(error)
            return
        finally:
            started.set()
        async with server:
            await server.serve_forever()

    thread = threading.Thread(target=lambda: _until_cancelled(loop, listen()), daemon=True)
    thread.start()
    started.wait()
    if problems:
        raise Failure(f"can't listen on {bridge.address}:{port} for the containers: {problems[0]}")
    try:
        yield
    finally:
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
        thread.join()


def _until_cancelled(loop, coroutine) -> None:
    try:
        loop.run_until_complete(coroutine)
    except asyncio.CancelledError:
        pass
    finally:
        loop.close()


async def _forward(port: int, bridge: Bridge, reader, writer) -> None:
    """Forwards one connection to the stack, in both directions."""
    # Other networks of this machine and its neighbours can route packets to the bridge's address.
    if ip_address(writer.get_extra_info("peername")[0]) not in bridge.containers:
        writer.close()
        return
    try:
        there = await asyncio.open_connection("127.0.0.1", port, local_addr=(FORWARDER, 0))
    except OSError:
        writer.close()
        return
    await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer), return_exceptions=True)


async def _copy(reader, writer) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
