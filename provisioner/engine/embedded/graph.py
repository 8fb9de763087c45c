"""The order of things that need each other: dependencies first, and the circle shown when there is one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


class Cycle(ValueError):
    """Things that need each other in a circle; as text it is the path, `a => b => a`."""

    def __init__(self, path: tuple[Hashable, ...]) -> None:
        super().__init__(" => ".join(map(str, path)))
        self.path = path
        """The things on the circle; the first one is also the last."""


def ordered(nodes: Sequence[K], needs: Callable[[K], Iterable[K]]) -> list[K]:
    """The nodes with each one after everything it needs, otherwise in the order given.

    A need that is not among the nodes is ignored; an order that already fits comes back unchanged. Takes time
    in proportion to nodes and edges, and no recursion. Raises `Cycle`.
    """
    position = {node: place for place, node in enumerate(nodes)}

    def needed(node: K) -> Iterator[K]:
        """Sorted, so that a set of needs does not make the result change from run to run."""
        return iter(sorted({need for need in needs(node) if need in position}, key=position.__getitem__))

    done: dict[K, None] = {}
    for node in position:
        if node not in done:
            _descend(node, needed, done)
    return list(done)


def _descend(start: K, needed: Callable[[K], Iterator[K]], done: dict[K, None]) -> None:
    """Add `start` to `done`, after everything below it that is not there yet."""
    path = {start: needed(start)}
    while path:
        node, rest = next(reversed(path.items()))
        below = next((need for need in rest if need not in done), None)
        if below is None:
            path.popitem()
            done[node] = None
        elif below in path:
            around = list(path)
            raise Cycle((*around[around.index(below) :], below))
        else:
            path[below] = needed(below)
