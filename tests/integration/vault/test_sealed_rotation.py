"""What becomes of sealed models when their keys are rotated: in an environment of its own, which it changes."""

from tests.integration.vault.sealed_world import RANKER, cluster, header_of, opened, sealing

__all__ = ["cluster", "opened", "sealing"]  # fixtures


def test_after_a_rotation_it_still_opens_and_below_the_minimum_version_it_does_not(sealing, opened):
    sealing.vault.post(f"{sealing.name}/transit/keys/model-ranker/rotate")
    newer = sealing.seal("ranker", 18, {"config.json": b"newer"})
    assert [header_of(sealing.sealed_file(each))[1][:9] for each in (sealing.ranker, newer)] == [
        "vault:v1:",
        "vault:v2:",
    ]
    assert opened(sealing.ranker, "search") == RANKER

    def raised(settings):
        settings["encryption"]["vault"]["transit"][0]["minimum_version"] = 2

    sealing.change(raised)
    sealing.apply()
    said = opened(sealing.ranker, "search")
    assert "ciphertext or signature version is disallowed by policy (too old)" in said
    assert "too old" in sealing(f"model open ENV ranker 17 {sealing.ranker['uri']} --to out", code=1).err
    sealing.serve(newer, sealing.triage)
    sealing.apply()
    assert opened(newer, "search") == {"config.json": b"newer"}
