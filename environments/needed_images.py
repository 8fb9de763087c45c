"""Which images and charts an environment runs: in an air gap, what its mirror has to hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from environments.cluster import EksCluster
from environments.model import Environment
from environments.models import KnownRuntime, Model
from environments.needed_software import needed_software
from environments.node_software import BARE_ONLY, DRIVER, SLICES_ONLY
from environments.runtimes import STORAGE_IMAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededImage:
    """An image, or a chart, which registries hold like one."""

    name: str
    """As it is published, with its registry and its tag; or as the environment names it, with its digest."""
    kind: Literal["image", "chart"]
    needed_by: str
    """A row of the software book, or a model."""

    @property
    def has_digest(self) -> bool:
        """Whether the environment itself says which bytes are meant."""
        return "@" in self.name


def needed_images(env: Environment) -> tuple[NeededImage, ...]:
    """Each once: charts and their images in the order of the book, then what the models name."""
    found: dict[str, NeededImage] = {}
    for each in (*_of_software(env), *_of_models(env)):
        found.setdefault(each.name, each)
    return tuple(found.values())


def is_without_a_digest(env: Environment) -> bool:
    """Whether the driver comes in a container: which one, the nodes' own system decides."""
    return not isinstance(env.cluster, EksCluster) and any(
        DRIVER in row.hidden for row in needed_software(env)
    )


def _of_software(env: Environment) -> Iterator[NeededImage]:
    left_out = _never_started(env)
    for row in needed_software(env):
        yield NeededImage(name=row.artifact, kind="chart", needed_by=row.name)
        for image in row.all_images:
            if image not in left_out:
                yield NeededImage(name=image, kind="image", needed_by=row.name)


def _never_started(env: Environment) -> frozenset[str]:
    on_eks = BARE_ONLY if isinstance(env.cluster, EksCluster) else ()
    slices = any(pool.sharing.kind == "mig" for pool in env.gpu_pools)
    return frozenset((DRIVER, *on_eks, *(() if slices else SLICES_ONLY)))


def _of_models(env: Environment) -> Iterator[NeededImage]:
    for model in env.models if env.delivery else ():
        for image in _of_model(model):
            yield NeededImage(name=image, kind="image", needed_by=f"model {model.name}")


def _of_model(model: Model) -> Iterator[str]:
    runtime = model.runtime
    yield runtime.image or runtime.known.image if isinstance(runtime, KnownRuntime) else runtime.image
    yield from (source.image or STORAGE_IMAGE for _, source in model.versions)
