"""A journal that was cut off gives what was whole; one that was changed is refused. It never gives anything else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.engine.embedded.framing import Damaged, framed, scan
from provisioner.engine.embedded.property_json import compact

LINES = [
    compact({"n": number, "text": text})
    for number, text in enumerate(["", "x" * 300, "ä\n", '{"sum":"0', "last"])
]


def journal(lines) -> bytes:
    whole, before = b"", ""
    for line in lines:
        data, before = framed(line, before)
        whole += data
    return whole


WHOLE = journal(LINES)


def lines_in(data: bytes) -> list[str]:
    return [payload.decode() for payload in scan(data)[0]]


def test_a_whole_journal_gives_every_line():
    assert lines_in(WHOLE) == LINES
    assert scan(WHOLE)[1].offset == len(WHOLE)
    assert scan(b"")[1].offset == 0


def test_cut_at_any_byte_it_gives_the_whole_lines_before_the_cut():
    ends = [len(journal(LINES[:count])) for count in range(len(LINES) + 1)]
    for cut in range(len(WHOLE)):
        data = WHOLE[:cut]
        complete = sum(end <= cut + 1 for end in ends[1:])  # the line feed itself may be missing
        assert lines_in(data) == LINES[:complete]
        end = scan(data)[1]
        assert data[: end.offset] + (b"" if end.is_terminated else b"\n") == WHOLE[: ends[complete]]


def test_zeros_where_the_power_failed_are_a_torn_tail():
    for cut in range(len(journal(LINES[:-1])), len(WHOLE)):
        torn = WHOLE[:cut] + bytes(4096)
        assert lines_in(torn) in (LINES, LINES[:-1])


def test_every_single_flipped_bit_is_noticed():
    for place in range(len(WHOLE)):
        for bit in range(8):
            data = bytearray(WHOLE)
            data[place] ^= 1 << bit
            with pytest.raises(Damaged):
                scan(bytes(data))


@settings(max_examples=300, deadline=None)
@given(st.sets(st.integers(0, len(WHOLE) * 8 - 1), min_size=1, max_size=6), st.integers(0, len(WHOLE)))
def test_flipped_bits_and_a_cut_never_give_a_line_that_was_not_written(flips, cut):
    data = bytearray(WHOLE)
    for flip in flips:
        data[flip // 8] ^= 1 << (flip % 8)
    try:
        found = lines_in(bytes(data[:cut]))
    except Damaged:
        return
    assert found == LINES[: len(found)]


@settings(deadline=None)
@given(st.permutations(range(len(LINES))), st.integers(0, len(LINES)))
def test_lines_that_were_moved_doubled_or_lost_are_noticed(order, count):
    framed_lines = WHOLE.splitlines(keepends=True)
    data = b"".join(framed_lines[number] for number in order[:count])
    try:
        found = lines_in(data)
    except Damaged:
        return
    assert found == LINES[: len(found)]
    assert len(found) == count


def test_damage_names_its_line():
    first, second, *_ = WHOLE.splitlines(keepends=True)
    with pytest.raises(Damaged, match="line 2 "):
        scan(first + second.replace(b"x", b"y", 1))
    with pytest.raises(Damaged, match="line 2 "):
        scan(first + b"by hand\n")
    with pytest.raises(Damaged, match="line 2 "):
        scan(first + b"by hand")
