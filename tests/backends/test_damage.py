"""Whatever becomes of the bytes of a state: it gives what was written, or is refused and left as it is."""

import pytest

from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.secrets import BlindSealer
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Began, Ended, Noted, Put
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.failures import NewerState, StateIsDamaged
from tests.support.buckets import BUCKET, Bucket, Objects
from tests.support.fake_s3 import FakeS3
from tests.support.records import thing

BLIND = BlindSealer()
ENTRIES = (
    Noted((Put(thing("c")),)),
    Began(1, "creating", thing("d", id="")),
    Ended(1, (Put(thing("d")),)),
)


class InFolder:
    """A state in files."""

    def __init__(self, root):
        self.backend = Folder(root)
        self._root = root

    def parts(self):
        return [file for file in sorted(self._root.rglob("*.json*")) if file.suffix != ".bak"]

    def read(self, part):
        return part.read_bytes()

    def write(self, part, data):
        part.write_bytes(data)

    def remove(self, part):
        part.unlink()


class InBucket:
    """A state in objects."""

    def __init__(self, root):
        self.objects = Objects(BUCKET, "p", FakeS3().client)
        client = self.objects._client()
        self.objects._client = lambda: client
        self.backend = Bucket(self.objects, root)

    def parts(self):
        return [key for key in self.objects.sizes(".pulumi/") if key.split("/")[1] in ("stacks", "journals")]

    def read(self, part):
        return self.objects.get(part).body

    def write(self, part, data):
        self.objects.put(part, data)

    def remove(self, part):
        self.objects.delete([part])


@pytest.fixture(params=[InFolder, InBucket], ids=["folder", "bucket"])
def kept(request, tmp_path):
    """A state file of two records, and a journal that continues it."""
    return written(request.param(tmp_path))


def written(kept):
    store = opened(kept)
    with store.lock():
        store.compact(Snapshot((thing("a"), thing("b"))), (), BLIND)
        journal = store.journal(BLIND)
        for entry in ENTRIES:
            journal.append(entry)
        journal.close()
    return kept


def opened(kept):
    return StackStore(kept.backend.place("foundation", "dev"))


def known(kept):
    stored = opened(kept).load(BLIND)
    return sorted(map(str, stored.snapshot.records())), stored.pending


def steps(kept):
    """What is known after each line of the journal."""
    found = []
    for count in range(len(ENTRIES) + 1):
        snapshot, pending = Snapshot((thing("a"), thing("b"))), {}
        for entry in ENTRIES[:count]:
            if isinstance(entry, Began):
                pending[entry.operation] = entry
                continue
            pending.pop(getattr(entry, "operation", None), None)
            for edit in entry.edits:
                snapshot.apply(edit)
        found.append((sorted(map(str, snapshot.records())), tuple(pending.values())))
    return found


def test_one_flipped_bit_at_any_place_is_noticed(kept):
    whole = known(kept)
    for part in kept.parts():
        content = kept.read(part)
        for place in range(len(content)):
            kept.write(
                part, content[:place] + bytes([content[place] ^ (1 << place % 8)]) + content[place + 1 :]
            )
            refused_or(kept, [whole])
        kept.write(part, content)
    assert known(kept) == whole


def test_cut_at_any_place_it_is_what_was_written_before_or_refused(kept):
    possible = steps(kept)
    for part in kept.parts():
        content = kept.read(part)
        for end in range(len(content)):
            kept.write(part, content[:end])
            refused_or(kept, possible)
        kept.write(part, content)
    assert known(kept) == possible[-1]


def test_only_zeros_from_any_place_on_is_noticed(tmp_path):
    """What a file system may show after the power has failed: its length, and not yet its content."""
    kept = written(InFolder(tmp_path))
    possible = steps(kept)
    for part in kept.parts():
        content = kept.read(part)
        for place in range(len(content)):
            kept.write(part, content[:place] + bytes(len(content) - place))
            refused_or(kept, possible)
        kept.write(part, content)
    assert known(kept) == possible[-1]


def test_any_part_that_is_gone_is_noticed_or_was_the_last(kept):
    possible = steps(kept)
    for part in kept.parts():
        content = kept.read(part)
        kept.remove(part)
        refused_or(kept, possible)
        kept.write(part, content)


def refused_or(kept, possible):
    before = {part: kept.read(part) for part in kept.parts()}
    try:
        assert known(kept) in possible
    except (StateIsDamaged, NewerState):
        pass
    assert {part: kept.read(part) for part in kept.parts()} == before


def test_whoever_writes_refuses_a_damaged_state_as_well(kept):
    part = kept.parts()[0]
    content = kept.read(part)
    kept.write(part, content[:-10] + b"X" + content[-9:])
    store = opened(kept)
    with store.lock():
        for act in (lambda: store.journal(BLIND), lambda: store.compact(Snapshot(()), (), BLIND)):
            with pytest.raises(StateIsDamaged):
                act()
    assert kept.read(part) == content[:-10] + b"X" + content[-9:]
