"""A stand-in for AWS's clients that writes down every call and answers what it is told to."""

from types import SimpleNamespace

from botocore.exceptions import ClientError

from provisioner.providers.aws.retry import Clock
from provisioner.providers.aws.scope import Scope


class Recorder:
    """`answers` maps an operation to its answer, to a list of answers in turn, or to an exception."""

    def __init__(self, **answers):
        self.answers = answers
        self.calls = []
        self.slept = []
        self.meta = SimpleNamespace(service_model=SimpleNamespace(service_name="cloud"))
        self._now = 0.0

    def scope(self, **defaults):
        clock = Clock(now=lambda: self._now, sleep=self._sleep)
        return Scope(self, "us-east-1", defaults, clock)

    def client(self, service, region):
        return self

    def can_paginate(self, op):
        return False

    def names(self):
        return [name for name, _ in self.calls]

    def _sleep(self, seconds):
        self.slept.append(seconds)
        self._now += seconds

    def __getattr__(self, op):
        def call(**send):
            self.calls.append((op, send))
            answer = self.answers.get(op, {})
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            if isinstance(answer, str):
                raise ClientError({"Error": {"Code": answer, "Message": "because"}}, op)
            return answer

        return call
