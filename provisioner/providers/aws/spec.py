"""The vocabulary in which an AWS resource type is described.

A `ResourceSpec` is data, not behaviour: it names the boto3 calls that create, read and delete an object, and
has one `Field` for each Pulumi property. The driver (`driver.py` and the files beside it) is the only code
that acts on it.

Words: a *property* is Pulumi's (camelCase), a *parameter* is AWS's (as in botocore's model). The *document*
of an object is the answer of its `read` call, with the answers of its `also` calls under their names. Paths
into answers and documents are JMESPath; times in them are text already (ISO 8601).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Final

from provisioner.plan.values import Properties
from provisioner.providers.interface import Problem


class Marker(enum.Enum):
    """Values that get their meaning while a call is made, and changes that need no call of their own."""

    ID = "the id of the object"
    IDS = "the ids of all objects that are read together"
    REGION = "the region of the object"
    NONCE = "a text that no other call has sent, by which a service knows a call that is repeated"
    TAG_FILTERS = "EC2's filters for the ownership tags: [{Name: tag:owner, Values: [me]}, …]"
    REPLACE = "a change of this property needs a new object"
    PUT = "a change of this property repeats the create call, with every field"
    LOCAL = "this property only tells the driver what to do; AWS does not know it"
    NEVER = "the property has no value of its own"


ID: Final = Marker.ID
IDS: Final = Marker.IDS
REGION: Final = Marker.REGION
NONCE: Final = Marker.NONCE
TAG_FILTERS: Final = Marker.TAG_FILTERS
REPLACE: Final = Marker.REPLACE
PUT: Final = Marker.PUT
LOCAL: Final = Marker.LOCAL
NEVER: Final = Marker.NEVER


@dataclass(frozen=True, slots=True)
class Prop:
    """A parameter whose value is the named property, as wanted or else as recorded; None: it is left out."""

    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """A parameter found at this path in the document (in `also` calls) or in the item (in a `Sweep`)."""

    path: str


@dataclass(frozen=True, slots=True)
class Text:
    """Text with `{placeholders}`: a property's name, `id`, `region`, `partition`, `account`, `dnsSuffix`.

    As an id it is read backwards as well: the placeholders of an imported id become properties, the first
    ones as short as possible, the last one as long as possible. `{account}` costs one STS call per provider.
    """

    template: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """Calls before another one, to clear what stands in its way: `each` for every item `list` answers."""

    list: Op
    each: Op
    when: str = ""
    """Only if this property is true."""


@dataclass(frozen=True, slots=True)
class Op:
    """One boto3 call: its name, what it sends, and where in the answer the object is.

    The answers of `list_…` and `describe_…` are read to their last page.

    `send` maps parameters to constants, markers, `Prop`, `Found`, `Text`, or lists and dicts of them.
    """

    name: str
    send: Mapping[str, Any] = field(default_factory=dict[str, Any])
    answer: str = "@"
    pick: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The answer is a list: take the item in which each path has this value; in a `read` that sends IDS it
    says which item belongs to whom."""
    none: tuple[str, ...] = ()
    """Error codes that mean "there is no such setting": the answer is None then (for `also` calls)."""
    again: tuple[str, ...] = ()
    """Error codes that pass with time (a new role not known everywhere yet, a dependency on its way out);
    `Code: words` where a service has one code for everything, and only its message tells."""
    first: tuple[Sweep, ...] = ()
    unless: str = ""
    """The call is not made if this property is true."""
    then: tuple[Op, Wait] | None = None
    """What is asked after the call, and what has to come true of its answer before the call counts as done;
    `Found` looks into the answer of the call."""


@dataclass(frozen=True, slots=True)
class Switch:
    """`on` is called with a value that is true, `off` (without it) for one that is false, empty or removed.

    Without a parameter name in `Field.api`, `on` is called without the value too (enable_…/disable_…).
    """

    on: Op
    off: Op


