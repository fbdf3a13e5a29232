"""No secret passes in the clear, and none is repeated by whoever refuses it."""

from __future__ import annotations

import base64
import json
import random
import string
import uuid
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from keys_support import BASE, SEALED, codes, compiled, team

from compiler.cli.main import maasc
from compiler.diagnostics.formats import FORMATS
from compiler.diagnostics.look import Look
from compiler.source.document import Sources
from compiler.source.guard import guarded, hidden
from compiler.source.load import load_folder, load_text
from compiler.source.secret_text import in_text, looks_random

KEY = "BAcvCJL6N5JzvQWJjtrRJ6DGkgVLewcKBMFGIxctIFwGkFuP"
SIGNED = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
PRIVATE_KEY = "-----BEGIN RSA PRIVATE KEY-----\n  MIIEowIBAAKCAQEA\n  -----END RSA PRIVATE KEY-----"

# A text, and what must not be seen of it.
PLAIN = [
    (f"# {KEY}\n", KEY),
    (f"a: {KEY}\n", KEY),
    (f"a: [x, '{KEY}']\n", KEY),
    (f"a: APIKEY {KEY}\n", KEY),
    (f"{KEY}: a\n", KEY),
    (f'a: "\\x{ord(KEY[0]):02x}{KEY[1:]}"\n', KEY[1:]),
    ("a: sk-oai-abcdefghijklmno1\n", "abcdefghijklmno1"),
    ("a: sk-Abcdefghijklmnopq\n", "Abcdefghijklmnopq"),
    (f"a: Bearer {SIGNED}\n", SIGNED[:20]),
    (f"a: |\n  {PRIVATE_KEY}\n", "MIIEow"),
    ("a: |\n  -----BEGIN PRIVATE KEY-----\n  MIIEow\n", "MIIEow"),
    ("password: hunter2\n", "hunter2"),
    ("a: {clientSecret: 'hunter2', b: c}\n", "hunter2"),
    ("a:\n  db_password: hunter2 # of old\n", "hunter2"),
    ("a: {b: 1, token: hunter2}\n", "hunter2"),
    ("api_key: >-\n  hunter2\n  again\n", "hunter2"),
    ('"pass\\x77ord": hunter2\n', "hunter2"),
    ("access-token: 0123456\n", "0123456"),
    ("a: {secret: {sealed: hunter2}}\n", "hunter2"),
    (f"a: {{secret: {{sealed: {SEALED[:300]}}}}}\n", SEALED[100:140]),
    ("kind: Secret\napiVersion: v1\ndata: {a: aHVudGVyMg==}\n", "aHVudGVyMg"),
    ("kind: Secret\napiVersion: v1\ntype: kubernetes.io/service-account-token\ndata: {a: aHVudGVyMg==}\n", "aHVudGVyMg"),
    ("items:\n  - stringData:\n      a: hunter2\n    kind: Secret\n", "hunter2"),
    (f"a: [{KEY}\n", KEY),
    (f"a: {KEY}\na: {KEY}\n", KEY),
    (f"a: !{KEY} b\n", KEY),
    (f"a: *{KEY}\n", KEY),
]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("text", "secret"), PLAIN)
def test_it_is_refused_and_no_report_repeats_it(tmp_path: Path, text: str, secret: str, form: str) -> None:
    """Whatever else is wrong with the file, and in every form of the report."""
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    sources, found = load_folder(tmp_path)
    assert "plaintext-secret" in [one.code for one in found]
    assert sources.documents == ()
    report = FORMATS[form](found, sources, Look(color=False))
    assert "plaintext-secret" in report
    assert not _told(secret, report)


def _told(secret: str, report: str) -> bool:
    """Tell whether a report shows a secret, or enough of its beginning to be worth something."""
    return secret in report or secret[:12] in report or json.dumps(secret)[1:13] in report


INNOCENT = [
    "sub: 28341878-ea4a-4ae7-9e97-05bfb0fdd108",
    "sub: AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
    "{email: a@example.com, 'sub': 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ'}",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8",
    "RedHatAI/Meta-Llama-3.1-405B-Instruct-FP8-quantized-w4a16-g128",
    "ibm-granite-3-1-8b-instruct-q4-k-m-gguf-2024-12-18",
    "nvidia/Llama-3_1-Nemotron-Ultra-253B-v1-FP8",
    "sk-learn-model-serving-runtime",
    "system:serviceaccounts:maas-default-gateway-tier-enterprise",
    "kubernetesSubjectAccessReviewExpressionOfTheGateway",
    "https://keycloak.apps.maas2.octo-emerging.redhataicoe.com/realms/maas/protocol/openid-connect",
    "CN=Machine-Learning-Engineers-EMEA,OU=Groups,DC=corp",
    "tokens: [{limit: 50000, window: 1h}]",
    "credential: {secret: openai-key, key: token}",
    "secretKey: api_key",
    "token: ${TOKEN}",
    "password: <from the vault>",
    'password: ""',
    "password: null",
    "# token: what a caller brings along",
    "maas.opendatahub.io/api-key: maas-default-gateway",
    f"encryptedData: {{api_key: {SEALED}}}",
    f"secret: {{sealed: {SEALED}}}",
    "secret: {sealed: alice.sealed}",
    "secret: {external: {store: vault, path: maas/alice-dev}}",
    "kind: SealedSecret",
    "kind: Secret\napiVersion: v1\ntype: kubernetes.io/service-account-token\nmetadata: {name: a}\n",
]


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_no_secret_passes(text: str) -> None:
    documents, found = load_text("a.yaml", text.encode())
    assert found == ()
    assert guarded(Sources(documents, {"a.yaml": text}))[1] == ()


