"""Requests on connections that stay open: every form of an answer, and what becomes of a connection."""

import gzip
import socket
import threading
from contextlib import contextmanager

import pytest
import urllib3
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from provisioner.providers.kubernetes.exchange import Connections

HEADERS = {"Accept": "application/json", "Authorization": "Bearer a-token"}
FIRST = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"
PLAIN = b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\nX-Odd:\r\n\r\n{}"
SQUEEZED = gzip.compress(b"squeezed")


class Server:
    """Gives prepared answers, one for each request; `requests` are what it read, by connection."""

    def __init__(self, answers):
        self.answers = [answers] if isinstance(answers, bytes) else list(answers)
        self.requests = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def _serve(self):
        while True:
            connection, _ = self._listening.accept()
            if not self.answers:
                connection.close()
                return
            read = []
            self.requests.append(read)
            thread = threading.Thread(target=self._speak, args=(connection, read))
            self._threads.append(thread)
            thread.start()

    def _speak(self, connection, read):
        with connection:
            while self.answers and (request := _request(connection)):
                read.append(request)
                answer = self.answers.pop(0)
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    if piece is None:
                        return
                    connection.sendall(piece)

    def close(self):
        self.answers = []
        socket.create_connection(self._listening.getsockname()).close()
        for thread in self._threads:
            thread.join()
        self._listening.close()


def _request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := connection.recv(65536)):
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def connected(*answers, above="", timeout=10.0, proxied=False):
    """The server, and connections to it."""
    server = Server([FIRST, *answers])
    options = {"retries": False, "timeout": timeout}
    made = urllib3.ProxyManager(server.url, **options) if proxied else urllib3.PoolManager(**options)
    try:
        yield server, Connections(made, f"{'http://elsewhere.test' if proxied else server.url}{above}")
    finally:
        made.clear()
        server.close()


def ask(connections, target="/api/v1?a=b", body=None, headers=HEADERS):
    return connections.request("PATCH" if body else "GET", target, body, headers)


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        (PLAIN, (201, b"{}")),
        ([PLAIN[:10], PLAIN[10:40], PLAIN[40:]], (201, b"{}")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"")),
        (b"HTTP/1.1 200\r\ncontent-length: 1\r\n\r\na", (200, b"a")),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN, (201, b"{}")),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0a;x=y\r\n0123456789\r\n0\r\nT: x\r\n\r\n",
            (200, b"abc0123456789"),
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s"
            % (len(SQUEEZED), SQUEEZED),
            (200, b"squeezed"),
        ),
        (b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", (302, b"")),
    ],
    ids=["whole", "in pieces", "no body", "no reason", "continue", "chunks", "compressed", "redirect"],
)
def test_an_answer_is_read_and_the_connection_stays(answer, read):
    with connected(answer, PLAIN) as (server, connections):
        ask(connections)
        assert ask(connections) == read
        assert ask(connections) == (201, b"{}")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ([b"HTTP/1.1 200 OK\r\n\r\nto the ", b"end", None], (200, b"to the end")),
        (b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 1\r\n\r\na", (200, b"a")),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", (200, b"a")),
        (PLAIN + b"unasked", (201, b"{}")),
    ],
    ids=["to the end", "it says so", "of HTTP 1.0", "more than was asked"],
)
def test_after_some_answers_a_new_connection_is_made(answer, read):
    with connected(answer, PLAIN) as (server, connections):
        ask(connections)
        assert ask(connections) == read
        assert ask(connections) == (201, b"{}")
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        [None],
        [PLAIN[:10], None],
        [PLAIN[:-1], None],
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ],
    ids=["nothing", "half a head", "half a body", "not HTTP", "no status", "no chunk"],
)
def test_a_broken_answer_is_an_error_and_the_next_request_has_a_new_connection(answer):
    with connected(answer, PLAIN) as (server, connections):
        ask(connections)
        with pytest.raises(ProtocolError):
            ask(connections)
        assert ask(connections) == (201, b"{}")
        assert len(server.requests) == 2


def test_an_answer_that_does_not_come_is_an_error():
    silent = threading.Event()

    def waiting():
        yield b""
        silent.wait()

    with connected(waiting(), timeout=0.2) as (_, connections):
        ask(connections)
        with pytest.raises(ReadTimeoutError):
            ask(connections)
        silent.set()


def test_a_connection_that_the_server_has_closed_meanwhile_is_not_used():
    with connected([PLAIN, None], PLAIN) as (server, connections):
        ask(connections)
        ask(connections)
        server._threads[1].join()
        assert ask(connections) == (201, b"{}")
        assert len(server.requests) == 2


def test_the_request_says_what_urllib3_would_have_said():
    with connected(PLAIN, above="/clusters/one/") as (server, connections):
        for _ in range(2):
            ask(connections, body=b"{}", headers=HEADERS | {"User-Agent": "provisioner"})
        theirs, ours = ({*each.split(b"\r\n")} for each in server.requests[0])
        assert ours == theirs
        assert server.requests[0][1].startswith(b"PATCH /clusters/one/api/v1?a=b HTTP/1.1\r\n")


@pytest.mark.parametrize("target", ["/api/a b", "/api/\r\nX: y", "/api/ü"])
def test_an_odd_target_is_left_to_urllib3(target):
    with connected(PLAIN) as (server, connections):
        ask(connections)
        ask(connections, target)
        assert b"\r\nX:" not in server.requests[0][1]
        assert server.requests[0][1].split(b" ")[1] in (b"/api/a%20b", b"/api/%0D%0AX:%20y", b"/api/%C3%BC")


def test_a_header_that_would_be_two_is_refused():
    with connected(PLAIN) as (server, connections):
        ask(connections)
        with pytest.raises((HTTPError, ValueError)):
            ask(connections, headers={"Authorization": "Bearer a\r\nX: y"})
        assert len(server.requests[0]) == 1


def test_through_a_proxy_the_whole_address_is_said():
    with connected(PLAIN, proxied=True) as (server, connections):
        for _ in range(2):
            ask(connections)
        assert {each.split(b" ")[1] for each in server.requests[0]} == {b"http://elsewhere.test/api/v1?a=b"}
