"""What becomes of keys is read back and held against what is meant: any change of it is noticed, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mutation_keys import OPERATORS
from mutation_manifests import Mutant, Platform, mutated, platform

from compiler.diagnostics.model import Diagnostic, failed
from compiler.gateway.read import loaded, understood
from compiler.prove.from_gateway import externals
from compiler.prove.surroundings import surroundings


def _objections(of: Platform, mutant: Mutant) -> tuple[Diagnostic, ...]:
    files = loaded(mutated(of, mutant))
    cluster, found = understood(files, externals=externals(of.program))
    return (*found, *surroundings(of.program, files, cluster))


def test_the_keys_that_are_emitted_are_those_that_are_meant() -> None:
    """There are some of each kind, or nothing below would be shown."""
    of = platform("keys")
    kinds = sorted(found["kind"] for _, found in of.documents("ExternalSecret", "SealedSecret"))
    assert kinds == ["ExternalSecret", "ExternalSecret", "SealedSecret", "SealedSecret"]
    assert _objections(of, Mutant(())) == ()


@pytest.mark.parametrize("name", OPERATORS)
def test_every_change_of_a_key_is_an_error(name: str) -> None:
    """Every mutant of every key, and not only some of them as where the whole proof is tried."""
    of = platform("keys")
    mutants = list(OPERATORS[name](of))
    assert len(mutants) > 3
    assert [str(mutant) for mutant in mutants if not failed(_objections(of, mutant))] == []


def test_the_place_is_what_is_otherwise() -> None:
    of = platform("keys")
    mutant = next(one for one in OPERATORS["a key of another user"](of) if "mallory" in str(one))
    (found,) = _objections(of, mutant)
    assert found.code == "refuted"
    assert found.place is not None
    assert found.place.path[-1] == "maas.opendatahub.io/user"


def _secrets(of: Platform) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    cluster, _ = understood(loaded(of.texts), externals=externals(of.program))
    for secret in cluster.secrets:
        yield secret.id, dict(secret.labels), dict(secret.annotations)


def test_what_operators_make_is_a_secret_that_authorino_reads() -> None:
    """Both kinds are read as the Secret that will be there, with the labels and annotations of its template."""
    found = {name: (labels, annotations) for name, labels, annotations in _secrets(platform("keys"))}
    assert sorted(found) == [
        "gateway-system/maas-key-demo.alice-dev",
        "gateway-system/maas-key-demo.bob-ci",
        "gateway-system/maas-key-demo.bob-reviews",
        "gateway-system/maas-key-ml.alice-dev",
    ]
    for labels, _ in found.values():
        assert labels["authorino.kuadrant.io/managed-by"] == "authorino"
        assert labels["maas.opendatahub.io/api-key"] == "maas-default-gateway"
    users = {name: annotations["maas.opendatahub.io/user"] for name, (_, annotations) in found.items()}
    assert users["gateway-system/maas-key-demo.alice-dev"] == "alice"
    assert users["gateway-system/maas-key-demo.bob-ci"] == "bob"
    assert found["gateway-system/maas-key-ml.alice-dev"][1]["maas.opendatahub.io/groups"] == "ml-people"
