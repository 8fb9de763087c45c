"""Every stack of an environment, recorded in the order of the layers, each with the outputs of those before."""

import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from environments.load import find, load
from stacks.layers import LAYERS, stack_name
from tests.support.recording import Declared, Recording, record


@dataclass(frozen=True)
class Recorded:
    """All stacks of one environment, by layer and stack: `foundation/prod.us-east-1`."""

    stacks: Mapping[str, Recording]

    @property
    def objects(self) -> list[Declared]:
        return [each for recording in self.stacks.values() for each in recording.objects]

    @property
    def aws(self) -> list[Declared]:
        """Those in AWS."""
        return [each for recording in self.stacks.values() for each in recording.aws]

    @property
    def urns(self) -> list[str]:
        """Of everything the stacks declare and keep; stacks that are read are none of them."""
        return [
            each.urn
            for recording in self.stacks.values()
            for each in recording.resources
            if each.type != "pulumi:pulumi:StackReference"
        ]

    def layer(self, name: str) -> list[Recording]:
        return [recording for key, recording in self.stacks.items() if key.startswith(f"{name}/")]


@functools.cache
def shipped(name: str) -> Recorded:
    """An environment that comes with the project."""
    return recorded(find(name))


def recorded(file) -> Recorded:
    """The environment of a file."""
    env = load(file).environment
    stacks: dict[str, Recording] = {}
    for layer in LAYERS:
        for region in itertools.chain.from_iterable(layer.regions(env)):
            stacks[f"{layer.name}/{stack_name(env, region)}"] = record(
                layer.program(),
                stack=stack_name(env, region),
                project=layer.name,
                config={"provisioner:file": str(file)},
                upstream={name: each.outputs for name, each in stacks.items()},
            )
    return Recorded(stacks)
