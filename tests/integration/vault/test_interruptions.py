"""What happens to an apply when Vault is sealed, stopped, slow to answer, or does not let us in any more."""

import threading
import time

import pulumi
import pulumi_vault as vault
import pytest

from provisioner.engine.interface import Result
from provisioner.providers.vault.connection import TokenLogin
from tests.support.runs import changes

COUNT, BEGUN = 150, 20
MOUNTS = 60
SLOW_ONES, PAUSE = 5, 1.5
EVERYTHING = 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }'


@pytest.fixture
def own(desk, fresh_vault):
    """The desk with a Vault of the test's own."""
    desk.server = fresh_vault
    return desk


def reading(number):
    return f'path "kv/{number}" {{ capabilities = ["read"] }}'


def policies(desk, count=COUNT):
    def make(opts):
        for number in range(count):
            name = f"{desk.prefix}-{number}"
            vault.Policy(f"number-{number}", name=name, policy=reading(number), opts=opts)

    return desk.program(make)


def slow_policies(desk):
    """The same, one after the other, with something in between that has nothing to do with Vault."""

    def slowly(before):
        time.sleep(PAUSE)
        return before

    def make(opts):
        rules = pulumi.Output.from_input("kv")
        for number in range(SLOW_ONES):
            text = rules.apply(lambda _, number=number: reading(number))
            one = vault.Policy(f"number-{number}", name=f"{desk.prefix}-{number}", policy=text, opts=opts)
            rules = one.id.apply(slowly)

    return desk.program(make)


def made(desk):
    listed = desk.server.get("sys/policies/acl?list=true")["data"]["keys"]
    return [name for name in listed if name.startswith(f"{desk.prefix}-")]


def begun(desk, program, until):
    """An apply that runs beside the test and has made something; it ended when its result is in the list."""
    ended = []
    thread = threading.Thread(target=lambda: ended.append(desk.apply(program)))
    thread.start()
    until(lambda: len(made(desk)) > BEGUN or not thread.is_alive())
    assert not ended, "the apply was over before anything could happen to it"
    return thread, ended


def finished(desk, program, ended):
    """The applies that ended did all that they were asked, and nothing is left to do."""
    for applied in ended:
        assert applied.result is Result.DONE, "\n".join(one.error for one in applied.failures)
    assert len(made(desk)) == COUNT
    assert changes(desk.plan(program)) == []
    assert desk.breaches() == ()


def test_an_apply_goes_on_when_vault_was_sealed_and_unsealed(own, until):
    program = policies(own)
    thread, ended = begun(own, program, until)
    own.server.seal()
    thread.join(1)
    assert not ended, "the apply does not wait for a Vault that is sealed"
    own.server.unseal()
    thread.join(120)
    finished(own, program, ended)


def test_what_was_sealed_for_too_long_is_finished_by_the_next_apply(own, until):
    program = policies(own)
    with pytest.MonkeyPatch.context() as short:
        short.setattr("provisioner.providers.vault.session.PATIENCE", 0.5)
        thread, ended = begun(own, program, until)
        own.server.seal()
        thread.join(120)
    (applied,) = ended
    assert applied.result is Result.FAILED
    assert any("sealed" in one.error for one in applied.failures)
    own.server.unseal()
    own.done(program)
    finished(own, program, [])


def test_an_apply_goes_on_when_vault_was_restarted(own, until):
    program = policies(own)
    thread, ended = begun(own, program, until)
    own.server.restart()
    thread.join(120)
    finished(own, program, ended)


def test_what_may_not_be_made_twice_is_looked_for_when_the_answer_was_lost(own, until):
    """A second request to mount an engine is refused: whether the first was carried out has to be found out."""

    def make(opts):
        for number in range(MOUNTS):
            vault.Mount(f"number-{number}", path=f"{own.prefix}/{number}", type="kv", opts=opts)

    def there():
        return [path for path in own.server.get("sys/mounts")["data"] if path.startswith(own.prefix)]

    program = own.program(make)
    ended = []
    thread = threading.Thread(target=lambda: ended.append(own.apply(program)))
    thread.start()
    until(lambda: len(there()) > BEGUN)
    own.server.restart()
    thread.join(120)
    if ended[0].result is not Result.DONE:
        own.done(program)
    assert len(there()) == MOUNTS
    assert changes(own.plan(program)) == []
    assert own.breaches() == ()


def test_a_sealed_vault_is_told_from_one_that_does_not_answer(own):
    program = policies(own, 1)
    own.server.seal()
    sealed = own.refused(program)
    own.server.stop()
    away = own.refused(program)
    assert "sealed" in sealed
    assert "unseal" in sealed
    assert "sealed" not in away
    assert own.server.address in away


def test_a_plan_asks_vault_nothing(own):
    own.done(policies(own, 1))
    own.server.stop()
    assert changes(own.plan(policies(own, 2))) == ["+ number-1"]


def test_an_apply_waits_for_its_turn_where_vault_limits_the_rate(own):
    own.server.put("sys/quotas/config", {"enable_rate_limit_response_headers": True})
    own.server.put("sys/quotas/rate-limit/slowly", {"rate": 20, "interval": "1s"})
    program = policies(own, 60)
    own.done(program)
    assert changes(own.plan(program)) == []


def test_a_token_is_renewed_while_an_apply_lasts(desk, vault, prefix):
    vault.put(f"sys/policies/acl/{prefix}", {"policy": EVERYTHING})
    desk.login = TokenLogin(vault.token(prefix, ttl="5s", period="5s"))
    desk.done(slow_policies(desk))
    assert len(made(desk)) == SLOW_ONES
    assert ("update", "auth/token/renew-self") in vault.audited()


def test_a_token_that_ends_in_the_middle_is_told_and_the_next_apply_finishes(desk, vault, prefix):
    vault.put(f"sys/policies/acl/{prefix}", {"policy": EVERYTHING})
    desk.login = TokenLogin(vault.token(prefix, ttl="4s", renewable=False))
    applied = desk.apply(slow_policies(desk))
    assert applied.result is Result.FAILED
    assert "the Vault token has ended" in applied.failures[0].error
    there = len(made(desk))
    assert 0 < there < SLOW_ONES
    desk.login = None
    program = policies(desk, SLOW_ONES)
    assert len(changes(desk.plan(program))) == SLOW_ONES - there
    desk.done(program)
    assert len(made(desk)) == SLOW_ONES
    assert desk.breaches() == ()


def test_who_may_not_do_it_learns_which_path_and_which_capability(own):
    own.login = TokenLogin(own.server.token("default"))
    said = own.refused(policies(own, 1))
    assert f"sys/policies/acl/{own.prefix}-0" in said
    assert "update" in said
