"""A Vault that is sealed, stands by, is busy, refuses, or does not answer: each told apart, with what to do."""

import socket

import pytest

from provisioner.providers.interface import CONNECTION_LOST, Refused
from provisioner.providers.vault import refusals
from provisioner.providers.vault.session import PATIENCE, Session
from tests.support.fake_vault import LOSE

PATH = "sys/policies/acl/a"


def refused(session, *call, **how):
    with pytest.raises(Refused) as found:
        session.call(*call, **how)
    return found.value


def said(refusal, vault):
    return refusal.reason.replace(vault.address, "https://vault.example:8200") + "\n"


def test_one_that_is_sealed_from_the_start_is_not_waited_for(session, vault, hours, golden):
    vault.mood(503, "Vault is sealed")
    found = refused(session, "GET", PATH)
    assert found.code == refusals.SEALED
    assert hours.pauses == []
    golden(said(found, vault))


def test_one_that_is_sealed_meanwhile_is_waited_for(session, vault):
    session.call("POST", PATH, {"policy": ""})
    for _ in range(3):
        vault.mood(503, "Vault is sealed")
    assert session.call("GET", PATH).is_good


def test_one_that_stays_sealed_is_given_up(session, vault, hours):
    session.call("POST", PATH, {"policy": ""})
    for _ in range(99):
        vault.mood(503, "Vault is sealed")
    assert refused(session, "POST", PATH, {}).code == refusals.SEALED
    assert PATIENCE - 5 < hours.seconds <= PATIENCE


def test_a_standby_without_an_active_one_is_waited_for_and_told(session, vault, golden):
    for _ in range(99):
        vault.mood(500, "local node not active but active cluster node not found")
    found = refused(session, "GET", PATH)
    assert found.code == refusals.STANDBY
    golden(said(found, vault))


@pytest.mark.parametrize("status", [472, 473])
def test_a_secondary_is_told_at_once(session, vault, status, hours, golden):
    vault.mood(status)
    found = refused(session, "GET", PATH)
    assert found.code == refusals.STANDBY
    assert hours.pauses == []
    golden(said(found, vault))


def test_a_standby_that_sends_us_on_is_followed(session, vault):
    session.call("POST", PATH, {"policy": "x"})
    vault.mood(307, location=f"{vault.address}/v1/{PATH}")
    assert session.call("GET", PATH).body["data"] == {"policy": "x"}


def test_nobody_is_sent_on_in_the_clear(session, vault):
    vault.mood(307, location=f"http://vault.example:8200/v1/{PATH}")
    found = refused(session, "GET", PATH)
    assert "over plain http" in found.reason
    assert len(vault.asked) == 1


def test_standbys_that_send_us_round_in_circles_are_given_up(session, vault):
    for _ in range(99):
        vault.mood(307, location=f"/v1/{PATH}")
    assert refused(session, "GET", PATH).code == refusals.UNREACHABLE


def test_a_rate_limit_is_kept_to(session, vault, hours):
    session.call("POST", PATH, {"policy": ""})
    vault.mood(429, "request path: rate limit quota exceeded", retry_after=7)
    assert session.call("GET", PATH).is_good
    assert hours.pauses == [7.0]


def test_a_rate_limit_that_does_not_end_is_told(session, vault, golden):
    for _ in range(99):
        vault.mood(429, "rate limit quota exceeded", retry_after=20)
    found = refused(session, "GET", PATH)
    assert found.code == refusals.BUSY
    golden(said(found, vault))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (412, "required index state not present"),
        (400, "Upgrading from non-versioned to versioned data. This backend will be unavailable"),
        (502, "bad gateway"),
        (500, "internal error"),
    ],
)
def test_what_passes_by_itself_is_tried_again(session, vault, status, message):
    session.call("POST", PATH, {"policy": ""})
    vault.mood(status, message)
    assert session.call("GET", PATH).is_good


def test_an_error_of_the_server_is_told_in_its_own_words(session, vault):
    for _ in range(99):
        vault.mood(500, "the plugin has crashed")
    found = refused(session, "GET", PATH)
    assert (found.code, found.reason) == ("Vault500", f"{vault.address}: the plugin has crashed")


def test_one_that_was_never_set_up(session, vault, golden):
    vault.mood(501, "Vault is not initialized")
    golden(said(refused(session, "GET", PATH), vault))


def test_what_may_be_done_twice_is_done_again_when_its_answer_is_lost(session, vault):
    session.call("GET", PATH)
    vault.moods.append(LOSE)
    assert session.call("POST", PATH, {"policy": "x"}).is_good
    assert [path for method, path, _ in vault.sent if method == "POST"] == [PATH, PATH]


def test_what_may_not_be_done_twice_is_not(session, vault):
    session.call("GET", PATH)
    vault.moods.append(LOSE)
    found = refused(session, "POST", "pki/root/generate/internal", {}, is_repeatable=False)
    assert found.code == CONNECTION_LOST
    assert [path for method, path, _ in vault.sent if method == "POST"] == ["pki/root/generate/internal"]


def test_nobody_there(connection, hours, golden):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        found = refused(Session(address, "", connection, hours.clock()), "GET", PATH)
    assert found.code == refusals.UNREACHABLE
    assert hours.seconds <= 6
    golden(found.reason.replace(address, "https://vault.example:8200") + "\n")


def test_what_a_token_lacks_is_told_in_the_words_of_a_policy(session, vault, golden):
    vault.denied = ("sys/audit",)
    found = refused(session, "POST", "sys/audit/file", {})
    assert found.code == refusals.DENIED
    golden(said(found, vault))


def test_what_is_not_there_and_what_is_wrong_are_answers(session, vault):
    assert session.call("GET", "nothing").status == 404
    vault.mood(400, "no")
    assert session.call("GET", PATH).message == "no"


def test_a_namespace_is_below_the_sessions_own(vault, connection, hours):
    seen = []
    inner = vault.answer
    vault.answer = lambda method, path, body, headers: (
        seen.append(headers.get("X-Vault-Namespace")),
        inner(method, path, body, headers),
    )[1]
    session = Session(vault.address, "ml", connection, hours.clock())
    session.call("GET", PATH, namespace="search")
    assert seen == ["ml", "ml/search"]


def test_who_breaks_off_waits_no_more(vault, connection, hours):
    clock = hours.clock()
    session = Session(vault.address, "", connection, clock)
    session.call("GET", PATH)
    clock.broken_off.set()
    vault.mood(503, "Vault is sealed")
    assert refused(session, "GET", PATH).code == refusals.SEALED
    assert hours.pauses == []
