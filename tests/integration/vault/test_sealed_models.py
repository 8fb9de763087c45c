"""From an environment's file to a model that only its own servers open: a real Vault, a real API server."""

import copy

from tests.integration.vault.sealed_world import RANKER, SERVICES, cluster, header_of, opened, sealing

__all__ = ["cluster", "opened", "sealing"]  # fixtures


def test_nothing_is_left_to_do(sealing):
    sealing("plan ENV --detailed-exitcode")


def test_the_store_has_the_model_by_its_digest_and_nothing_in_clear(sealing):
    file = sealing.sealed_file(sealing.ranker)
    assert file.parent.name == sealing.ranker["digest"].replace(":", "-")
    assert b"0123456789abcdef" not in file.read_bytes()
    sealing(f"model verify ENV ranker 17 {sealing.ranker['uri']}")
    sealing(f"model verify ENV ranker 18 {sealing.ranker['uri']}", code=1)


def test_the_servers_of_a_model_find_its_files(sealing, opened):
    assert opened(sealing.ranker, "search") == RANKER
    assert opened(sealing.triage, "support") == {"model.joblib": b"of another team"}


def test_they_are_refused_the_model_of_another(sealing, opened):
    status, answer = sealing.login("model-triage", sealing.token("ranker", "search"))
    assert (status, answer["errors"]) == (403, ["service account name not authorized"])
    said = opened(sealing.triage, "support", token=sealing.token("ranker", "search"))
    assert "Vault refuses `auth" in said
    assert "403" in said
    _, wrapped = header_of(sealing.sealed_file(sealing.triage))
    for path, body in {
        "decrypt/model-triage": {"ciphertext": wrapped},
        "datakey/plaintext/model-ranker": {},
        "encrypt/model-ranker": {"plaintext": ""},
        "sign/signing": {"input": ""},
        "keys/model-ranker/rotate": {},
    }.items():
        _, answer = sealing.login("model-ranker", sealing.token("ranker", "search"))
        token = answer["auth"]["client_token"]
        assert sealing.vault.ask("POST", f"{sealing.name}/transit/{path}", body, token)[0] == 403, path


def test_a_login_is_good_for_one_call(sealing):
    _, wrapped = header_of(sealing.sealed_file(sealing.ranker))
    _, answer = sealing.login("model-ranker", sealing.token("ranker", "search"))
    asked = ("POST", f"{sealing.name}/transit/decrypt/model-ranker", {"ciphertext": wrapped})
    assert sealing.vault.ask(*asked, answer["auth"]["client_token"])[0] == 200
    assert sealing.vault.ask(*asked, answer["auth"]["client_token"])[0] == 403


def test_a_model_in_the_place_of_another_does_not_start(sealing, opened):
    said = opened(sealing.ranker, "search", fetched=sealing.sealed_file(sealing.triage))
    assert f"it has the digest {sealing.triage['digest']}, not {sealing.ranker['digest']}" in said


def test_a_signature_that_does_not_hold_is_told_with_its_line(sealing):
    before = sealing.file.read_text()
    sealing.change(lambda settings: settings["models"][0]["traffic"].update(stable=18))
    try:
        said = sealing("plan ENV", code=1).err
    finally:
        sealing.file.write_text(before)
    assert "error[ENV-056]: Signature of a model does not hold" in said
    assert f"environments/{sealing.name}.yaml:" in said


def test_what_is_not_signed_does_not_get_into_the_cluster(sealing, until):
    body = copy.deepcopy(sealing.service("ranker", "search"))
    body["metadata"] = {"name": "unsigned", "namespace": "search"}
    body.pop("status", None)
    predictor = body["spec"]["predictor"]
    predictor["annotations"]["provisioner/model-digest"] = "sha256:" + "0" * 64
    path = f"{SERVICES.replace('inf', 'namespaces/search/inf')}?dryRun=All"
    # An API server minds a new policy some moments after it was made.
    until(lambda: sealing.cluster.ask("POST", path, body)[0] != 201)
    code, answer = sealing.cluster.ask("POST", path, body)
    assert code in (403, 422)
    assert "was not found among those with a signature that holds" in answer["message"]
