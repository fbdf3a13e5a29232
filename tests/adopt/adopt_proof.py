"""Compares a dump with its configuration, and asks the formulas of a proof about single callers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from adopt_cluster import HOST, Plain, write

from compiler import pipeline
from compiler.adopt.callers import Asked
from compiler.adopt.compare import Comparison, compare
from compiler.adopt.engine import QuickEngine
from compiler.adopt.gather import gather
from compiler.adopt.platform import Wanted
from compiler.adopt.proof.given import Kind, identity
from compiler.adopt.proof.outcome import Outcome, Read
from compiler.adopt.proof.paths import distinguished
from compiler.adopt.proof.reader import Reader
from compiler.adopt.proof.sides import METHOD, Side, headers, trees
from compiler.adopt.proof.witness import read
from compiler.adopt.understand import understand
from compiler.adopt.verdict import answered
from compiler.adopt.write import texts
from compiler.diagnostics.model import failed
from compiler.engines.base import Value
from compiler.engines.celpy_engine import CelpyEngine
from compiler.gateway.answer import answer
from compiler.gateway.externals import Externals
from compiler.gateway.identities import Identities, Token
from compiler.gateway.read import understood
from compiler.gateway.release import find_release
from compiler.gateway.requests import HttpRequest
from compiler.program.ir import SUBSCRIPTION_HEADER
from compiler.prove.algebra import Algebra
from compiler.prove.decider import Instance
from compiler.prove.formula import Fact, Formula, Other, Variable
from compiler.prove.terms import Terms
from compiler.prove.values import Record, Text
from compiler.prove.values import Sequence as Listed
from compiler.prove.world import TARGET, World, header_value
from compiler.source.document import Document
from compiler.suites.plain_engine import PlainEngine


def compared(objects: Iterable[Plain], kuadrant: str = "1.5") -> Comparison:
    """Import objects, and compare both sides."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dump = gather([write(folder / "dump", objects)])
        assert dump.findings == []
        draft, problem = understand(dump, Wanted(kuadrant))
        assert problem is None
        (folder / "config").mkdir()
        for file, text in texts(draft).items():
            (folder / "config" / file).write_text(text, encoding="utf-8")
        front = pipeline.front(folder / "config")
        assert front.program is not None
        back = pipeline.back(front.program)
        return compare(dump, draft, front.program, back.bundle.texts, QuickEngine(CelpyEngine()))


@dataclass(frozen=True)
class _Known:
    """One caller and request, as formulas ask about them."""

    user: str
    groups: frozenset[str]
    audiences: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    path: str = ""
    verb: str = "POST"

    def instance(self, terms: Terms, targets: tuple[str, ...]) -> Instance:
        """Give all facts that are so, and the values of all variables."""
        facts = frozenset(terms.fact(fact) for fact in list(terms.facts()) if self._is_so(fact))
        values: dict[Variable, str | Other | None] = {METHOD: self.verb}
        values |= {header_value(name): None for name in ("x-env", "x-other", SUBSCRIPTION_HEADER)}
        values |= {header_value(name): value for name, value in self.headers}
        values[TARGET] = self.path if self.path in targets else Other(targets)
        return Instance(tuple(values.items()), facts)

    def _is_so(self, fact: Fact) -> bool:
        match fact.kind:
            case "group":
                return fact.name in self.groups
            case "part":
                return any("," in group and fact.name in group.split(",") for group in self.groups)
            case "username":
                return fact.name == self.user
            case "header":
                return fact.name in dict(self.headers)
            case "audience":
                return fact.name in self.audiences
            case "parts":
                return len(self.user.split(":")) > int(fact.name[2:])
            case _:
                return True


class Platform:
    """Policies, both as formulas and as a simulated gateway."""

    def __init__(self, objects: Iterable[Plain], model: str) -> None:
        documents = tuple(Document("dump", number, "", one) for number, one in enumerate(objects))
        outside = Externals(gateway=("openshift-ingress", "maas-default-gateway"), hostname=HOST)
        cluster, found = understood({"dump": (documents, ())}, externals=outside)
        assert not failed(found), found
        release = find_release("1.5")
        side = Side(cluster, release, HOST)
        prefix = f"/{model}"
        self._engine = QuickEngine(CelpyEngine())
        self._cluster, self._release = cluster, release
        known: tuple[str, ...] = (f"{prefix}/v1/chat/completions",)
        about = trees((side,), prefix, known)
        self.targets = distinguished(prefix, f"{prefix}/v1/models", about)
        valued = tuple(dict.fromkeys((SUBSCRIPTION_HEADER, *headers(about))))
        self.world = World(Terms(), self.targets, valued)
        reader = Reader(self.world, Algebra(self.world.terms))
        raw = identity(self.world, Kind(), Record("extra", {}, closed=True))
        self.outcome = side.outcome(reader, Kind(), raw)

    def simulated(self, asked: Asked) -> Read | None:
        """Ask the simulated gateway; None where it cannot tell."""
        token = Token(asked.audiences, asked.user, tuple(sorted(asked.groups)), uid="1")
        request = HttpRequest(asked.verb, HOST, asked.path, (("authorization", "Bearer t"), *asked.headers))
        found = answer(self._cluster, self._release, self._engine, Identities(tokens={"t": token}), request)
        said = answered(found, asked.user)
        return None if said.status is None else (said.passed, frozenset(said.windows if said.passed else ()))

    @staticmethod
    def holds(terms: Terms, formula: Formula, user: str, groups: frozenset[str], wanted: str | None) -> bool:
        """Tell whether a formula holds for a caller who asks for a subscription, or for none."""
        asking = () if wanted is None else ((SUBSCRIPTION_HEADER, wanted),)
        instance = _Known(user, groups, headers=asking).instance(terms, ())
        return read(World(terms, ("/",)), Outcome(formula), instance)[0]

    @staticmethod
    def fields(terms: Terms, found: Record, user: str, groups: frozenset[str], wanted: str | None) -> dict[str, str]:
        """Give the texts that are there for a caller."""
        told: dict[str, str] = {}
        for name, one in found.fields.items():
            if not Platform.holds(terms, one.present, user, groups, wanted):
                continue
            assert isinstance(one.value, Listed)
            value = one.value.alternatives[0].items[0].value
            assert isinstance(value, Text)
            (told[name],) = (
                choice
                for where, choice in value.choices
                if isinstance(choice, str) and Platform.holds(terms, where, user, groups, wanted)
            )
        return told

    @staticmethod
    def tested(text: str, target: str) -> object:
        """Give what a test says of a path with its query."""
        found = PlainEngine().evaluate(text, {"request": {"path": target, "url_path": target.partition("?")[0]}})
        assert isinstance(found, Value), found
        return found.value


def answered_by_formulas(platform: Platform, asked: Asked) -> tuple[Read, bool]:
    """Give what the formulas say of one request, and whether they say that no answer is known."""
    known = _Known(asked.user, asked.groups, asked.audiences, asked.headers, asked.path, asked.verb)
    instance = known.instance(platform.world.terms, platform.targets)
    unknown, _ = read(platform.world, Outcome(platform.outcome.unknown), instance)
    return read(platform.world, platform.outcome, instance), unknown
