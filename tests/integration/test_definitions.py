"""What this machine keeps of CRDs judges as a real API server does: hundreds of manifests with one thing wrong.

The API server has the same definitions, but for their rules in CEL, which it alone can read. That manifests as
they are declared are taken is tested with those of all environments, in `test_manifests.py`.
"""

import copy
import functools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from provisioner.providers.kubernetes.objects import Kind
from tests.integration.rendered import STRICT, manifests
from tests.integration.test_manifests import DELIVERIES, OURS
from tests.servers.api_server import ApiServer
from tests.servers.definitions import SOURCES, definitions
from tests.support.environments import recorded

EVERY_OBJECT_HAS = {"apiVersion", "kind", "metadata"}
GONE = object()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """An API server that decides by schemas alone."""
    server = ApiServer(tmp_path_factory.mktemp("schemas"))
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module")
def objects(tmp_path_factory):
    """An object of every custom kind that our programs declare, the one with the most in it."""
    folder, found = tmp_path_factory.mktemp("environments"), {}
    for name, delivery in (("eks", "flux"), ("metal", "argocd")):
        environment = folder / f"{name}.yaml"
        environment.write_text(f"extends: {OURS / name}.yaml\nname: {name}\n{DELIVERIES[delivery]}")
        for one in manifests(recorded(environment)):
            kind = Kind(one.body["apiVersion"], one.kind)
            if not kind.is_built_in:
                found[kind] = max(found.get(kind, {}), one.body, key=lambda body: len(str(body)))
    return found


def test_manifests_with_one_thing_wrong_have_the_same_verdict(server, schemas, objects):
    for group in {kind.group for kind in objects}:
        for definition in definitions(group):
            server.define(without_rules(definition))
    for namespace in {body["metadata"].get("namespace") for body in objects.values()} - {None}:
        server.make_namespace(namespace)
    differ, verdicts = [], Counter()
    with ThreadPoolExecutor(8) as threads:
        for kind, body in objects.items():
            tried = [("as it is", body), *variants(body)]
            ask = functools.partial(judged, server, address(server, kind, body))
            for (what, variant), said in zip(tried, threads.map(ask, [variant for _, variant in tried])):
                ours = [f"{each.property}: {each.reason}" for each in schemas.problems(kind, variant)]
                verdicts[bool(said)] += 1
                if bool(ours) != bool(said):
                    differ.append(f"{kind} {what}: we say {ours}, it says {said}")
    assert differ == []
    assert len(objects) >= 15
    assert min(verdicts[True], verdicts[False]) > 500


def without_rules(value):
    """A definition with no rule in CEL."""
    if isinstance(value, dict):
        return {key: without_rules(each) for key, each in value.items() if key != "x-kubernetes-validations"}
    return [without_rules(each) for each in value] if isinstance(value, list) else value


def judged(server, path, body):
    """What the API server has against an object; empty if nothing."""
    code, said = server.ask("PATCH", path, body, "application/apply-patch+yaml")
    return "" if code < 300 else f"{code} {said.get('message')}"


def address(server, kind, body):
    """Where the API server is asked about an object."""
    rows = server.get(f"/apis/{kind.version}")["resources"]
    (plural,) = {row["name"] for row in rows if row["kind"] == kind.name and "/" not in row["name"]}
    namespace = body["metadata"].get("namespace")
    within = f"/namespaces/{namespace}" if namespace else ""
    return f"/apis/{kind.version}{within}/{plural}/{body['metadata']['name']}?{STRICT}"


def variants(body):
    """The object with one thing wrong, or only strange, in each of its places."""
    for path, value in places({key: each for key, each in body.items() if key not in EVERY_OBJECT_HAS}):
        for new in (GONE, *others(value)):
            variant = copy.deepcopy(body)
            around = variant
            for key in path[:-1]:
                around = around[key]
            if new is GONE:
                del around[path[-1]]
            else:
                around[path[-1]] = new
            yield f"with {path} {'left out' if new is GONE else new}", variant
    yield "with more in it", {**body, "specs": {}}


def places(value, at=()):
    """Every place below, and what is there; of a list only the first item, since the others are like it."""
    items = (
        value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    )
    for key, each in items:
        yield (*at, key), each
        yield from places(each, (*at, key))


def others(value):
    """What could stand there by mistake."""
    match value:
        case bool():
            return "yes", 1
        case int():
            return -1, 1.5, "x", 10**12
        case str():
            return "", "no such thing!", 7, "x" * 300
        case dict():
            return {**value, "noSuchField": 1}, [], {}
        case list():
            return [*value, *value], "x", [], value * 20
