"""Where the key is that seals secrets, in the words of Pulumi's secrets providers.

`awskms://alias/name?region=R` is a key of AWS KMS, `hashivault://name?engine=mount` one of Vault's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

KMS: Final = "awskms://"
VAULT: Final = "hashivault://"
SCHEMES: Final = (KMS, VAULT)
BY_PHRASE: Final = "passphrase"

EXAMPLES: Final = (
    "`awskms://alias/name`, `awskms://<key id>`, `awskms:///<ARN>` or `hashivault://name?engine=mount`"
)
"""How an address is written, for messages."""

_CONTEXT: Final = "context_"
_DEFAULT_ENGINE: Final = "transit"

_KEY: Final = re.compile(
    r"awskms://(/arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/[\w/-]+|alias/[\w/-]+|[0-9a-fmrk-]{36,40})"
    r"(\?[\w=&.:/-]+)?"
    r"|hashivault://[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?(\?engine=[A-Za-z0-9_][\w.%/-]*)?"
)
"""An alias, a key's id, or an ARN after a third slash; or the name of a transit key.

Sources: AWS KMS API reference, `Encrypt`, `KeyId`; Go CDK, package `secrets/hashivault`, which knows `engine`
and nothing else; Vault's `framework.GenericNameRegex`.
"""


@dataclass(frozen=True, slots=True)
class KmsAddress:
    """A key of AWS KMS."""

    key: str
    """Id, alias or ARN."""

    region: str | None
    endpoint: str | None
    profile: str | None
    context: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TransitAddress:
    """A key of a transit engine; which Vault is said by the environment or by variables."""

    name: str
    mount: str


def is_key(text: str) -> bool:
    """Whether the text is the address of a key."""
    return _KEY.fullmatch(text) is not None


def kms_address(url: str) -> KmsAddress:
    """What the address of a key of KMS says; what is in it for others only is passed over."""
    parts = urlsplit(url)
    said = dict(parse_qsl(parts.query))
    return KmsAddress(
        key=_name(parts),
        region=said.get("region"),
        endpoint=said.get("endpoint"),
        profile=said.get("profile"),
        context={name.removeprefix(_CONTEXT): said[name] for name in said if name.startswith(_CONTEXT)},
    )


def transit_address(url: str) -> TransitAddress:
    """What the address of a transit key says."""
    parts = urlsplit(url)
    mount = dict(parse_qsl(parts.query)).get("engine", _DEFAULT_ENGINE).strip("/")
    return TransitAddress(_name(parts), mount)


def _name(parts: SplitResult) -> str:
    return "/".join(each for each in (parts.netloc, parts.path.strip("/")) if each)
