"""What is planned and applied after what."""

from provisioner.engine.interface import Stack
from provisioner.plan.model import Mode
from provisioner.schedule import LayerStacks, schedule


def stack(layer, region):
    return Stack(layer, f"env.{region}", region, lambda: None)


def told(phases):
    return [
        " + ".join(
            f"{'-' if task.mode is Mode.DESTROY else ''}{task.stack.project}.{task.stack.region}"
            for task in phase
        )
        for phase in phases
    ]


LAYERS = (
    LayerStacks(((stack("base", "a"),), (stack("base", "b"), stack("base", "c"))), (stack("base", "x"),)),
    LayerStacks(((stack("links", "a"),),)),
    LayerStacks(((stack("top", "a"), stack("top", "b"), stack("top", "c")),), (stack("top", "x"),)),
)


def test_each_layer_comes_after_those_it_builds_on_and_what_is_gone_goes_from_the_top():
    assert told(schedule(LAYERS, Mode.UPDATE)) == [
        "-top.x",
        "base.a",
        "base.b + base.c",
        "links.a",
        "top.a + top.b + top.c",
        "-base.x",
    ]


def test_a_destroy_goes_the_other_way():
    assert told(schedule(LAYERS, Mode.DESTROY)) == [
        "-top.x",
        "-top.a + -top.b + -top.c",
        "-links.a",
        "-base.x",
        "-base.b + -base.c",
        "-base.a",
    ]


def test_an_environment_without_stacks_has_nothing_to_do():
    assert schedule((LayerStacks(()),), Mode.UPDATE) == ()
