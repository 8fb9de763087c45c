"""Values that a layer needs of an earlier one, from that one's outputs."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.runtime.known_types import is_unknown


class NoSuchOutput(pulumi.RunError):
    """A stack does not have an output that the program cannot do without."""

    def __init__(self, stack: str, output: str) -> None:
        super().__init__(
            f"The stack {stack} has no output `{output}`: what makes it was never applied, or was "
            "left out of the apply. Apply that stack as a whole first."
        )
        self.missing_output = (stack, output)


class Upstream:
    """The stack of another layer of the same environment, in one of its regions.

    In a plan its outputs are the planned ones, so that what is about to change there is unknown here.
    """

    def __init__(self, layer: str, region: str) -> None:
        environment = pulumi.get_stack().rpartition(".")[0]
        self._name = f"organization/{layer}/{environment}.{region}"
        self._stack = pulumi.StackReference(self._name)

    def output(self, name: str) -> pulumi.Output[Any]:
        """The stack's output of this name; unknown only if it is unknown itself.

        The SDK's own `require_output` knows no output until all are known. A stack that has a secret among
        its outputs has only secret ones. Raises `NoSuchOutput` if there is no such output.
        """

        def pick(outputs: dict[str, Any]) -> Any:
            if is_unknown(outputs):
                return outputs
            if name in outputs:
                return outputs[name]
            raise NoSuchOutput(self._name, name)

        return self._stack.outputs.apply(pick, run_with_unknowns=True)
