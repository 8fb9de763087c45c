"""Assets and archives are recorded as such."""

import pulumi

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def made():
    Box("a", value=pulumi.StringAsset("some text"))
    Box("b", value=pulumi.AssetArchive({"file.txt": pulumi.StringAsset("some text")}))


# Pulumi's engine tells a provider only the digest of an earlier asset, and the SDK's host cannot read that.
HANDED_OVER = False
PHASES = [preview(made), up(made)]
