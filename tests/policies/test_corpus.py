"""Environments that are wrong in some way are told what is wrong with them, all of it and nothing else."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from policies.check import check
from policies.model import Status
from policies.packs import applying
from policies.scene import Scene
from tests.support.corpus import scene, unknown_labels

ENTRIES = [
    pytest.param(entry, id=f"{file.stem}-{number}")
    for file in sorted((Path(__file__).parent / "corpus").glob("*.yaml"))
    for number, entry in enumerate(yaml.safe_load(file.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_broken_environment_is_told_all_that_is_wrong_with_it(entry):
    assert not unknown_labels(entry)
    objects, facts = scene(entry)
    said = check(tuple(applying(facts)), Scene(objects, facts)).verdicts
    assert not [each.message for each in said if each.status is Status.ERROR]
    found = [
        " ".join(filter(None, (each.rule.id, each.resource.name, each.path)))
        for each in said
        if each.status is Status.FAIL
    ]
    assert sorted(found) == sorted(entry["findings"]), entry["broken"]


def test_the_corpus_is_of_all_packs_and_large_enough():
    entries = [parameter.values[0] for parameter in ENTRIES]
    assert len(entries) >= 60
    assert Counter(entry["broken"] for entry in entries).most_common(1)[0][1] == 1
    packs = {finding.partition("-")[0] for entry in entries for finding in entry["findings"]}
    assert packs == {"BL", "AG", "MR", "GV", "GPU", "CO"}
