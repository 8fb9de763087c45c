"""The API server goes away in the middle of an apply, and comes back."""

import threading

from tests.support.runs import changes


def test_an_apply_goes_on_when_the_api_server_is_back(desk, api_server, namespace, until):
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    program = desk.program(*(desk.config_map(f"number-{number}") for number in range(300)))
    ended = []
    applying = threading.Thread(target=lambda: ended.append(desk.done(program)))
    applying.start()
    until(lambda: len(api_server.get(path)["items"]) > 20)
    api_server.stop()
    assert not ended, "the apply was over before the API server was away"
    api_server.start()
    applying.join(120)
    assert ended
    assert len(api_server.get(path)["items"]) == 300
    assert changes(desk.plan(program)) == []
    assert desk.breaches() == ()


def test_a_plan_without_an_api_server_is_made_by_what_the_state_says(desk, api_server):
    desk.done(desk.program(desk.config_map("settings", colour="red")))
    api_server.stop()
    try:
        planned = changes(desk.plan(desk.program(desk.config_map("settings", colour="blue"))))
    finally:
        api_server.start()
    assert planned == ["~ settings (data)"]
