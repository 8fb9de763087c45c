"""Parts of an output that is a mapping or a list, each known as soon as it is known itself."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.runtime.known_types import is_unknown


def part(whole: pulumi.Output[Any], key: str | int) -> pulumi.Output[Any]:
    """What `whole` has under `key`; the SDK's `whole[key]` is unknown as long as anything in it is."""

    def pick(value: Any) -> Any:
        return value if is_unknown(value) else value[key]

    return whole.apply(pick, run_with_unknowns=True)
