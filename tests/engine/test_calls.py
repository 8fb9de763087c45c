"""Calls of the SDK are asked in order on one thread, and answered on another."""

import asyncio
import threading
from concurrent.futures import Future

import pytest
from pulumi.runtime._context import wrap_with_context

from provisioner.engine.embedded.calls import THREADS, Calls, answered, blocking


def running(program):
    """What the program returns on a loop with our executor."""
    loop = asyncio.new_event_loop()
    threads = Calls()
    loop.set_default_executor(threads)
    try:
        return loop.run_until_complete(asyncio.wait_for(program(), 20))
    finally:
        threads.shutdown()
        loop.close()


def called(function):
    """As the SDK calls its monitor."""
    return asyncio.get_running_loop().run_in_executor(None, wrap_with_context(function))


class Questions:
    def __init__(self):
        self.replies = []

    def ask(self):
        self.replies.append(Future())
        return self.replies[-1]

    def call(self):
        return answered(self.ask)


def test_many_more_calls_can_wait_than_there_are_threads_and_are_asked_in_order():
    questions = Questions()

    async def program():
        calls = [called(questions.call) for _ in range(20 * THREADS)]
        waiting = set(threading.enumerate())
        answers = threading.Thread(
            target=lambda: [reply.set_result(number) for number, reply in enumerate(questions.replies)]
        )
        answers.start()
        return await asyncio.gather(*calls), waiting

    before = set(threading.enumerate())  # some of an earlier test may be about to end
    values, waiting = running(program)
    assert values == list(range(20 * THREADS))
    assert not waiting - before


def test_each_question_is_asked_once_whether_its_answer_is_there_or_not():
    questions = Questions()

    async def program():
        first = called(questions.call)
        questions.replies[0].set_result("late")

        def at_once():
            reply = questions.ask()
            reply.set_result("at once")
            return reply

        return await first, await called(lambda: answered(at_once))

    assert running(program) == ("late", "at once")
    assert len(questions.replies) == 2


def test_an_answer_that_is_an_error_is_raised_where_the_sdk_handles_it():
    questions = Questions()

    def call():
        try:
            return answered(questions.ask)
        except LookupError as error:
            raise RuntimeError("as the SDK puts it") from error

    async def program():
        waiting = called(call)
        questions.replies[0].set_exception(LookupError())
        return await waiting

    with pytest.raises(RuntimeError, match="as the SDK puts it"):
        running(program)


def test_a_call_that_blocks_gets_a_thread_and_so_does_what_is_not_the_sdks():
    def of_the_sdk():
        blocking()
        return threading.get_ident()

    async def program():
        own = threading.get_ident()
        theirs = await called(of_the_sdk)
        users = await asyncio.to_thread(threading.get_ident)
        return own not in (theirs, users)

    assert running(program)


def test_who_gives_up_waiting_does_not_disturb_the_answer():
    questions = Questions()

    async def program():
        waiting = called(questions.call)
        waiting.cancel()
        await asyncio.sleep(0)
        questions.replies[0].set_result("nobody wants it")
        return waiting.cancelled()

    assert running(program)


def test_outside_of_a_loop_a_question_blocks():
    questions = Questions()
    threading.Timer(0.05, lambda: questions.replies[0].set_result("there")).start()
    assert questions.call() == "there"
