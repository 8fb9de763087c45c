"""What must hold of what serves a model, in CEL: of KServe's services, of pods, and of who looks into one.

The fetching program compares what it has fetched with the digest that it was told. So it does not matter
where it fetches from; what matters is that nothing else decides what it does, or changes what it has left:

* **its environment**: `HOME` or `AWS_CONFIG_FILE` could name a file that makes the AWS library run a program,
  `PYTHONPATH` another `hashlib`. Let in is what our environments set, with the value where that is a path,
  and what EKS adds so that a pod has a role: where a model comes from. A Secret may be given as a whole; who
  writes into that is trusted with what fetches.
* **its files**: it sees the volume of the model and the scratch volume, both empty, and tokens. A folder to
  start in would be one to import modules from.
* **its end**: with `restartPolicy` it would be a sidecar, and the server would not wait for it to compare.
* **everybody else**: the volume of the model is read-only for them, and those that may run before it have no
  scratch volume. A container for debugging has no volume at all, and no look into the fetching one.

What the server does with the model, and which image it is, is not judged here: rules about images do that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from components.model_artifact import FETCHES, PROGRAMS, SCRATCH, TMP, VOLUME
from components.model_server import DIGEST, KSERVE, MODEL, VERSION

IMAGE: Final = "image"
"""The entry of the list that names what fetches."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A kind of objects that serve models."""

    called: str
    group: str
    version: str
    resource: str
    operations: Sequence[str]
    looked_at: str
    """Whether one is looked at."""
    served: str
    """A list of what is served, each with labels, annotations, initContainers, containers, volumes."""
    conditions: Mapping[str, str]
    """What must hold of each, and what is said where it does not."""


_DIGEST: Final = f"m.?annotations[?'{DIGEST}'].orValue('')"
_CALLED: Final = f"m.?labels[?'{MODEL}'].orValue('?') + '/' + m.?labels[?'{VERSION}'].orValue('?')"
_PROGRAMS: Final = ", ".join(f"params.data['{each}']" for each in PROGRAMS)

_ANY_VALUE: Final = (
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    # By EKS: Amazon EKS user guide, "Pod Identity Agent" and "IAM roles for service accounts".
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_STS_REGIONAL_ENDPOINTS",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
_ONE_VALUE: Final = (f"HF_HOME={TMP}/hub", "HF_HUB_DISABLE_TELEMETRY=1", f"HOME={TMP}")


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"'{each}'" for each in words)


_ENVIRONMENT: Final = (
    f"c.?env.orValue([]).all(e, e.name in [{_listed(_ANY_VALUE)}] || "
    f"e.name + '=' + e.?value.orValue('') in [{_listed(_ONE_VALUE)}]) && "
    "c.?envFrom.orValue([]).all(e, has(e.secretRef) && e.?prefix.orValue('') == '')"
)
_TOKENS: Final = (
    "m.?volumes.orValue([]).exists(v, v.name == o.name && "
    "v.?projected.?sources.orValue([{}]).all(s, has(s.serviceAccountToken)))"
)
_FILES: Final = (
    "c.?workingDir.orValue('') == '' && c.?restartPolicy.orValue('') == '' && "
    "c.?volumeMounts.orValue([]).exists(o, "
    f"o.name == '{VOLUME}' && o.mountPath == c.args[1] && o.?subPath.orValue('') == '') && "
    f"c.?volumeMounts.orValue([]).all(o, o.name == '{VOLUME}' || "
    f"(o.name == '{SCRATCH}' && o.mountPath == '{TMP}') || {_TOKENS})"
)
_PROGRAM: Final = (
    f"c.name == '{FETCHES}' && c.?image.orValue('') == params.data['{IMAGE}'] && "
    "size(c.?command.orValue([])) == 3 && c.command[0] == 'python3' && c.command[1] == '-c' && "
    f"c.command[2] in [{_PROGRAMS}] && size(c.?args.orValue([])) >= 3 && c.args[2] == {_DIGEST}"
)
_FETCHED: Final = f"m.?initContainers.orValue([]).exists(c, {_PROGRAM} && {_FILES} && {_ENVIRONMENT})"
_MOUNTED: Final = (
    f"m.?volumes.orValue([]).exists(v, v.name == '{VOLUME}' && "
    f"v.?image.?reference.orValue('').endsWith('@' + {_DIGEST}))"
)
_EMPTY: Final = (
    f"m.?volumes.orValue([]).all(v, !(v.name in ['{VOLUME}', '{SCRATCH}']) || has(v.emptyDir) || "
    f"(v.name == '{VOLUME}' && has(v.image)))"
)
_ONLY_READ: Final = (
    "(m.?containers.orValue([]) + "
    f"m.?initContainers.orValue([]).filter(c, c.name != '{FETCHES}')).all(c, "
    f"c.?volumeMounts.orValue([]).all(o, o.name != '{VOLUME}' || o.?readOnly.orValue(false)))"
)
_NOT_BEFORE: Final = (
    f"m.?initContainers.orValue([]).filter(c, c.name != '{FETCHES}').all(c, "
    f"c.?volumeMounts.orValue([]).all(o, o.name != '{SCRATCH}'))"
)

