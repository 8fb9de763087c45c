"""Small programs for the fake cloud."""

import pulumi

from tests.support.fake_cloud import FakeRegistry, Thing


def things(**wanted):
    """A program with these things: name -> inputs. `needs` names a thing whose id becomes `parentId`;
    `opts` are Pulumi's resource options."""

    def program():
        provider = FakeRegistry("here")
        made = {}
        for name, inputs in wanted.items():
            inputs = dict(inputs)
            options = pulumi.ResourceOptions(provider=provider)
            options = pulumi.ResourceOptions.merge(
                options, inputs.pop("opts", None) or pulumi.ResourceOptions()
            )
            if needs := inputs.pop("needs", None):
                inputs["parent_id"] = made[needs].id
            made[name] = Thing(name, opts=options, **inputs)
        pulumi.export("arns", [thing.arn for thing in made.values()])

    return program
