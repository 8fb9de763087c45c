"""Whether names are free is seen by one list, as soon as several are asked about."""

import pytest

from provisioner.providers.kubernetes.client import Answer
from provisioner.providers.kubernetes.discovery import Resource
from provisioner.providers.kubernetes.objects import Name
from provisioner.providers.kubernetes.presence import LOOKED_AT, Presence

CONFIG_MAPS = Resource("/api/v1", "configmaps", True)


class Cluster:
    """Answers with two names a page, and counts."""

    def __init__(self, *names, status=200):
        self.names, self.status, self.asked = names, status, []

    def listed(self, resource, namespace, page):
        self.asked.append((resource.collection(namespace), page))
        start = int(page or 0)
        items = [{"metadata": {"name": name}} for name in self.names[start : start + 2]]
        following = str(start + 2) if start + 2 < len(self.names) else ""
        return Answer(self.status, {"items": items, "metadata": {"continue": following}})


def told(presence, *names, namespace="ours"):
    return [presence.is_absent(CONFIG_MAPS, Name(name, namespace)) for name in names]


def test_the_first_few_are_looked_at_one_by_one():
    cluster = Cluster("taken")
    assert told(Presence(cluster.listed), *"abc") == [False] * LOOKED_AT
    assert not cluster.asked


def test_then_all_names_are_listed_once():
    cluster = Cluster("a", "b", "taken", "d", "e")
    presence = Presence(cluster.listed)
    assert told(presence, "1", "2", "3", "free", "taken", "e", "other") == [False] * 3 + [
        True,
        False,
        False,
        True,
    ]
    assert cluster.asked == [("/api/v1/namespaces/ours/configmaps", page) for page in ("", "2", "4")]


def test_each_namespace_is_asked_about_by_itself():
    cluster = Cluster("taken")
    presence = Presence(cluster.listed)
    told(presence, *"abcd")
    assert told(presence, "a", namespace="theirs") == [False]
    assert len(cluster.asked) == 1


@pytest.mark.parametrize("status", [403, 404, 500])
def test_who_may_not_list_looks_at_each(status):
    cluster = Cluster(status=status)
    presence = Presence(cluster.listed)
    assert told(presence, *"abcdef") == [False] * 6
    assert len(cluster.asked) == 1