_CONDITIONS: Final[Mapping[str, str]] = {
    f"params.data[?{_DIGEST}.replace(':', '-')].orValue('') == {_CALLED}": (
        "the model's digest, as this version, was not found among those with a signature that holds"
    ),
    f"{_MOUNTED} || {_FETCHED}": (
        "what fetches the model was not found to be the environment's own program, told the model's digest,"
        " with nothing but its own settings and volumes"
    ),
    f"{_EMPTY} && {_ONLY_READ} && {_NOT_BEFORE}": (
        f"others than the fetching program could change the model, or what fetches it: mount `{VOLUME}` with"
        f" readOnly, and `{SCRATCH}` in no initContainer; both volumes are an emptyDir"
    ),
}
"""An API server may take a moment to see a new list. That something `was not found` is what our driver takes
for a reason to ask again, and in a plan, to wait for what the apply is about to change."""

_NO_VOLUME: Final = (
    f"size(m.?volumeMounts.orValue([])) == 0 && m.?targetContainerName.orValue('') != '{FETCHES}'"
)

SERVICES: Final = Guarded(
    called="inferenceservices",
    group=KSERVE,
    version="v1beta1",
    resource="inferenceservices",
    operations=("CREATE", "UPDATE"),
    # KServe itself writes to the rest, also while one is deleted that is in no list any more.
    looked_at="oldObject == null || object.spec != oldObject.spec",
    served="[dyn(object.spec.predictor)] + object.spec.?canary.orValue([]).map(c, dyn(c.predictor))",
    conditions=_CONDITIONS,
)


def pods(models: Sequence[str]) -> Guarded:
    """Those that KServe makes, and all that run as the servers of a model, and so may open it.

    Later its images can be changed, and with its labels whom it serves. Who only writes status, annotations
    or finalizers is not held up, also where a model is in the list no more.
    """
    return Guarded(
        called="pods",
        group="",
        version="v1",
        resource="pods",
        operations=("CREATE", "UPDATE"),
        looked_at=(
            f"({_is_server(models)}) && (oldObject == null || object.spec != oldObject.spec || "
            "object.metadata.?labels.orValue({}) != oldObject.metadata.?labels.orValue({}) || "
            f"object.metadata.?annotations[?'{DIGEST}'] != oldObject.metadata.?annotations[?'{DIGEST}'])"
        ),
        served=(
            "[{'labels': dyn(object.metadata.?labels.orValue({})), "
            "'annotations': dyn(object.metadata.?annotations.orValue({})), "
            "'initContainers': dyn(object.spec.?initContainers.orValue([])), "
            "'containers': dyn(object.spec.containers), "
            "'volumes': dyn(object.spec.?volumes.orValue([]))}]"
        ),
        conditions=_CONDITIONS,
    )


def debugging(models: Sequence[str]) -> Guarded:
    """Containers that are put into such a pod later: for them a pod's volumes and processes are open."""
    return Guarded(
        called="debugging",
        group="",
        version="v1",
        resource="pods/ephemeralcontainers",
        operations=("UPDATE",),
        looked_at=_is_server(models),
        served="object.spec.?ephemeralContainers.orValue([])",
        conditions={
            _NO_VOLUME: (
                "a container for debugging sees no volume of a model's server, and not into what fetches the"
                f" model: leave out volumeMounts, and choose another target than `{FETCHES}`"
            )
        },
    )


def _is_server(models: Sequence[str]) -> str:
    """Whether it is labelled as one of KServe's, is found by one's Service, or runs as a model's servers."""
    return (
        f"object.metadata.?labels[?'{KSERVE}/inferenceservice'].hasValue() || "
        "object.metadata.?labels[?'app'].orValue('').startsWith('isvc.') || "
        f"object.spec.?serviceAccountName.orValue('') in [{_listed(models)}]"
    )
