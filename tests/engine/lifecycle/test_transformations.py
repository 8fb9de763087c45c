"""Transformations of the SDK run in the program, so the engine sees their result only."""

import pulumi
import pytest

from provisioner.engine.failures import ProgramFailed
from tests.support.fake_cloud import FakeRegistry, Thing


def larger(args):
    if args.type_ == "fake:index:Thing":
        return pulumi.ResourceTransformationResult({**args.props, "size": 9}, args.opts)
    return None


def test_an_old_style_transformation_changes_what_is_registered(desk):
    def program():
        pulumi.runtime.register_stack_transformation(larger)
        Thing("a", size=1, opts=pulumi.ResourceOptions(provider=FakeRegistry("here")))

    desk.apply(program)
    assert [thing["size"] for thing in desk.cloud.all().values()] == [9]


def test_it_may_add_options(desk):
    def protecting(args):
        protect = pulumi.ResourceOptions(protect=True)
        return pulumi.ResourceTransformationResult(
            args.props, pulumi.ResourceOptions.merge(args.opts, protect)
        )

    def program():
        options = pulumi.ResourceOptions(provider=FakeRegistry("here"), transformations=[protecting])
        Thing("a", opts=options)

    desk.apply(program)
    assert desk.resources()["a"].protect is True


def test_an_option_that_is_not_supported_is_refused_and_not_ignored(desk):
    def program():
        options = pulumi.ResourceOptions(provider=FakeRegistry("here"), state_migrations=[lambda _args: None])
        Thing("a", opts=options)

    with pytest.raises(ProgramFailed) as caught:
        desk.plan(program)
    assert "support" in caught.value.error
