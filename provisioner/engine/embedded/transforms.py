"""Transforms: functions of the program that change what is registered before anything is decided of it.

A resource's own come first, then its parent's and its parent's parent's, then those of the whole stack; each
sees what the one before it has made. They may change properties and options, never type, name or parent.
Source: pulumi/pulumi, `RegisterResource` in `pkg/resource/deploy/source_eval.go`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Final

import grpc
from pulumi.runtime.proto import alias_pb2, resource_pb2

from provisioner.engine.embedded.callbacks import Callback
from provisioner.engine.embedded.output_values import dependencies, upgraded
from provisioner.engine.embedded.requests import Declined

_LISTS: Final = {
    "depends_on": "dependencies",
    "ignore_changes": "ignoreChanges",
    "replace_on_changes": "replaceOnChanges",
    "additional_secret_outputs": "additionalSecretOutputs",
    "replace_with": "replace_with",
    "hide_diff": "hideDiffs",
    "aliases": "aliases",
}
_TEXTS: Final = {
    "version": "version",
    "provider": "provider",
    "plugin_download_url": "pluginDownloadURL",
    "deleted_with": "deletedWith",
    "import": "importId",
}
_MESSAGES: Final = {
    "protect": "protect",
    "retain_on_delete": "retainOnDelete",
    "custom_timeouts": "customTimeouts",
    "hooks": "hooks",
    "replacement_trigger": "replacement_trigger",
}
"""The options that transforms see, and what the same is called in a registration; these may be unset."""


class Transforms:
    """Those of one run, and whom they apply to."""

    def __init__(self) -> None:
        self._of_stack: tuple[Callback, ...] = ()
        self._of_functions: tuple[Callback, ...] = ()
        self._inherited: dict[str, tuple[Callback, ...]] = {}
        """By URN: what the children of a resource are transformed with before the stack's own."""

    def change(self, request: Any) -> bool:
        """Whether there are any for this registration."""
        return bool(request.transforms or self._of_stack or request.parent in self._inherited)

    def add(self, callback: Callback) -> None:
        """One for every resource that is registered from now on."""
        self._of_stack = (*self._of_stack, callback)

    def add_for_functions(self, callback: Callback) -> None:
        """One for every call of a function from now on."""
        self._of_functions = (*self._of_functions, callback)

    def registered(
        self, request: Any, done: Callable[[Any], None], failed: Callable[[BaseException], None]
    ) -> None:
        """Call `done` with the registration as its transforms leave it, or `failed`. Does not wait."""
        own = tuple(Callback(raw.token, raw.target) for raw in request.transforms)
        callbacks = (*own, *self._inherited.get(request.parent, ()), *self._of_stack)
        _run(callbacks, _Registration(request), done, failed)

    def remember(self, urn: str, request: Any) -> None:
        """What is registered under this resource later has its transforms, too."""
        own = tuple(Callback(raw.token, raw.target) for raw in request.transforms)
        if inherited := (*own, *self._inherited.get(request.parent, ())):
            self._inherited[urn] = inherited

    def called(self, request: Any) -> Any:
        """The call of a function as its transforms leave it. Waits; raises what they raise."""
        if not self._of_functions:
            return request
        call = _Call(request)
        for callback in self._of_functions:
            try:
                call.take(callback(call.question()).result())
            except Exception as error:
                raise _declined(error) from error
        return call.request


def _run(
    callbacks: Sequence[Callback],
    subject: _Registration,
    done: Callable[[Any], None],
    failed: Callable[[BaseException], None],
) -> None:
    """One transform after the other, none of which is waited for on this thread."""

    def go_on(answer: Future[Any]) -> None:
        try:
            subject.take(answer.result())
            _run(callbacks[1:], subject, done, failed)
        except BaseException as error:  # noqa: BLE001 - whoever waits for the registration is told
            failed(_declined(error))

    if callbacks:
        callbacks[0](subject.question()).add_done_callback(go_on)
    else:
        done(subject.finished())


def _declined(error: BaseException) -> Declined:
    """What a transform raised, as the SDK passes an engine's refusal on to the program."""
    if isinstance(error, Declined):
        return error
    place = "".join(traceback.format_tb(error.__traceback__)[-1:])
    return Declined(grpc.StatusCode.UNKNOWN, f"a transform failed: {type(error).__name__}: {error}\n{place}")