def test_what_is_in_this_repository_passes() -> None:
    """The configuration, its output, and every case."""
    root = Path(__file__).parents[2]
    folders = [
        root / "config",
        root / "out",
        *(root / "tests" / "cases").glob("*/config"),
        *(root / "tests" / "cases").glob("*/out"),
    ]
    assert len(folders) > 10
    for folder in folders:
        assert load_folder(folder)[1] == (), folder


_SEEDS = st.integers(0, 2**32)


def _drawn(seed: int, alphabet: str, length: int) -> str:
    drawn = random.Random(seed)  # noqa: S311 - the same words in every run
    return "".join(drawn.choice(alphabet) for _ in range(length))


def test_nearly_everything_that_is_drawn_at_random_is_noticed() -> None:
    """Keys of this program, tokens of others, and digits of base 16; what is not is a matter of luck."""
    kinds = [
        (string.ascii_letters + string.digits, 48),
        (string.ascii_letters + string.digits + "-_", 43),
        (string.digits + "abcdef", 32),
    ]
    for alphabet, length in kinds:
        noticed = sum(looks_random(_drawn(seed, alphabet, length)) for seed in range(500))
        assert noticed > 480, alphabet


@settings(max_examples=50, deadline=None)
@given(st.uuids(), st.lists(st.from_regex(r"[a-z]{3,9}|[0-9]{1,3}b?", fullmatch=True), min_size=4, max_size=9))
def test_neither_uuids_nor_names_made_of_words_are_noticed(identity: uuid.UUID, words: list[str]) -> None:
    assert not looks_random(str(identity))
    assert not looks_random("-".join(words))


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=20, max_size=200))
def test_sealed_values_are_never_noticed(value: bytes) -> None:
    sealed = base64.b64encode((256).to_bytes(2, "big") + value.ljust(256, b"x") + value).decode()
    assert list(in_text(f"a: {sealed}")) == []


@settings(max_examples=50, deadline=None)
@given(st.text("ab \n'\"", max_size=20), _SEEDS, st.text("ab \n'\"", max_size=20))
def test_only_the_secret_is_hidden(before: str, seed: int, after: str) -> None:
    """A star stands for each character, so that all places stay what they are."""
    secret = next(
        word for step in range(99) if looks_random(word := _drawn(seed + step, string.ascii_letters + string.digits, 48))
    )
    shown = hidden(f"{before} {secret} {after}")
    assert shown == f"{before} {'*' * 48} {after}"


def test_a_file_without_a_secret_beside_one_with_it_is_shown_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"a: {KEY}\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("b: c\n", encoding="utf-8")
    sources, _ = load_folder(tmp_path)
    assert dict(sources.texts) == {"a.yaml": f"a: {'*' * 48}\n", "b.yaml": "b: c\n"}


@pytest.mark.parametrize("name", ["tests/suite.yaml", "notes.txt", "keys/alice.sealed", "sub/key.pem"])
def test_files_beside_the_configuration_are_searched_as_well(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"a: {KEY}\n", encoding="utf-8")
    front = compiled(tmp_path, BASE)
    assert codes(front) == ["plaintext-secret"]
    assert KEY not in str(front)


def test_hidden_files_and_what_is_no_text_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(KEY, encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"\xff\xfe" + KEY.encode())
    assert codes(compiled(tmp_path, BASE)) == []


def test_a_suite_elsewhere_is_searched_when_it_is_run(tmp_path: Path) -> None:
    compiled(tmp_path / "config", BASE)
    suite = tmp_path / "suite.yaml"
    suite.write_text(f"callers: {{alice: {{user: {KEY}}}}}\nexpect: []\n", encoding="utf-8")
    result = CliRunner().invoke(maasc, ["test", str(suite), "--config", str(tmp_path / "config")])
    assert "plaintext-secret" in result.output
    assert KEY not in result.output
    assert result.exit_code != 0


def test_a_secret_among_the_manifests_is_no_proof(tmp_path: Path) -> None:
    """Whoever puts one into the output has it in the repository."""
    config, out = tmp_path / "config", tmp_path / "out"
    compiled(config, team("{dev: {user: alice, secret: {external: {store: vault, path: a}}}}"))
    words = ["--config", str(config), "--out", str(out)]
    assert CliRunner().invoke(maasc, ["build", "--no-prove", *words]).exit_code == 0
    (out / "secret.yaml").write_text("apiVersion: v1\nkind: Secret\nstringData: {api_key: hunter2}\n", encoding="utf-8")
    result = CliRunner().invoke(maasc, ["prove", *words])
    assert (result.exit_code, "plaintext-secret" in result.output, "hunter2" in result.output) == (1, True, False)


@pytest.mark.parametrize("form", FORMATS)
def test_the_command_says_it_without_repeating_it(tmp_path: Path, form: str) -> None:
    compiled(tmp_path, team(f"{{dev: {{user: alice, secret: {{sealed: {KEY}}}}}}}"))
    result = CliRunner().invoke(maasc, ["check", "--format", form, "--config", str(tmp_path)])
    assert (result.exit_code, "plaintext-secret" in result.output, _told(KEY, result.output)) == (1, True, False)


@pytest.mark.parametrize("command", ["effective", "report", "diff", "fmt"])
def test_no_other_command_repeats_it_either(tmp_path: Path, command: str) -> None:
    compiled(tmp_path, team(f"{{dev: {{user: alice, secret: {{sealed: {KEY}}}}}}}").replace("gold", "[gold"))
    words = [str(tmp_path)] if command == "diff" else ["--check"] if command == "fmt" else []
    result = CliRunner().invoke(maasc, [command, *words, "--config", str(tmp_path)])
    assert result.exit_code != 0
    assert not _told(KEY, result.output)
