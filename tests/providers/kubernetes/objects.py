"""Objects for the tests of this folder, and the steps of an engine in short."""

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SEED = b"seed"


def config_map(name="settings", annotations=None, labels=None, **data):
    metadata = {"name": name, "namespace": "default"}
    metadata |= {"annotations": annotations} if annotations else {}
    metadata |= {"labels": labels} if labels else {}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def checked(provider, type, inputs, old=None, name="x"):
    """The inputs to use; nothing may be wrong with them."""
    found = provider.check(type, name, old, inputs, SEED)
    assert not found.problems, found.problems
    return found.inputs


def wrong(provider, type, inputs, old=None, name="x"):
    """What is wrong, a line each."""
    return [
        f"{each.property}: {each.reason}" for each in provider.check(type, name, old, inputs, SEED).problems
    ]


def made(provider, type, inputs, name="x"):
    """An object as an engine makes it: checked, planned, created."""
    inputs = checked(provider, type, inputs, name=name)
    provider.planned(type, None, inputs)
    return provider.create(type, inputs)


def changed(provider, type, old, inputs):
    """An object as an engine changes it."""
    inputs = checked(provider, type, inputs, old.inputs)
    assert provider.diff(type, old, inputs)
    return provider.update(type, old, inputs)
