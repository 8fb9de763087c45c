"""Values that a layer needs of an earlier one, from that one's outputs."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.runtime.known_types import is_unknown


class Upstream:
    """The stack of another layer of the same environment, in one of its regions.

    In a plan its outputs are the planned ones, so that what is about to change there is unknown here.
    """

    def __init__(self, layer: str, region: str) -> None:
        environment = pulumi.get_stack().rpartition(".")[0]
        self._stack = pulumi.StackReference(f"organization/{layer}/{environment}.{region}")

    def output(self, name: str) -> pulumi.Output[Any]:
        """The stack's output of this name; unknown only if it is unknown itself.

        The SDK's own `require_output` knows no output until all are known. A stack that has a secret among
        its outputs has only secret ones.
        """

        def pick(outputs: dict[str, Any]) -> Any:
            return outputs if is_unknown(outputs) else outputs[name]

        return self._stack.outputs.apply(pick, run_with_unknowns=True)
