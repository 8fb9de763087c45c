"""The package `lab` as programs see it: what a generated SDK would have, by hand."""

import pulumi

VERSION = "1.2.3"


class Box(pulumi.CustomResource):
    """An object of the laboratory; see `provider/lab.py` for what its inputs mean."""

    arn: pulumi.Output[str]
    generation: pulumi.Output[int]
    size: pulumi.Output[str]
    value: pulumi.Output
    zone: pulumi.Output[str]
    rack: pulumi.Output[str]
    token: pulumi.Output[str]

    def __init__(self, resource_name, opts=None, **inputs):
        made = {
            "arn": None,
            "generation": None,
            "size": None,
            "value": None,
            "zone": None,
            "rack": None,
            "token": None,
        }
        opts = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=VERSION), opts)
        super().__init__("lab:index:Box", resource_name, {**made, **inputs}, opts)


class Lab(pulumi.ProviderResource):
    """A provider resource of the laboratory."""

    def __init__(self, resource_name, opts=None, **inputs):
        opts = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=VERSION), opts)
        super().__init__("lab", resource_name, inputs, opts)


class Group(pulumi.ComponentResource):
    """A component with nothing of its own."""

    def __init__(self, resource_name, opts=None, **inputs):
        super().__init__("lab:index:Group", resource_name, inputs or None, opts)


def shout(text, opts=None):
    """The function `shout`, at once: a dict with the text in capitals."""
    return pulumi.runtime.invoke("lab:index:shout", {"text": text}, _invoke_options(opts)).value


def shout_output(text, opts=None):
    """The same for a text that may not be known yet."""
    return pulumi.runtime.invoke_output("lab:index:shout", {"text": text}, _invoke_options(opts)).apply(dict)


def decline(opts=None):
    """A function that never agrees."""
    return pulumi.runtime.invoke("lab:index:decline", {"text": "a"}, _invoke_options(opts)).value


def _invoke_options(opts):
    return pulumi.InvokeOptions.merge(pulumi.InvokeOptions(version=VERSION), opts)
