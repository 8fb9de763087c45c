"""What every role of an auth method says of the tokens it gives."""

from __future__ import annotations

from typing import Any, Final, cast

from provisioner.providers.vault.codecs import SECONDS, SET, TEXTS
from provisioner.providers.vault.spec import Codec, Field, alike


def _without_whole_hosts(value: Any) -> list[str]:
    """Vault tells `10.0.0.1/32` as `10.0.0.1`."""
    return sorted(str(each).removesuffix("/32").removesuffix("/128") for each in cast("list[Any]", value))


CIDRS: Final = Codec(encode=list, decode=lambda value: list(value or ()), canonical=_without_whole_hosts)

TOKEN: Final = (
    Field("tokenPolicies", codec=SET, reset=[]),
    Field("tokenBoundCidrs", codec=CIDRS, reset=[]),
    *alike("tokenTtl", "tokenMaxTtl", "tokenExplicitMaxTtl", "tokenPeriod", codec=SECONDS, reset=0),
    Field("tokenNumUses", reset=0),
    Field("tokenNoDefaultPolicy", reset=False),
    Field("tokenType", computed=True),
    Field("aliasMetadata", codec=TEXTS, may_be_silent=True),
)
