"""A provider whose behaviour is chosen by the inputs of its resources, on the SDK's own provider host.

`lab:index:Box` takes any inputs. These mean something:

* `zone`: a change needs a new object; `rack`: so does this, and the old object has to go first;
* `fails`: the operations that are refused (`create`, `update`, `delete`, `read`, `check`, `diff`);
* `partial`: the operations that leave the object half-ready (`create`, `update`, `read`);
* `secret`: there is a secret output `token`; `size`: "small" if nobody says; `slow`: seconds a call takes;
* `read_with`: the name of another one; a read ends when one of that other one has begun, too.

Outputs are the inputs, `arn`, `generation` (how often it was updated) and `patience` (the seconds that the
engine allows, if it says so). Of the provider's own inputs, another `account` needs another provider, and
`broken` is refused.
"""

import asyncio

import pulumi
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import (
    CallResponse,
    CheckFailure,
    CheckResponse,
    ConfigureResponse,
    ConstructResponse,
    CreateResponse,
    DiffResponse,
    InvokeResponse,
    PropertyDiff,
    PropertyDiffKind,
    Provider,
    ReadResponse,
    UpdateResponse,
)
from pulumi.runtime.rpc import UNKNOWN

from tests.conformance.lab import Box
from tests.conformance.provider.cloud import Cloud

NEEDS_ANOTHER = ("zone", "rack")
MADE = ("arn", "generation", "token", "patience")
PATIENCE = 1000
"""How often it is looked whether another call has begun, every hundredth of a second."""

DIFF_NONE, DIFF_SOME = 1, 2
"""`DiffResponse.DiffChanges` of the protocol: the SDK's host hands `diff_config`'s answer on as it is."""


class Refusal(Exception):
    """The laboratory does not do what it was asked; every such sentence begins with `lab:`."""


class Absent(Exception):
    """There is no such object."""


class HalfReady(Exception):
    """The object is there, and something about it failed."""

    def __init__(self, id, properties, inputs, reason):
        super().__init__(reason)
        self.id, self.properties, self.inputs, self.reason = id, properties, inputs, reason


class Lab(Provider):
    """The provider of the package `lab`."""

    def __init__(self, cloud: Cloud):
        self.cloud = cloud

    async def get_schema(self, request):
        return type("Schema", (), {"schema": '{"name": "lab", "version": "1.2.3"}'})

    async def check_config(self, request):
        if request.new_inputs.get("broken"):
            return CheckResponse(failures=[CheckFailure("broken", "lab: this configuration is broken")])
        return CheckResponse(inputs=request.new_inputs)

    async def diff_config(self, request):
        olds, news = request.old_state, request.new_inputs
        differing = [
            key
            for key in sorted({*olds, *news} - {"version"})
            if plain(olds.get(key)) != plain(news.get(key))
        ]
        return DiffResponse(
            changes=DIFF_SOME if differing else DIFF_NONE,
            diffs=differing,
            replaces=[key for key in differing if key == "account"],
        )

    async def configure(self, request):
        return ConfigureResponse(
            accept_secrets=True, supports_preview=True, accept_outputs=False, accept_resources=False
        )

    async def check(self, request):
        refuse_if("check", request.new_inputs, request.name)
        if plain(request.new_inputs.get("size")) == "huge":
            return CheckResponse(failures=[CheckFailure("size", "lab: there is no huge box")])
        if plain(request.new_inputs.get("size")) is None:
            return CheckResponse(inputs={**request.new_inputs, "size": PropertyValue("small")})
        return CheckResponse(inputs=request.new_inputs)

    async def diff(self, request):
        refuse_if("diff", request.new_inputs, request.name)
        olds = {key: value for key, value in request.old_state.items() if key not in MADE}
        detail = {}
        differing = [
            key for key in sorted({*olds, *request.new_inputs}) if _differs(olds, request.new_inputs, key)
        ]
        for key in differing:
            for path, kind in _places(key, plain(olds.get(key)), plain(request.new_inputs.get(key))):
                detail[path] = PropertyDiff(kind, input_diff=True)
        return DiffResponse(
            changes=bool(detail),
            diffs=differing,
            replaces=[key for key in differing if key in NEEDS_ANOTHER],
            stables=["arn"],
            delete_before_replace="rack" in detail,
            detailed_diff=detail,
        )

    async def create(self, request):
        inputs = request.properties
        if request.preview:
            return CreateResponse(None, self._outputs(None, inputs, None, request.timeout))
        self.cloud.note("create", request.name)
        await _take_time(inputs)
        refuse_if("create", inputs, request.name)
        id = self.cloud.make(request.name, stored(inputs))
        outputs = self._outputs(id, inputs, 0, request.timeout)
        fail_half_if("create", id, outputs, inputs)
        return CreateResponse(id, outputs)

    async def update(self, request):
        if request.preview:
            return UpdateResponse(self._outputs(request.resource_id, request.news, None, request.timeout))
        self.cloud.note("update", request.name)
        await _take_time(request.news)
        refuse_if("update", request.news, request.name)
        try:
            generation = self.cloud.change(request.resource_id, stored(request.news))
        except KeyError:
            raise Refusal(f"lab: there is no {request.resource_id}") from None
        outputs = self._outputs(request.resource_id, request.news, generation, request.timeout)
        fail_half_if("update", request.resource_id, outputs, request.news)
        return UpdateResponse(outputs)

    async def delete(self, request):
        self.cloud.note("delete", request.name)
        await _take_time(request.properties)
        refuse_if("delete", request.properties, request.name)
        self.cloud.remove(request.resource_id)

    async def _begun(self, operation, name):
        for _ in range(PATIENCE if name else 0):
            if self.cloud.has_noted(operation, name):
                return
            await asyncio.sleep(0.01)

    async def read(self, request):
        self.cloud.note("read", request.name)
        await self._begun("read", plain(request.properties.get("read_with")))
        refuse_if("read", request.properties, request.name)
        found = self.cloud.find(request.resource_id)
        if found is None:
            raise Absent
        # The cloud does not know what is a secret; who asks does.
        inputs = {
            key: lifted(value).with_secret(is_secret=_is_secret(key, request.inputs, request.properties))
            for key, value in found["inputs"].items()
        }
        outputs = self._outputs(request.resource_id, inputs, found["generation"], 0)
        fail_half_if("read", request.resource_id, outputs, inputs)
        return ReadResponse(request.resource_id, outputs, inputs)

    async def invoke(self, request):
        self.cloud.note("invoke", request.tok)
        match request.tok:
            case "lab:index:shout":
                text = request.args["text"]
                return InvokeResponse({"text": PropertyValue(plain(text).upper(), is_secret=text.is_secret)})
            case "lab:index:decline":
                return InvokeResponse(failures=[CheckFailure("text", "lab: not this text")])
            case _:
                raise Refusal(f"lab: there is no function {request.tok}")

    async def construct(self, request):
        pair = Pair(request.name, plain(request.inputs["value"]), request.options)
        arn = await pair.arn.future() if await pair.arn.is_known() else UNKNOWN
        return ConstructResponse(await pair.urn.future(), {"arn": PropertyValue(arn)}, {})

    async def call(self, request):
        text = plain(request.args["text"])
        if not isinstance(text, str):
            return CallResponse({"text": PropertyValue(UNKNOWN)})
        return CallResponse({"text": PropertyValue(f"{text} of {request.tok}")})

    def _outputs(self, id, inputs, generation, timeout):
        outputs = dict(inputs)
        outputs["arn"] = PropertyValue(UNKNOWN) if id is None else PropertyValue(f"arn:{id}")
        outputs["generation"] = (
            PropertyValue(UNKNOWN) if generation is None else PropertyValue(float(generation))
        )
        if plain(inputs.get("secret")):
            token = UNKNOWN if id is None else f"token of {id}"
            outputs["token"] = PropertyValue(token, is_secret=True)
        if timeout:
            outputs["patience"] = PropertyValue(float(timeout))
        return outputs


