"""What becomes of a connection says what may be done about it: who hangs up may be there again in a moment."""

import contextlib
import socket
import ssl
import threading
from types import SimpleNamespace

import pytest
import requests
import urllib3

from provisioner.providers.interface import Refused
from provisioner.providers.vault.transport import UNTRUSTED, Transport, Unanswered


@contextlib.contextmanager
def server(answer):
    """The address of a server that has this answer to the first that it hears on each connection, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(65_536)
                        connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(20)


def test_one_that_hangs_up_while_it_is_greeted_may_be_about_to_start():
    with server(b"") as address:
        found = Transport(address, None).send("GET", "sys/health", None, {})
    assert isinstance(found, Unanswered)
    assert found.was_sent


def test_one_that_hangs_up_while_it_is_told_something_may_be_there_again(monkeypatch):
    """On a connection that was kept urllib3 wraps what happened without raising it."""

    def request(*_, **__):
        cut = urllib3.exceptions.SSLError(ssl.SSLEOFError(8, "EOF occurred in violation of protocol"))
        raise requests.exceptions.SSLError(urllib3.exceptions.MaxRetryError(None, "/v1/sys/health", cut))

    monkeypatch.setattr(Transport, "_adapter", lambda *_: SimpleNamespace(request=request))
    found = Transport("https://vault.example:8200", None).send("PUT", "sys/health", {}, {})
    assert isinstance(found, Unanswered)
    assert found.was_sent


def test_one_that_does_not_speak_tls_is_not_trusted():
    with server(b"HTTP/1.0 400 Bad Request\r\n\r\n") as address:
        with pytest.raises(Refused, match="is not trusted") as found:
            Transport(address, None).send("GET", "sys/health", None, {})
    assert found.value.code == UNTRUSTED
