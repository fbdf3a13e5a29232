"""Traps of API keys: where their Secrets lie, and what they open."""

from __future__ import annotations

from traps_bench import CASES, case

from compiler.program.decide import Caller, Request, decide


def test_secrets_of_keys_lie_where_authorino_looks_for_them() -> None:
    """In its own namespace, with its watch label and the label that the gateway's policies ask for."""
    seen = 0
    for name in CASES:
        platform = case(name).program.platform
        for secret in case(name).cluster.secrets:
            if not secret.name.startswith("maas-key-"):
                # Authorino takes the Secret of nothing else for a key.
                assert "authorino.kuadrant.io/managed-by" not in dict(secret.labels)
                continue
            assert secret.namespace == platform.kuadrant_namespace
            assert {
                ("authorino.kuadrant.io/managed-by", "authorino"),
                ("maas.opendatahub.io/api-key", platform.gateway.name),
            } <= set(secret.labels)
            assert [key for key, _ in secret.data] == ["api_key"]
            seen += 1
    assert seen >= 4


def test_a_key_opens_every_model_that_what_it_is_bound_to_covers() -> None:
    """One key for all models of a team, or of a subscription, unless it says that it is for fewer."""
    seen = 0
    for name in CASES:
        program = case(name).program
        for key in program.keys:
            caller = Caller("keys", key.user, frozenset(key.groups), key.bound)
            covered = [
                model.id
                for model in program.models
                for entry in model.entries
                if entry.key == key.bound and entry.subjects.cover(key.user, caller.groups)
            ]
            answers = {model: decide(program, caller, Request(model, f"/{model}/v1/chat/completions")) for model in covered}
            assert {answer.selected for answer in answers.values() if answer.status == 200} == {key.bound}
            seen += len(covered) > 1
    assert seen > 0
