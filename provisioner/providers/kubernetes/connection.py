"""Connections that send a request in one piece.

urllib3 sends head and body one after the other. With 16 calls at once each write waits for the interpreter,
too: in one piece 700 applies took a seventh less time.
"""

from __future__ import annotations

from typing import Any, Final

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_NOTHING: Final = b""


class _InOnePiece:
    """Holds the head of a request back until its body is there."""

    _held: bytes | None = None
    """The head; nothing yet: it is about to come; None: there is nothing to wait for."""

    def request(self, method: str, url: str, body: Any = None, *arguments: Any, **options: Any) -> None:
        """Send a request; a body is all there is of one, as bytes."""
        self._held = _NOTHING if body else None
        super().request(method, url, body, *arguments, **options)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

    def send(self, data: Any) -> None:
        """Send what is complete."""
        if self._held is None:
            super().send(data)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        elif not self._held:
            self._held = data
        else:
            held, self._held = self._held, None
            super().send(held + data)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


def in_one_piece(manager: Any) -> Any:
    """The same pool manager of urllib3's, with such connections."""
    manager.pool_classes_by_scheme = {"http": _PLAIN, "https": _SECURE}
    return manager


def _pool(pool: type, connection: type) -> Any:
    """A kind of pool of such connections."""
    own = type(f"{connection.__name__}InOnePiece", (_InOnePiece, connection), {})
    return type(f"{pool.__name__}InOnePiece", (pool,), {"ConnectionCls": own})


_PLAIN: Final = _pool(HTTPConnectionPool, HTTPConnection)
_SECURE: Final = _pool(HTTPSConnectionPool, HTTPSConnection)