@dataclass(frozen=True, slots=True)
class Members:
    """What is new in a set is added, what has gone is removed; a plain value counts as a set of one.

    The two are one call if both ops are equal (`modify_vpc_endpoint`); otherwise removal comes first. A list
    is sent as the list of what differs, a plain value as itself.
    """

    add: Op
    remove: Op
    add_as: str
    remove_as: str
    singly: bool = False
    """Each item has a call of its own, and what is new comes first: a set that must not be empty."""


@dataclass(frozen=True, slots=True)
class Each:
    """The same call as an `Op`, but made for each differing field alone (EC2's `modify_…_attribute`)."""

    op: Op


@dataclass(frozen=True, slots=True)
class Whole:
    """One call that always carries all fields that name it; without a value, their `reset`."""

    op: Op


def no_problems(inputs: Properties) -> Iterable[Problem]:  # noqa: ARG001 - the signature of the field
    """Nothing is wrong, whatever the inputs are."""
    return ()


def never(old: Any, new: Any) -> bool:  # noqa: ARG001 - the signature of the field
    """No change needs a new object."""
    return False


Change = Op | Switch | Members | Each | Whole | Marker
"""What a change of a property means. A plain `Op` carries all differing fields that name an equal `Op` in one
call. Of the markers only REPLACE, PUT and LOCAL are allowed."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How one property looks to Pulumi and how it looks to AWS; `codecs.py` has the ones in use."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    canonical: Callable[[Any], Any] = lambda value: value
    """Two Pulumi values are the same if this gives the same for both (JSON as JSON, sets as sets)."""


SAME: Final = Codec(encode=lambda value: value, decode=lambda value: value)


@dataclass(frozen=True, slots=True)
class Field:
    """One Pulumi property: its AWS name, what a change of it means, how it is spelt, what "removed" means."""

    prop: str
    api: str
    """The parameter of the create call (or of its own call, if create does not take it). Dots lead into a
    structure: `PublicAccessBlockConfiguration.BlockPublicAcls`."""
    on_change: Change
    codec: Codec = SAME
    reset: Any = None
    """What to send (in AWS's spelling) when the program removes the property; None leaves it as it is. It is
    also the value that a new object has: a follow-on call after create is left out if it would send this."""
    _: KW_ONLY
    read: str | None = ""
    """Path in the document; empty: the same as `api`; None: AWS never tells, the recorded value stands."""
    with_create: bool = True
    """Whether the create call takes it; if not, `on_change` is called after create."""
    update_as: str = ""
    """The parameter of its own call, if that is called differently there than in create."""
    default: Any = NEVER
    """What pulumi-aws itself fills in when the program says nothing; listed in `__defaults`."""
    computed: bool = False
    """AWS chooses a value if the program names none, so leaving it out is no change."""
    may_be_silent: bool = False
    """AWS need not tell the value (none in the document): the recorded one stands then."""
    required: bool = False
    """The program has to give it; `check` refuses the resource otherwise."""
    chosen: tuple[str, ...] = ()
    """Members of a structure that AWS chooses where the program leaves them out; outputs show them."""
    untold: tuple[str, ...] = ()
    """Members of a structure that AWS need not tell: the recorded ones stand then."""
    replaces: Callable[[Any, Any], bool] = never
    """Whether this change (from and to a canonical value; None: left out) needs a new object after all."""


@dataclass(frozen=True, slots=True)
class Tags:
    """How one service spells tags. What is sent is `tagsAll`: the program's over the provider's defaults."""

    read: str
    """Path in the document."""
    codec: Codec
    """`{name: value}` to and from the form in the calls and in the document (`codecs.TAG_PAIRS`, `SAME`,
    …)."""
    add: Op
    add_as: str
    remove: Op
    remove_as: str
    create_as: str = ""
    """The create call's parameter; empty: create takes no tags, `add` follows it. The rest of the row should
    then not count on tags in its `find`, because a kill can come between the two."""
    create_codec: Codec | None = None
    """If create spells them differently (EC2's TagSpecifications: `codecs.tag_specification("vpc")`)."""
    keys_codec: Codec = SAME
    """How the list of tag names to remove is spelt (EC2: `[{Key: …}]`)."""


@dataclass(frozen=True, slots=True)
class Name:
    """The property that names the object; left out, it is made as pulumi-aws does: `<logical name>-<hex>`."""

    prop: str
    length: int
    """The most characters AWS takes."""
    prefix: str = ""
    """Stands before a made name (`alias/`)."""
    lower: bool = False
    """AWS takes lower case only, so a made name is lowered."""
    given_prefix: str = ""
    """The property (`namePrefix`) with which the program gives the beginning only."""


@dataclass(frozen=True, slots=True)
class Output:
    """An output at `path` in the document that is not known before apply if one of `changes_with` changes.

    `changes_with=("*",)`: any update may change it (versions, counts, times).
    """

    path: str
    changes_with: tuple[str, ...] = ()
    codec: Codec = SAME


@dataclass(frozen=True, slots=True)
class Wait:
    """A condition on the document that has to come true before the object can be used."""

    until: str
    failed: str = ""
    """Path that gives a reason (any true value) if it never will: the object is then reported as made, and
    refused."""
    seconds: int = 600


@dataclass(frozen=True, slots=True)
class ByInputs:
    """The id follows from the inputs (`id` is a `Text`): one read tells.

    If the program typed the name and the type has tags, the object is only ours if it carries all of them; if
    there is nothing to carry tags, only if every declared field is as wanted.
    """


@dataclass(frozen=True, slots=True)
class Listed:
    """`op` answers the ids of all candidates (a list).

    Each is read, and counts if it has all tags of the pending inputs and the wanted value in every declared
    REPLACE field that AWS tells.
    """

    op: Op


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceSpec:
    """Everything the driver knows about one AWS resource type."""

    type: str
    service: str
    """boto3's name of the client."""
    id: str | Text
    """Path of the id in the answer of create and in the document; or a `Text` of properties."""
    create: Op
    read: Op
    also: Mapping[str, Op] = field(default_factory=dict[str, Op])
    """Further reads; their answers are in the document under these names."""
    delete: Op | None
    """None: nothing in the cloud goes away (the setting just is no longer ours)."""
    absent: tuple[str, ...]
    """Error codes that mean the object is gone."""
    gone: str = ""
    """Condition on the document under which the object counts as gone (a key that is pending deletion)."""
    find: ByInputs | Listed
    """How an object is found again that was created by a call whose answer was never read."""
    fields: tuple[Field, ...]
    outputs: Mapping[str, str | Output | Text]
    """The outputs that are not fields. `region` and `tagsAll` come by themselves."""
    tags: Tags | None = None
    name: Name | None = None
    unique: tuple[str, ...] = ()
    """Properties of which no two objects can have the same values; the name, if there is one, need not be
    listed, nor what an id of `Text` is made of. A replacement that keeps them all deletes the old object
    first."""
    regional: bool = True
    """Whether the type has the property `region`."""
    ready: Wait | None = None
    """Waited for after create and update."""
    lost: tuple[str, ...] = ()
    """Values of the output `status` that no change gets an object out of: it has to be made anew."""
    vanishes_within: int = 0
    """Seconds within which the object must be gone after delete; 0: it is gone at once, nobody looks."""
    unsupported: Mapping[str, str] = field(default_factory=dict[str, str])
    """Input properties of the Pulumi class that are refused, each with its reason."""
    problems: Callable[[Properties], Iterable[Problem]] = no_problems
    """What is wrong between properties, in checked inputs that may hold `UNKNOWN`."""

    def row(self, prop: str) -> Field | None:
        """The row of one property."""
        return next((row for row in self.fields if row.prop == prop), None)
