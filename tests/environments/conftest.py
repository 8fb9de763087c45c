"""Reading an environment opens no socket: in these tests there is none to open. And they are read on one day."""

import socket
from datetime import date

import pytest


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch):
    def refuse(*_arguments, **_options):
        raise AssertionError("reading an environment opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(autouse=True)
def one_day(monkeypatch):
    """What AWS supports changes with the day; these tests do not."""
    monkeypatch.setattr("environments.cluster.this_day", lambda: date(2026, 11, 21))
