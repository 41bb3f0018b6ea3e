"""GET and HEAD /health: the state of each service."""

SERVICES = {"metadata", "cdnurl", "reporting", "play"}


def test_every_service_is_well_and_reports_its_latency(api):
    reply = api.request("GET", "/health")
    assert reply.status == 200, f"an operator sees {reply.status} {reply.text}"
    assert reply.headers["content-type"] == "application/json"
    assert set(reply.json) == {"status", "services"}
    assert reply.json["status"] == "ok"
    services = reply.json["services"]
    assert {name: state["status"] for name, state in services.items()} == dict.fromkeys(SERVICES, "ok")
    for name, state in services.items():
        latency = state["latencyMs"]
        assert isinstance(latency, int | float), f"{name} reports a latency of {latency!r}"
        assert latency >= 0, f"{name} reports a latency of {latency} ms"


def test_a_monitor_that_asks_by_head_gets_the_same_answer_without_the_body(api):
    head, get = (api.request(method, "/health") for method in ("HEAD", "GET"))
    assert (head.status, head.text) == (200, "")
    for name in ("content-type", "cache-control", "x-content-type-options"):
        assert head.headers.get(name) == get.headers[name]
