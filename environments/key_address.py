"""Where a key of AWS KMS is, in the words of Pulumi's secrets providers: `awskms://alias/name?region=R`."""

from __future__ import annotations

import re
from typing import Final

SCHEME: Final = "awskms://"
BY_PHRASE: Final = "passphrase"

_KEY: Final = re.compile(
    r"awskms://(/arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/[\w/-]+|alias/[\w/-]+|[0-9a-fmrk-]{36,40})"
    r"(\?[\w=&.:/-]+)?"
)
"""An alias, a key's id, or an ARN after a third slash. Source: AWS KMS API reference, `Encrypt`, `KeyId`."""


def is_key(text: str) -> bool:
    """Whether the text is the address of a key."""
    return _KEY.fullmatch(text) is not None
