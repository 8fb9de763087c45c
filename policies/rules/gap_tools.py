"""Rules of air gaps about the tools that make the environment, and what they were brought in with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from policies.boundary import leads_out
from policies.bundle import Lock, lock
from policies.check import ENVIRONMENT
from policies.model import Finding, Resource, every, rule
from policies.scene import Scene

_PROVIDER: Final = "pulumi:providers:"
_OFFLINE: Final = (
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
    "PULUMI_DISABLE_REGISTRY_RESOLVE",
    "PULUMI_SKIP_UPDATE_CHECK",
)
"""Variables without which Pulumi's engine asks its maker. Source: Pulumi docs, "Environment variables"."""


@rule(
    "AG-022",
    ENVIRONMENT,
    fix="Verify and load a bundle that is not older than the last, and take engine and plugins from it.",
    needs=("bundle_lock",),
)
def offline_toolchain_and_verified_bundle(subject: Resource, scene: Scene) -> Iterator[Finding]:
    """What makes the environment came in a bundle that was verified, and asks nobody outside.

    Where `toolchain` is given, it has the variables that the engine runs with.
    """
    found = lock(scene.facts)
    if found is None:
        yield Finding(subject, "bundle_lock", "This is no lock of a bundle.")
        return
    yield from _bundle(subject, found, scene)
    yield from every(*(_plugin(each, found, scene) for each in _providers(scene)))
    yield from _toolchain(subject, scene)


def _bundle(subject: Resource, found: Lock, scene: Scene) -> Iterator[Finding]:
    problems = (
        (not found.is_verified, "verified", "Nobody verified the bundle."),
        (found.is_expired(scene.facts.today), "expires", "The bundle's last day is over."),
        (found.is_older, "sequence", "A newer bundle was loaded before."),
    )
    for is_so, key, message in problems:
        if is_so:
            yield Finding(subject, f"bundle_lock.{key}", message)


def _providers(scene: Scene) -> Iterator[Resource]:
    yield from (each for each in scene.resources if each.type.startswith(_PROVIDER))


def _plugin(provider: Resource, found: Lock, scene: Scene) -> Iterator[Finding]:
    """A plugin of the lock, where the lock has plugins: the engine in this process needs none."""
    address = provider.get("pluginDownloadURL")
    if isinstance(address, str) and leads_out(scene, address):
        yield Finding(provider, "pluginDownloadURL", "The plugin is fetched from outside.")
    name, version = provider.type.removeprefix(_PROVIDER), str(provider.get("version"))
    if any(found.artifacts("plugin")) and not found.has("plugin", name=name, version=version):
        yield Finding(provider, "version", "The plugin is none of the verified bundle's.")


def _toolchain(subject: Resource, scene: Scene) -> Iterator[Finding]:
    given = scene.facts.given.get("toolchain")
    if not isinstance(given, dict):
        return
    variables = cast("Mapping[str, Any]", given)
    for name in _OFFLINE:
        if variables.get(name) not in ("true", "1", True):
            yield Finding(subject, f"toolchain.{name}", f"Without `{name}` the engine asks its maker.")


RULES = (offline_toolchain_and_verified_bundle,)
