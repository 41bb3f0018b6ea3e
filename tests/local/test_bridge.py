"""The forwarder of `make sam-local`, on addresses of the loopback interface that stand for Docker's network."""

import http.client
from ipaddress import ip_network

import pytest

from local.bridge import Bridge, forwarding

HOST = "host.docker.internal"
BRIDGE = Bridge("127.0.7.1", ip_network("127.0.7.0/24"))
CONTAINER, STRANGER = "127.0.7.9", "127.0.8.9"


def health(port, address, source):
    """The status that a program at `source` sees at `address`."""
    connection = http.client.HTTPConnection(address, port, timeout=30, source_address=(source, 0))
    try:
        connection.request("GET", "/_ministack/health", headers={"Host": f"{HOST}:{port}"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_only_the_bridges_containers_are_forwarded_and_only_for_as_long_as_the_block_lasts(stack_port):
    with forwarding(stack_port, BRIDGE):
        assert health(stack_port, BRIDGE.address, CONTAINER) == 200
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            health(stack_port, BRIDGE.address, STRANGER)
    with pytest.raises(ConnectionRefusedError):
        health(stack_port, BRIDGE.address, CONTAINER)


def test_the_containers_name_for_this_machine_is_refused_without_the_forwarder(stack_port):
    assert health(stack_port, "127.0.0.1", CONTAINER) == 403
