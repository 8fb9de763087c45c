"""OpenID Connect providers: their address has no scheme anywhere but in the call that makes one."""

from __future__ import annotations

from dataclasses import replace

from provisioner.plan.values import Properties
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.interface import Checked

URL = "url"


class OpenIdConnectProviders(TableDriver):
    """OpenID Connect providers."""

    def check(self, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:
        """The inputs to use, the address as IAM tells it: trust policies name it so."""
        checked = super().check(name, old, new, seed)
        url = checked.inputs.get(URL)
        if not isinstance(url, str):
            return checked
        return replace(checked, inputs={**checked.inputs, URL: url.removeprefix("https://")})