class _Registration:
    """A registration while its transforms work on it."""

    def __init__(self, request: Any) -> None:
        self._request: Any = resource_pb2.RegisterResourceRequest()
        self._request.CopyFrom(request)
        needs = (
            request.propertyDependencies.items() if request.transforms else ()
        )  # as Pulumi's engine has it
        self._properties = upgraded(request.object, {key: tuple(value.urns) for key, value in needs})
        self._options = _options(request)

    def question(self) -> Any:
        """The message for the next transform."""
        return resource_pb2.TransformRequest(
            type=self._request.type,
            name=self._request.name,
            custom=self._request.custom,
            parent=self._request.parent,
            properties=self._properties,
            options=self._options,
        )

    def take(self, answer: Any) -> None:
        """Go on with what a transform has made of it."""
        if answer.HasField("options"):
            self._options = answer.options
        if answer.HasField("properties"):
            self._properties = answer.properties

    def finished(self) -> Any:
        """The registration as it is now.

        What it depends on is taken from the options if it has transforms of its own, and otherwise stays what
        the program said, as in Pulumi's engine; either way the outputs in a property count.
        """
        request = self._request
        request.object.CopyFrom(self._properties)
        said = tuple(request.dependencies)
        _set(request, self._options)
        needs = {key: dependencies(value) for key, value in self._properties.fields.items()}
        if not request.transforms:
            del request.dependencies[:]
            request.dependencies.extend(said)
            needs = {key: found.union(request.propertyDependencies[key].urns) for key, found in needs.items()}
        else:
            every = set[str]().union(request.dependencies, *needs.values())
            request.propertyDependencies.clear()
            del request.dependencies[:]
            request.dependencies.extend(sorted(every))
        for key, urns in needs.items():
            del request.propertyDependencies[key].urns[:]
            request.propertyDependencies[key].urns.extend(sorted(urns))
        return request


class _Call:
    """A call of a function while transforms work on it."""

    def __init__(self, request: Any) -> None:
        self.request = resource_pb2.ResourceInvokeRequest()
        self.request.CopyFrom(request)
        self.request.args.CopyFrom(upgraded(request.args, {}))

    def question(self) -> Any:
        """The message for the next transform."""
        options = resource_pb2.TransformInvokeOptions(
            provider=self.request.provider,
            version=self.request.version,
            plugin_download_url=self.request.pluginDownloadURL,
        )
        return resource_pb2.TransformInvokeRequest(
            token=self.request.tok, args=self.request.args, options=options
        )

    def take(self, answer: Any) -> None:
        """Go on with what a transform has made of it."""
        if answer.HasField("args"):
            self.request.args.CopyFrom(answer.args)
        if answer.HasField("options"):
            self.request.provider = answer.options.provider
            self.request.version = answer.options.version
            self.request.pluginDownloadURL = answer.options.plugin_download_url


def _options(request: Any) -> Any:
    """The options of a registration, as transforms see them."""
    options: Any = resource_pb2.TransformResourceOptions()
    for name, called in _LISTS.items():
        getattr(options, name).extend(getattr(request, called))
    options.aliases.extend(alias_pb2.Alias(urn=urn) for urn in request.aliasURNs)
    for name, called in _TEXTS.items():
        setattr(options, name, getattr(request, called))
    for name, called in _MESSAGES.items():
        if request.HasField(called):
            _copy(options, name, getattr(request, called))
    options.providers.update(request.providers)
    if request.deleteBeforeReplaceDefined or request.deleteBeforeReplace:
        options.delete_before_replace = request.deleteBeforeReplace
    return options


def _set(request: Any, options: Any) -> None:
    """Give a registration these options in place of its own."""
    del request.aliasURNs[:]
    for name, called in _LISTS.items():
        del getattr(request, called)[:]
        getattr(request, called).extend(getattr(options, name))
    for name, called in _TEXTS.items():
        setattr(request, called, getattr(options, name))
    for name, called in _MESSAGES.items():
        request.ClearField(called)
        if options.HasField(name):
            _copy(request, called, getattr(options, name))
    request.providers.clear()
    request.providers.update(options.providers)
    request.deleteBeforeReplaceDefined = options.HasField("delete_before_replace")
    request.deleteBeforeReplace = options.delete_before_replace


def _copy(message: Any, name: str, value: Any) -> None:
    if isinstance(value, bool):
        setattr(message, name, value)
    else:
        getattr(message, name).CopyFrom(value)
