"""Where one stack lies in a bucket."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from provisioner.backends.chain import Chain
from provisioner.backends.here import Here
from provisioner.backends.lease import Lease
from provisioner.backends.objects import Found, Objects, SomebodyElse
from provisioner.backends.pulumi_lock import pulumi_lock
from provisioner.engine.embedded.file_log import FileLog
from provisioner.engine.embedded.framing import End
from provisioner.engine.embedded.place import Content, Kept, Taken
from provisioner.engine.failures import StateIsDamaged, StateIsLocked
from provisioner.engine.state_failures import StateIsAway, StateIsTakenOver

_ENTRY: Final = ".history.json"
_STATE: Final = ".checkpoint.json"


class BucketPlace:
    """The objects of one stack. Everything in it may raise `StateIsAway`.

    What was read is kept, so that one look sees one state; whoever takes the lock looks again.
    """

    settles_always = True

    def __init__(
        self,
        objects: Objects,
        here: Here,
        stack: str,
        duration: timedelta,
        check: Callable[[], None],
    ) -> None:
        self.stack = stack
        self._objects = objects
        self._duration = duration
        self._check = check
        self._state = f".pulumi/stacks/{self.stack}.json"
        self._journal = f".pulumi/journals/{self.stack}/"
        self._history = f".pulumi/history/{self.stack}/"
        self._backups = f".pulumi/backups/{self.stack}/"
        self.checkpoint = objects.address(self._state)
        self.journal = objects.address(self._journal)
        self._chain = Chain(objects, self._journal)
        self._here = here
        self._lease = self._new_lease()
        self._seen = False
        self._found: Found | None = None

    def content(self) -> Content:
        """State file and journal, also while another process replaces them."""
        if not self._seen:
            self._look()
        body = self._found.body if self._found else None
        # What is left of a journal that the state file holds already is no journal.
        announced = body is not None and _announces(self._chain.last, body)
        return Content(body, None if announced else self._chain.content)

    @contextmanager
    def lock(self) -> Generator[Taken]:
        """Hold the stack's lock. Raises `StateIsLocked` with its holder."""
        self._check()
        with self._here.lock(self.stack):
            lease = self._lease = self._new_lease()
            taken = lease.take()
            with self._freeing(lease), pulumi_lock(self._objects, self.stack, lease.token):
                if taken is Taken.OVER:
                    self._chain.fence(lease.token)
                self._look()
                # Nobody came between: whoever comes later makes its fence at the next number of this look.
                lease.renew()
                with lease.renewing():
                    yield taken

    def holder(self) -> str | None:
        """Who holds the lock; None: nobody."""
        return self._here.holder() or self._lease.holder()

    def abandoned(self) -> str | None:
        """Who went silent while holding the lock; None: nobody. Raises `StateIsLocked` if it lives."""
        if (holder := self.holder()) is not None:
            raise StateIsLocked(self.stack, holder)
        return self._lease.last_holder()

    def log(self, end: End) -> _Twice:
        """The journal, open at its end. What is written has a second copy in a file here."""
        before = self.content().journal or b""
        if not before:
            self._chain.clear()
        if end.offset != len(before):
            raise StateIsDamaged(self.journal, "its last part is not whole")
        return _Twice(self._here.mirror(before, end), self._append)

    def drop_journal(self) -> None:
        """No journal any more."""
        self._chain.clear()
        self._here.drop_journal()

    def replace(self, new: bytes, old: bytes | None, settle: Callable[[], None]) -> None:
        """Put a new state file in the place of `old`, and drop the journal.

        Only who has announced the new file as the last of the journal gets to write it.
        """
        if old is not None:
            self._objects.copy(self._state, f"{self._state}.bak")
        settle()
        token = self._lease.token
        try:
            if self._found is None:
                tag = self._objects.create(self._state, new, token)
            else:
                tag = self._objects.replace(self._state, new, token, self._found.tag)
        except SomebodyElse:
            raise self._taken_over() from None
        self._found = Found(new, tag, 0, token)
        self.drop_journal()

    def set_aside(self, folder: str) -> str:
        """Move everything about the stack into a folder for backups, which comes back."""
        where = f"{self._backups}{folder}/"
        moved = [self._state, f"{self._state}.bak"] if self._found else []
        moved += [*self._objects.sizes(self._history)]
        for key in moved:
            self._objects.copy(key, f"{where}{key.rsplit('/', 1)[1]}")
        if journal := self._chain.content:
            self._objects.put(f"{where}journal.jsonl", journal)
        self._objects.delete(moved)
        self.drop_journal()
        self._found = None
        return self._objects.address(where)

    def back_up(self, file: str, data: bytes) -> str:
        """Keep the bytes under this name among the backups; where they are comes back."""
        self._objects.put(f"{self._backups}{file}", data)
        return self._objects.address(f"{self._backups}{file}")

    def keep(self, version: str, entry: bytes) -> None:
        """Keep the state file as it is now as a version with this name, and what is to be said about it."""
        self._objects.copy(self._state, f"{self._history}{version}{_STATE}")
        self._objects.put(f"{self._history}{version}{_ENTRY}", entry)

    def versions(self) -> tuple[str, ...]:
        """The names of the versions, in order."""
        keys = [key for key in self._objects.sizes(self._history) if key.endswith(_ENTRY)]
        return tuple(key.removeprefix(self._history).removesuffix(_ENTRY) for key in keys)

    def entry(self, version: str) -> bytes | None:
        """What is said about a version."""
        found = self._objects.get(f"{self._history}{version}{_ENTRY}")
        return found.body if found else None

    def version(self, name: str) -> bytes | None:
        """The state file of a version."""
        found = self._objects.get(f"{self._history}{name}{_STATE}")
        return found.body if found else None

    def kept(self) -> Kept | None:
        """What an earlier run kept on this machine; None: nothing."""
        if data := self._here.kept():
            return Kept(self._here.journal, data)
        if (file := self._here.earlier) is not None and (data := self._here.kept_earlier()):
            return Kept(file, data, is_certain=False)
        return None

    def adopt_kept(self) -> None:
        """Keep under this endpoint's name what an earlier version kept under the bucket's alone."""
        self._here.adopt()

    def catch_up(self, rest: bytes) -> None:
        """Add to the journal what only the kept one has, as it is there."""
        self._append(rest)

    def drop_kept(self) -> None:
        """Remove the kept journal: the bucket has all of it."""
        self._here.drop_journal()

    def set_kept_aside(self) -> None:
        """Move the kept journal to the backups: the bucket has gone another way."""
        self._here.set_aside()

    def _look(self) -> None:
        """Both as they were at one moment: what was replaced meanwhile is looked at again."""
        while True:
            self._found = self._objects.get(self._state)
            whole = self._chain.look()
            if whole and self._objects.tag(self._state) == (self._found.tag if self._found else None):
                self._seen = True
                return

    def _append(self, data: bytes) -> None:
        """Add to the journal in the bucket. Raises `StateIsTakenOver`."""
        self._lease.check()
        try:
            self._chain.append(data, self._lease.token)
        except SomebodyElse:
            # Perhaps somebody who was too late to take over; then the lease is still ours.
            self._lease.renew()
            if not self._chain.is_stray_fence():
                raise self._taken_over() from None
            self._append(data)
        # Once more: we may have been stopped while we waited for the answer, and what follows is a call to
        # the cloud, which no fence can hold back.
        self._lease.check()

    def _taken_over(self) -> StateIsTakenOver:
        return StateIsTakenOver(self.stack, self._lease.last_holder() or "somebody who is gone again")

    def _new_lease(self) -> Lease:
        key = f".pulumi/leases/{self.stack}.json"
        return Lease(self._objects, key, self.stack, self._here.note, self._duration)

    @contextmanager
    def _freeing(self, lease: Lease) -> Generator[None]:
        """Free the lease in the end. Who is cut off leaves it; it runs out."""
        try:
            yield
        except (StateIsAway, StateIsTakenOver) as cut_off:
            if isinstance(cut_off, StateIsTakenOver) and cut_off.stack != self.stack:
                _free(lease)  # it happened to a stack beside this one
            elif cut_off.kept is None and self._here.kept():
                cut_off.kept = self._here.journal
            raise
        except BaseException:
            _free(lease)
            raise
        _free(lease)


class _Twice:
    """A journal in a file and in a bucket: `write` returns when both have it."""

    def __init__(self, file: FileLog, append: Callable[[bytes], None]) -> None:
        self.name = file.name
        self._file = file
        self._append = append
        self._cut_off: StateIsAway | StateIsTakenOver | None = None

    def write(self, data: bytes) -> None:
        """Add the bytes. Once the bucket lacks some, everything further goes into the file alone.

        Raises `OSError` of the file, and `StateIsAway` or `StateIsTakenOver` of the bucket.
        """
        self._file.write(data)
        if self._cut_off is None:
            try:
                self._append(data)
            except (StateIsAway, StateIsTakenOver) as cut_off:
                self._cut_off = cut_off
        if self._cut_off is not None:
            raise self._cut_off

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _free(lease: Lease) -> None:
    with contextlib.suppress(StateIsAway, StateIsTakenOver):  # what was done stays done
        lease.free()


def _announces(last: bytes, state: bytes) -> bool:
    """Whether the last lines of a journal name this state file as the one that holds it all."""
    return f'"checkpoint":"{hashlib.sha256(state).hexdigest()}"'.encode() in last
