"""`init`: a first environment file by questions or by options, checked before it is written."""

import shlex
from pathlib import Path

ANSWERED = ("init", "--name", "prod", "--account", "111122223333", "--owner", "ml@example.com")
FILE = Path("environments/prod.yaml")


def typed(*lines):
    return "\n".join(lines)


def test_the_answers_as_options(cli, golden):
    ended = cli(*ANSWERED)
    assert (ended.code, ended.err) == (0, "")
    golden(f"{ended.out}\n--- {FILE}\n{FILE.read_text()}")


def test_every_answer_is_in_the_file(cli, golden):
    more = "--data-class restricted --region eu-west-1 --replicas eu-central-1,us-west-1 --cidr 10.64.0.0/14"
    more += " --connectivity airgap --mirror registry.corp.example --cluster eks"
    more += " --admin arn:aws:iam::111122223333:role/ml --gpu g6e.2xlarge --gpu-nodes 1..4"
    assert cli(*ANSWERED, *more.split()).code == 0
    golden(FILE.read_text())


def test_the_local_cloud_has_no_account(cli):
    assert cli("init", "--name", "desk", "--cloud", "local", "--owner", "ml@example.com").code == 0
    assert "account" not in Path("environments/desk.yaml").read_text()
    assert cli("validate", "desk").code == 0


def test_without_a_cloud_it_is_a_cluster_that_exists(cli, golden):
    given = ("--name", "hall", "--cloud", "none", "--owner", "ml@example.com", "--context", "admin@hall")
    assert cli("init", *given).code == 0
    golden(Path("environments/hall.yaml").read_text())
    assert cli("validate", "hall").code == 0


def test_a_person_is_asked_and_a_wrong_answer_is_explained_at_once(cli, golden):
    answers = ("Prod!", "prod", "", "1", "111122223333", "ml@example.com", "", "eu-wset-1", "eu-west-1")
    ended = cli("init", typed=typed(*answers, "", "", "", "", "", "g6.xlarge", ""))
    assert ended.code == 0, ended.err
    golden(f"{ended.err}\n---\n{ended.out}\n--- {FILE}\n{FILE.read_text()}")


def test_the_command_that_is_printed_writes_the_same_file(cli):
    ended = cli("init", typed=typed("prod", "", "111122223333", "ml@example.com", *[""] * 9))
    assert ended.code == 0, ended.err
    text = FILE.read_text()
    FILE.unlink()
    [line] = [line for line in ended.out.splitlines() if line.startswith("  provisioner init")]
    assert cli(*shlex.split(line)[1:]).code == 0
    assert FILE.read_text() == text


def test_what_has_an_option_is_not_asked(cli):
    ended = cli(*ANSWERED, "--cluster", "none", typed=typed(*[""] * 6))
    assert ended.code == 0
    assert "Name of the environment" not in ended.err
    assert "Region" in ended.err


def test_without_a_terminal_the_missing_answers_are_named(cli, golden):
    ended = cli("init", "--name", "prod")
    assert ended.code == 1
    assert not FILE.parent.exists()
    golden(ended.err)


def test_a_wrong_option_writes_nothing(cli):
    ended = cli(*ANSWERED, "--region", "eu-wset-1")
    assert ended.code == 1
    assert "error[ENV-015]: Unknown region\n --> environments/prod.yaml:7:9" in ended.err
    assert not FILE.exists()


def test_a_file_is_never_overwritten(cli):
    FILE.parent.mkdir()
    FILE.write_text("mine")
    ended = cli(*ANSWERED)
    assert ended.code == 1
    assert "error[RUN-029]: File exists" in ended.err
    assert FILE.read_text() == "mine"


def test_the_block_of_another_environment_is_not_proposed_again(cli):
    cli(*ANSWERED)
    (FILE.parent / "base.yaml").write_text("owner: part@example.com\n")
    assert cli("init", "--name", "next", "--cloud", "local", "--owner", "ml@example.com").code == 0
    assert "10.20.0.0/14" in FILE.read_text()
    assert "10.24.0.0/14" in Path("environments/next.yaml").read_text()


def test_a_file_elsewhere_is_called_by_its_path(cli):
    ended = cli(*ANSWERED, "--out", "mine.yaml")
    assert ended.code == 0
    assert "--out mine.yaml\n" in ended.out
    assert "provisioner plan mine.yaml" in ended.out


def test_a_folder_that_cannot_be_written_to_is_told(cli):
    Path("environments").write_text("a file where a folder should be")
    ended = cli(*ANSWERED)
    assert ended.code == 1
    assert "error[RUN-030]: File cannot be written" in ended.err


def test_ctrl_c_at_a_question_ends_with_9(cli, monkeypatch):
    def pressed(_prompt):
        raise KeyboardInterrupt

    monkeypatch.setattr("click.termui.visible_prompt_func", pressed)
    assert cli("init", typed="").code == 9
    assert not FILE.exists()