class Pair(pulumi.ComponentResource):
    """A component that the provider makes: two boxes, the second with the first one's arn."""

    def __init__(self, name, value, opts):
        super().__init__("lab:index:Pair", name, {}, opts)
        first = Box(f"{name}-1", value=value, opts=pulumi.ResourceOptions(parent=self))
        self.arn = Box(f"{name}-2", value=first.arn, opts=pulumi.ResourceOptions(parent=self)).arn
        self.register_outputs({"arn": self.arn})


def refuse_if(operation, properties, name):
    """Raise a `Refusal` if the inputs ask for it."""
    if operation in (plain(properties.get("fails")) or ()):
        raise Refusal(f"lab: {name} refuses to {operation}")


def fail_half_if(operation, id, outputs, inputs):
    """Raise `HalfReady` if the inputs ask for it."""
    if operation in (plain(inputs.get("partial")) or ()):
        raise HalfReady(id, outputs, inputs, f"lab: {id} is not ready after {operation}")


def plain(value):
    """A property as Python; what is not known is an object that equals nothing else."""
    match value:
        case PropertyValue(value=inner):
            return plain(inner)
        case str() if value == UNKNOWN:
            return object()
        case None | bool() | float() | str():
            return value
        case pulumi.Asset() | pulumi.Archive():
            return {type(value).__name__: {key: plain(item) for key, item in sorted(vars(value).items())}}
        case tuple() | list():
            return [plain(item) for item in value]
        case _:
            return (
                {key: plain(item) for key, item in value.items()} if hasattr(value, "items") else repr(value)
            )


def stored(inputs):
    """Inputs as the cloud keeps them."""
    return {key: plain(value) for key, value in inputs.items()}


def lifted(value):
    """What the cloud keeps, as a property."""
    match value:
        case dict():
            return PropertyValue({key: lifted(item) for key, item in value.items()})
        case list():
            return PropertyValue([lifted(item) for item in value])
        case int() if not isinstance(value, bool):
            return PropertyValue(float(value))
        case _:
            return PropertyValue(value)


def _is_secret(key, *known):
    return any(key in properties and properties[key].is_secret for properties in known)


def _differs(olds, news, key):
    return plain(olds.get(key)) != plain(news.get(key))


def _places(path, old, new):
    """Where two values differ, in maps by their keys, and how."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                yield from _places(f"{path}.{key}", old.get(key), new.get(key))
    else:
        word = "ADD" if old is None else "DELETE" if new is None else "UPDATE"
        yield path, PropertyDiffKind[f"{word}_REPLACE" if path in NEEDS_ANOTHER else word]


async def _take_time(inputs):
    await asyncio.sleep(plain(inputs.get("slow")) or 0)
