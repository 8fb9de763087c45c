"""A request and its answer on a connection that stays open, without what a library of HTTP does around it.

urllib3 makes the connections, through proxies too, and has the first exchange on each. In all others most of
its work would be for what no API server does.
"""

from __future__ import annotations

import io
import re
import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple, Protocol

from urllib3.exceptions import ProtocolError, ReadTimeoutError, SSLError
from urllib3.response import HTTPResponse
from urllib3.util import parse_url

PIECE: Final = 65_536
"""Bytes that are read at a time."""

LONGEST_HEAD: Final = 1 << 20

_PORTS: Final = {"http": 80, "https": 443}
_BODILESS: Final = frozenset({204, 304})
_HARMLESS_TARGET: Final = re.compile(r"/[\w.~/?&=%+,:-]*", re.ASCII)
_HARMLESS_VALUE: Final = re.compile(r"[\x20-\x7e]*")


class Received(NamedTuple):
    """An answer."""

    status: int
    data: bytes


class Connections:
    """The connections to one server with one credential. For several threads."""

    def __init__(self, manager: Any, server: str) -> None:
        self._manager = manager
        self._server = server.rstrip("/")
        self._pool = manager.connection_from_url(server)
        address = parse_url(server)
        self._above = (address.path or "").rstrip("/")
        port = address.port if address.port != _PORTS.get(address.scheme or "") else None
        self._host = f"{address.host}:{port}" if port else str(address.host)

    def request(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Received:
        """The server's answer. Raises urllib3's `HTTPError`; then nobody knows what became of the request."""
        sent = self._written(method, target, body, headers)
        connection = self._idle() if sent else None
        if connection is None:
            found = self._manager.request(method, f"{self._server}{target}", body=body, headers=headers)
            return Received(found.status, found.data)
        stays = False
        try:
            answer, stays = _exchanged(connection.sock, sent)
        except TimeoutError as late:
            raise ReadTimeoutError(self._pool, target, "Read timed out.") from late
        except ssl.SSLError as failed:
            raise SSLError(failed) from failed
        except (OSError, ValueError) as broken:
            raise ProtocolError("Connection aborted.", broken) from broken
        finally:
            if not stays:
                connection.close()
            self._pool._put_conn(connection)  # noqa: SLF001 - what its own requests do
        return answer

    def _idle(self) -> Any:
        """A connection that is open and that nobody uses, or None."""
        connection = self._pool._get_conn()  # noqa: SLF001 - looks whether it was dropped, too
        if connection.sock is not None and not connection.proxy_is_forwarding:
            return connection
        self._pool._put_conn(connection)  # noqa: SLF001
        return None

    def _written(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        """The request in one piece; nothing if it has to be looked at more closely."""
        values = all(map(_HARMLESS_VALUE.fullmatch, headers.values()))
        if not values or not _HARMLESS_TARGET.fullmatch(target):
            return b""
        lines = [
            f"{method} {self._above}{target} HTTP/1.1",
            f"Host: {self._host}",
            "Accept-Encoding: identity",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join((*lines, "", "")).encode() + (body or b"")


class Socket(Protocol):
    """What is used of a socket, with TLS or without."""

    def sendall(self, data: bytes, /) -> Any:
        """Send all of it."""
        ...

    def recv(self, most: int, /) -> bytes:
        """What is there, once something is; nothing: the other side has closed."""
        ...


def _exchanged(sock: Socket, request: bytes) -> tuple[Received, bool]:
    """The answer to a request, and whether the connection can be used again."""
    with suppress(BrokenPipeError, ConnectionResetError):  # it may have said why before it hung up
        sock.sendall(request)
    reader = _Reader(sock)
    while True:
        version, status, headers = _head(reader.until(b"\r\n\r\n"))
        if status >= 200:  # noqa: PLR2004 - what comes before says only that there is more to come
            break
    stays = version == b"HTTP/1.1" and headers.get(b"connection", b"").lower() != b"close"
    if status in _BODILESS:
        data = b""
    elif b"chunked" in headers.get(b"transfer-encoding", b"").lower():
        data = _chunks(reader)
    elif (length := headers.get(b"content-length")) is not None:
        data = reader.exactly(int(length))
    else:
        data, stays = reader.everything(), False
    if (encoding := headers.get(b"content-encoding")) is not None:  # a proxy's doing
        data = HTTPResponse(io.BytesIO(data), {"content-encoding": encoding.decode()}).data
    return Received(status, data), stays and reader.is_empty


def _head(data: bytes) -> tuple[bytes, int, dict[bytes, bytes]]:
    """Version, status and headers, in small letters."""
    first, *lines = data.split(b"\r\n")
    version, status, *_ = first.split(b" ", 2)
    if not version.startswith(b"HTTP/1."):
        raise ValueError("the answer is not of HTTP 1")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    return version, int(status), headers


def _chunks(reader: _Reader) -> bytes:
    found: list[bytes] = []
    while size := int(reader.until(b"\r\n").partition(b";")[0], 16):
        found.append(reader.exactly(size))
        reader.until(b"\r\n")
    while reader.until(b"\r\n"):  # trailers
        pass
    return b"".join(found)


class _Reader:
    """Takes an answer from a socket, part by part."""

    def __init__(self, sock: Socket) -> None:
        self._sock = sock
        self._data = bytearray()

    @property
    def is_empty(self) -> bool:
        """Whether everything that came was taken."""
        return not self._data

    def until(self, mark: bytes) -> bytes:
        """What comes before a mark, which is taken, too."""
        while (end := self._data.find(mark)) < 0:
            if len(self._data) > LONGEST_HEAD:
                raise ValueError("the head of the answer does not end")
            self._more()
        found = self._taken(end)
        del self._data[: len(mark)]
        return found

    def exactly(self, size: int) -> bytes:
        """So many bytes."""
        while len(self._data) < size:
            self._more()
        return self._taken(size)

    def everything(self) -> bytes:
        """What comes until the other side closes."""
        while piece := self._sock.recv(PIECE):
            self._data += piece
        return self._taken(len(self._data))

    def _more(self) -> None:
        piece = self._sock.recv(PIECE)
        if not piece:
            raise ConnectionResetError("the connection was closed before the answer was complete")
        self._data += piece

    def _taken(self, size: int) -> bytes:
        found = bytes(self._data[:size])
        del self._data[:size]
        return found
