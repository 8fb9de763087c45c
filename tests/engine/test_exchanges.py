"""When a registration may go on while objects are being exchanged for new ones."""

import pytest

from provisioner.engine.embedded.exchanges import Exchanges, Patience
from provisioner.engine.embedded.goals import Goal
from provisioner.engine.embedded.wanted import Wanted
from tests.support.records import thing


class Turns:
    def __init__(self):
        self.exchanges = Exchanges()
        self.went = []

    def ask(self, name, former=None, known=True):
        old = thing(former or name) if known or former else None
        goal = Goal(Wanted(type="t:t:T", name=name, custom=True), thing(name), old)
        self.exchanges.admit(goal, lambda: self.went.append(name))


@pytest.fixture
def turns():
    return Turns()


def urns(*names):
    return tuple(thing(name).urn for name in names)


def test_nobody_waits_without_a_reason(turns):
    turns.ask("a")
    turns.ask("b", former="z")
    turns.ask("c", known=False)
    assert turns.went == ["a", "b", "c"]


def test_a_new_name_waits_for_every_exchange(turns):
    turns.exchanges.began(())
    turns.exchanges.began(())
    turns.ask("b", former="z")
    turns.ask("a")
    turns.exchanges.ended(())
    assert turns.went == ["a"]
    turns.exchanges.ended(())
    assert turns.went == ["a", "b"]


def test_a_successor_waits_for_the_exchange_that_deletes_its_object(turns):
    turns.exchanges.began(urns("b"))
    turns.exchanges.began(urns("c"))
    turns.ask("b")
    turns.ask("c")
    turns.exchanges.ended(urns("c"))
    assert turns.went == ["c"]
    turns.exchanges.ended(urns("b"))
    assert turns.went == ["c", "b"]


def test_who_goes_on_may_begin_an_exchange_for_which_the_next_one_waits(turns):
    turns.exchanges.began(())
    turns.ask("b", former="z")
    turns.ask("c", former="y")
    went = turns.went
    turns.went = type(
        "Beginning", (list,), {"append": lambda self, name: (went.append(name), turns.exchanges.began(()))}
    )()
    turns.exchanges.ended(())
    assert went == ["b"]


def test_after_a_stop_nobody_goes_on(turns):
    turns.exchanges.began(urns("b"))
    turns.ask("b")
    turns.ask("c", former="z")
    turns.exchanges.stop()
    turns.exchanges.ended(urns("b"))
    assert turns.went == []


class Line:
    """Who waits for whom, by name; `went` is who goes on."""

    def __init__(self):
        self.patience = Patience()
        self.awaited = {}
        self.went = []

    def ask(self, name, *others):
        self.awaited[name] = frozenset(others)
        self._come(name)

    def done(self, name):
        self.awaited = {who: others - {name} for who, others in self.awaited.items()}
        self.patience.try_again()

    def _come(self, name):
        if not self.patience.has(name, self.awaited[name], lambda: self._come(name)):
            self.went.append(name)


def test_a_replacement_waits_until_everybody_has_let_go():
    line = Line()
    line.ask("a", "b", "c")
    line.done("b")
    assert line.went == []
    line.done("c")
    assert line.went == ["a"]


def test_who_is_waited_for_may_wait_itself():
    line = Line()
    line.ask("a", "b")
    line.ask("b", "c")
    line.done("c")
    assert line.went == ["b"]
    line.done("b")
    assert line.went == ["b", "a"]


def test_nobody_waits_in_a_circle():
    line = Line()
    line.ask("a", "b")
    line.ask("b", "c")
    line.ask("c", "a")
    assert line.went == ["c"]
    line.ask("d", "d")
    assert line.went == ["c", "d"]


def test_who_is_stopped_never_goes_on():
    line = Line()
    line.ask("a", "b")
    line.patience.stop()
    line.done("b")
    assert line.went == []
