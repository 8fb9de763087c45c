"""Charts of the software book, as components are told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi

from components.chart import By, Chart, ChartArgs, ChartSource
from components.chart_values import joined
from components.software_namespace import SoftwareNamespace
from environments.software import Software
from environments.software_book import BOOK
from stacks.cluster_stack import ClusterStack


class Charts:
    """The charts of one stack, each after those it needs; and the namespaces they are in, each once."""

    def __init__(self, stack: ClusterStack, namespaces: Mapping[str, SoftwareNamespace]) -> None:
        self._stack = stack
        self._namespaces = namespaces
        self._declared: dict[str, Chart] = {}

    @property
    def by(self) -> By:
        """What installs them."""
        return self._stack.delivers_charts_by

    def source(self, name: str) -> ChartSource:
        """Where the chart is fetched: from its own registry, or from the mirror."""
        row, mirror = BOOK[name], self._stack.mirror
        return ChartSource(
            repository=row.repository_in(mirror),
            digest=mirror.digest(row.artifact) if mirror else None,
            chart=row.chart,
            version=row.version,
            release=row.name,
            namespace=row.namespace,
            wave=_wave(row),
            needs=[(BOOK[each].namespace, each) for each in row.needs],
        )

    def images(self, name: str) -> Mapping[str, Any]:
        """The values by which its images come from the mirror, if there is one."""
        return BOOK[name].values_for(self._stack.mirror)

    def chart(self, name: str, values: Mapping[str, Any], origin: str) -> Chart:
        """The chart, with these values and those of the mirror."""
        args = ChartArgs(
            origin=origin,
            source=self.source(name),
            by=self.by,
            values=joined(values, self.images(name)),
        )
        self._declared[name] = Chart(self._stack.named(name), args, self.after(name))
        return self._declared[name]

    def declared(self, name: str) -> Chart:
        """The chart, which was declared before."""
        return self._declared[name]

    def spaces_of(self, names: Iterable[str | None]) -> list[pulumi.Resource]:
        """The namespaces of those charts, as far as they are made here."""
        spaces = [self._namespaces.get(BOOK[name].namespace) for name in names if name]
        return [space for space in spaces if space]

    def after(self, name: str) -> pulumi.ResourceOptions:
        """The stack's options, for what comes after all that the chart needs."""
        row = BOOK[name]
        needs: list[pulumi.Resource] = [self._declared[each] for each in row.needs]
        if row.namespace in self._namespaces:
            needs.append(self._namespaces[row.namespace])
        return pulumi.ResourceOptions.merge(self._stack.opts, pulumi.ResourceOptions(depends_on=needs))


def _wave(row: Software) -> int:
    """Namespaces and the like are in wave 0."""
    return 1 + max((_wave(BOOK[each]) for each in row.needs), default=0)
