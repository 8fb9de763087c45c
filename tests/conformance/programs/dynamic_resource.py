"""A dynamic resource: its provider is Python in the program."""

import pulumi
from pulumi import Output, dynamic

from tests.conformance.phases import destroy, preview, up


class Counting(dynamic.ResourceProvider):
    def check(self, olds, news):
        if news.get("count") == -1:
            return dynamic.CheckResult(news, [dynamic.CheckFailure("count", "lab: less than nothing")])
        return dynamic.CheckResult({**news, "checked": True}, [])

    def diff(self, id, olds, news):
        replaces = ["zone"] if olds.get("zone") != news.get("zone") else []
        return dynamic.DiffResult(
            changes=any(olds.get(key) != news.get(key) for key in ("count", "zone")), replaces=replaces
        )

    def create(self, props):
        return dynamic.CreateResult("counter", {**props, "twice": props["count"] * 2})

    def update(self, id, olds, news):
        return dynamic.UpdateResult({**news, "twice": news["count"] * 2, "before": olds["count"]})

    def delete(self, id, props):
        pass


class Counter(dynamic.Resource):
    twice: Output[int]

    def __init__(self, name, count, zone="here"):
        super().__init__(Counting(), name, {"count": count, "zone": zone, "twice": None})


def one():
    pulumi.export("twice", Counter("a", 1).twice)


def two():
    pulumi.export("twice", Counter("a", 2).twice)


def moved():
    pulumi.export("twice", Counter("a", 2, "there").twice)


def wrong():
    pulumi.export("twice", Counter("a", -1).twice)


PHASES = [preview(one), up(one), up(one), up(two), up(moved), up(wrong), destroy()]
