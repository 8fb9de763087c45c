"""A cluster is asked once what it knows, however many threads want to know it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.client import Answer
from provisioner.providers.kubernetes.discovery import Discovery
from provisioner.providers.kubernetes.objects import Kind

THREADS = 8
MAP = Kind("v1", "ConfigMap")
KNOWN = Answer(200, {"resources": [{"kind": "ConfigMap", "name": "configmaps", "namespaced": True}]})


@pytest.fixture
def asked():
    return []


def together(look):
    """What as many threads are told that ask at the same time."""
    start = threading.Barrier(THREADS)

    def one(_):
        start.wait()
        return look()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def test_of_many_threads_one_asks(asked):
    def get(path):
        asked.append(path)
        return KNOWN

    kinds = Discovery(get)
    found = together(lambda: kinds.resource(MAP))
    assert [each.plural for each in found] == ["configmaps"] * THREADS
    assert asked == ["/api/v1"]


def test_who_waits_for_an_answer_is_told_why_there_is_none_and_the_next_one_asks_again(asked):
    waits, comes = threading.Event(), threading.Event()

    def get(path):
        asked.append(path)
        if len(asked) > 1:
            return KNOWN
        comes.set()
        waits.wait()
        raise Refused("nobody answers")

    kinds = Discovery(get)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kinds.resource, MAP)
        comes.wait()
        second = pool.submit(kinds.resource, MAP)
        waits.set()
        with pytest.raises(Refused, match="nobody answers"):
            first.result()
        if second.exception() is not None:  # it had come in time to wait for the first
            assert asked == ["/api/v1"]
    assert kinds.resource(MAP).plural == "configmaps"


def test_what_it_does_not_know_is_asked_again_once_it_is_forgotten(asked):
    answers = [Answer(404, {}), KNOWN]

    def get(path):
        asked.append(path)
        return answers.pop(0)

    kinds = Discovery(get)
    assert kinds.resource(MAP) is None
    assert kinds.resource(MAP) is None
    kinds.forget(MAP)
    assert kinds.resource(MAP).is_namespaced
    assert asked == ["/api/v1", "/api/v1"]
