"""The marks by which Pulumi tells secrets, references and the like, in state files and on the wire.

Source: pulumi/pulumi, `sdk/go/common/resource/properties.go` and `plugin/rpc.go`.
"""

from __future__ import annotations

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the format's mark, not a password
REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
FLOAT = "8ad145fe-0d11-4827-bfd7-1abcbf086f5c"
EXACT = 2**53
"""Up to here a float holds every integer, and 30.0 may be written as 30."""

UNFINISHED = "__unfinished"
"""The output in which our drivers, served to Pulumi's engine, leave the inputs of a failed step as they are.

That engine records the inputs that were wanted, and would never see what is missing.
"""
