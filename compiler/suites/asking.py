"""Finds what a suite names: its callers, the models of the configuration, and the question that each pair of them asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from msgspec.structs import replace

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.diagnostics.quoted import quoted
from compiler.diagnostics.suggest import closest
from compiler.explain.asked import Asked, UnaskableError
from compiler.explain.question import Question, question
from compiler.intent.intent import Intent
from compiler.intent.parse import qualify
from compiler.intent.references import user_aliases
from compiler.program.backends import InferenceService
from compiler.program.ir import Model, Program
from compiler.suites.load import NOT_TESTED, Suite
from compiler.suites.model import CHAT, LISTING, CallerSpec

_COMPLETIONS = "/v1/chat/completions"
_SERVICE_ACCOUNT = "system:serviceaccount:"
_BUILTIN = "system:"


@dataclass
class Asking:
    """The names of one suite; `found` collects what is wrong with them, once for each place."""

    suite: Suite
    program: Program
    intent: Intent
    _found: dict[tuple[str, Place | None], Diagnostic] = field(default_factory=dict)
    _checked: set[str] = field(default_factory=set)

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        """Give what is wrong so far."""
        return tuple(self._found.values())

    @property
    def callers(self) -> tuple[str, ...]:
        """Give every caller of the suite."""
        return tuple(self.suite.spec.callers)

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Give every model of the configuration, and those that the suite knows besides."""
        return tuple(self.spelt(name) for name in (*(model.id for model in self.program.models), *self._strange))

    def spelt(self, name: str) -> str:
        """Give the one spelling of a model's name: without the namespace of models that name none."""
        namespace = self.intent.platform.spec.model_namespace
        return qualify(name, namespace).removeprefix(f"{namespace}/") if namespace else name

    def check_caller(self, name: str, place: Place) -> None:
        """Report a caller that the suite does not have, or one that cannot be."""
        spec = self.suite.spec.callers.get(name)
        if spec is None:
            near = closest(name, self.callers)
            known = f"known callers: {', '.join(f'`{one}`' for one in self.callers) or 'none'}"
            self._add("unknown-caller", f"unknown caller {quoted(name)}", place, f"did you mean `{near}`?" if near else known)
        elif name not in self._checked:
            self._checked.add(name)
            for one in self._wrong(spec, self.suite.place.at("callers", name)):
                self._found.setdefault((one.headline, one.place), one)

    def check_model(self, name: str, place: Place) -> None:
        """Report a model that neither the configuration nor the suite has."""
        if self._model(name) is None:
            near = closest(name, self.models)
            advice = "for a model that only the cluster knows, list it under `unconfigured`"
            self._add("unknown-model", f"unknown model {quoted(name)}", place, f"did you mean `{near}`?" if near else advice)

    def question(self, caller: str, model: str, path: str, headers: dict[str, str], place: Place) -> Question | None:
        """Give the question that a caller asks a model; None when one of the names is unknown, or nobody can ask it."""
        spec, known = self.suite.spec.callers.get(caller), self._model(model)
        if spec is None or known is None:
            return None
        sent = tuple(f"{name}: {value}" for name, value in {**spec.headers, **headers}.items())
        asked = Asked(
            known.id,
            spec.user,
            tuple(spec.groups),
            spec.method,
            sent,
            path=_path(known, path),
            credential=spec.credential is None,
            key=spec.key,
            bound=spec.bound,
        )
        if path.startswith(f"{known.prefix}/"):
            advice = f"write `{path.removeprefix(known.prefix)}`: a path of a suite is what stands behind `{known.prefix}`"
            self._add("bad-value", f"the path `{path}` names the model `{known.id}` once more", place, advice)
            return None
        try:
            made = question(replace(self.program, models=(known,)), self.intent, asked)
        except UnaskableError as error:
            if not self._found:
                self._add("bad-value", str(error), place, error.advice)
            return None
        if spec.user is None and spec.key is None and spec.credential is None:
            made = replace(made, caller=replace(made.caller, userid=self._anybody(caller)))
        return replace(made, program=self.program)

    def _anybody(self, caller: str) -> str:
        """Name somebody whom the configuration does not know, another one for each caller of the suite."""
        while caller in self.intent.users:
            caller += "-else"
        return caller

    def _model(self, name: str) -> Model | None:
        ident = qualify(name, self.intent.platform.spec.model_namespace)
        known = self.program.model(ident)
        return known if known is not None else self._strange.get(ident)

    @cached_property
    def _strange(self) -> dict[str, Model]:
        found: dict[str, Model] = {}
        for index, ident in enumerate(self.suite.spec.unconfigured):
            place = self.suite.place.at("unconfigured", index)
            if self.program.model(ident) is not None:
                self._add("bad-value", f"the model `{ident}` is configured", place, "remove it here, or from the configuration")
                continue
            namespace, _, name = ident.partition("/")
            found[ident] = Model(namespace, name, InferenceService(name), (), (), (), place)
        return found

    def _wrong(self, spec: CallerSpec, place: Place) -> Iterator[Diagnostic]:
        methods = [method.name for method in self.program.platform.methods]
        if spec.method is not None and spec.method not in methods:
            near = closest(spec.method, methods)
            advice = f"did you mean `{near}`?" if near else f"known methods: {', '.join(f'`{one}`' for one in methods)}"
            yield _error("bad-value", f"unknown method {quoted(spec.method)}", place.at("method"), advice)
        keys = [key.id for key in self.program.keys]
        if spec.key is not None and spec.key not in keys:
            near = closest(spec.key, keys)
            known = f"known keys: {', '.join(f'`{one}`' for one in keys) or 'none'}"
            advice = f"did you mean `{near}`?" if near else known
            yield _error("bad-value", f"unknown key {quoted(spec.key)}", place.at("key"), advice)
        users = user_aliases(self.intent)
        if spec.user is not None and spec.user not in users and not spec.user.startswith(_SERVICE_ACCOUNT):
            near = closest(spec.user, users)
            other = "leave `user` out for somebody whom the configuration does not name"
            advice = f"did you mean `{near}`?" if near else other
            yield _error("unknown-user", f"unknown user {quoted(spec.user)}", place.at("user"), advice)
        for index, group in enumerate(spec.groups):
            if group not in self.intent.groups and not group.startswith(_BUILTIN):
                near = closest(group, self.intent.groups)
                advice = f"did you mean `{near}`?" if near else "declare the group below `groups`, or leave it out"
                yield _error("unknown-group", f"unknown group {quoted(group)}", place.at("groups", index), advice)

    def _add(self, code: str, headline: str, place: Place, advice: str) -> None:
        self._found.setdefault((headline, place), _error(code, headline, place, advice))


def _path(model: Model, path: str) -> str:
    """Give the path of a request; what begins with a slash is below the model."""
    return {CHAT: model.prefix + _COMPLETIONS, LISTING: model.listing_path}.get(path, model.prefix + path)


def _error(code: str, headline: str, place: Place, advice: str) -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, headline, place, NOT_TESTED, help=advice)
