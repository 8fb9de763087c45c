"""Each type of the driver: made, found unchanged, changed in place, replaced, removed, imported."""

import pulumi_vault as vault
import pytest

from provisioner.plan.model import Source
from provisioner.providers.vault.connection import VaultConnection
from provisioner.providers.vault.package import VaultPackage
from tests.integration.vault.cases import CASES
from tests.support.runs import changes

BY_TOKEN = {case.token: case for case in CASES}


def cases(chosen):
    return pytest.mark.parametrize(
        "case", [case for case in CASES if chosen(case)], ids=lambda case: case.token
    )


class Life:
    """One object on a desk."""

    def __init__(self, desk, case):
        self.desk, self.case, self.server = desk, case, desk.server
        self.known = case.stand(desk.server, desk.prefix)
        self.arguments = case.declared(desk.prefix, self.known)

    def program(self, changed=(), **options):
        filled = {name: self._filled(value) for name, value in dict(changed).items()}
        return self.desk.subject(self.case.type, {**self.arguments, **filled}, **options)

    def _filled(self, value):
        """A changed name keeps to the prefix of the test; policies have braces of their own."""
        return value.format(prefix=self.desk.prefix) if "{prefix}" in str(value) else value

    @property
    def id(self):
        return self.desk.resources()["subject"].id

    def path(self):
        return self.case.path.format(prefix=self.desk.prefix, id=self.id)

    def clear(self, *programs):
        """Nothing is left to do, by what the state says and by what Vault says."""
        for program in programs:
            assert changes(self.desk.plan(program)) == []
            assert changes(self.desk.plan(program, source=Source.CLOUD)) == []


@pytest.fixture
def life(desk, case):
    return Life(desk, case)


def test_each_type_has_a_case():
    types = VaultPackage(VaultConnection(address="https://127.0.0.1:9")).types()
    # The community edition has no namespaces; `tests/providers/vault/test_namespaces.py` has their life.
    assert types - {*BY_TOKEN} == {"vault:index/namespace:Namespace"}
    assert {*BY_TOKEN} <= types


@pytest.mark.parametrize(
    ("type", "more"),
    [(vault.Namespace, {}), (vault.Mount, {"type": "kv", "namespace": "team"})],
    ids=["a namespace", "a mount in one"],
)
def test_where_there_are_no_namespaces_nothing_is_made_in_one(desk, type, more):
    said = desk.refused(desk.subject(type, {"path": desk.prefix, **more}))
    assert "is the community edition, which has no namespaces" in said
    assert not desk.server.is_there(f"sys/mounts/{desk.prefix}")


@cases(lambda case: True)
def test_it_is_made_found_unchanged_and_removed(life):
    program = life.program()
    assert changes(life.desk.plan(program)) == ["+ subject"]
    life.desk.done(program)
    path = life.path()
    assert not path or life.server.is_there(path)
    life.clear(program)
    assert life.desk.breaches() == ()
    life.desk.destroy()
    assert not path or not life.server.is_there(path)


@cases(lambda case: case.updated)
def test_it_is_changed_in_place(life):
    life.desk.done(life.program())
    before = life.id
    program = life.program(life.case.updated)
    (planned,) = changes(life.desk.plan(program))
    assert planned.startswith("~ subject")
    life.desk.done(program)
    assert life.id == before
    life.clear(program)
    back = life.program()
    life.desk.done(back)
    life.clear(back)


@cases(lambda case: case.replaced)
def test_it_is_replaced(life):
    life.desk.done(life.program())
    program = life.program(life.case.replaced)
    (planned,) = changes(life.desk.plan(program))
    assert planned.startswith("± subject")
    life.desk.done(program)
    life.clear(program)


@cases(lambda case: case.importable)
def test_it_is_imported(life):
    life.desk.done(life.program())
    given = life.case.id.format(prefix=life.desk.prefix, **life.known) or life.id
    assert given == life.id
    life.desk = life.desk.elsewhere("import")
    program = life.program(import_=given)
    (planned,) = changes(life.desk.plan(program))
    assert planned.startswith("= subject")
    life.desk.done(program)
    life.clear(program)


@cases(lambda case: case.path)
def test_what_somebody_else_has_removed_is_made_again(life):
    program = life.program()
    life.desk.done(program)
    path = life.path()
    life.server.delete(path)
    assert changes(life.desk.plan(program, source=Source.CLOUD)) == ["+ subject"]
    life.desk.done(program, source=Source.CLOUD)
    assert life.server.is_there(life.path())


@cases(lambda case: case.updated and case.importable)
def test_what_somebody_else_has_changed_is_put_back(life):
    program = life.program()
    life.desk.done(program)
    ours, theirs = life.desk, life.desk.elsewhere("theirs")
    theirs.done(life.program(life.case.updated, import_=life.id))
    (planned,) = changes(ours.plan(program, source=Source.CLOUD))
    assert planned.startswith("~ subject")
    ours.done(program, source=Source.CLOUD)
    life.clear(program)
