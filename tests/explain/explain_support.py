"""What the tests of explanations share: every platform of the repository, compiled once, and random questions about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

from compiler import pipeline
from compiler.engines.base import Engine
from compiler.engines.registry import installed
from compiler.explain.asked import Asked, UnaskableError
from compiler.explain.emitted import World, world_of
from compiler.explain.question import Question, question
from compiler.intent.intent import Intent
from compiler.intent.parse import parse
from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, Program
from compiler.program.mentioned import mentioned

ROOT: Final = Path(__file__).parent.parent.parent
CASES: Final = {"config": ROOT / "config"} | {
    entry.name: entry / "config" for entry in sorted((ROOT / "tests" / "cases").iterdir()) if (entry / "config").is_dir()
}


@dataclass(frozen=True)
class Platform:
    """A compiled configuration."""

    program: Program
    intent: Intent
    texts: dict[str, str]
    world: World

    def ask(self, model: str, *groups: str, **rest: str | bool | tuple[str, ...] | None) -> Question:
        """Ask about a model; `rest` are the other fields of a question."""
        return question(self.program, self.intent, Asked(model, groups=groups, **rest))  # type: ignore[arg-type]


@cache
def platform(case: str) -> Platform:
    """Compile a case."""
    return compiled(CASES[case])


def compiled(folder: Path) -> Platform:
    """Compile a folder that has no errors."""
    front = pipeline.front(folder)
    intent, _ = parse(front.sources.documents)
    assert front.program is not None, front.diagnostics
    assert intent is not None
    texts = dict(pipeline.back(front.program).bundle.texts)
    world, problems = world_of(front.program, texts)
    assert world is not None, problems
    return Platform(front.program, intent, texts, world)


@cache
def engines() -> tuple[Engine, ...]:
    """Give the engines, which keep what they have compiled."""
    return installed()


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Give a question about any platform that somebody could ask."""
    of = platform(draw(st.sampled_from(sorted(CASES))))
    model = draw(st.sampled_from(of.program.models))
    if draw(st.integers(0, 9)) == 0:
        return question(of.program, of.intent, Asked(model.id, credential=False))
    keys = [entry.key for entry in of.program.precedence(model)]
    names = [*keys, *keys, "nothing", ""]
    headers = [f"{SUBSCRIPTION_HEADER}: {draw(st.sampled_from(names))}"] if draw(st.booleans()) else []
    if draw(st.integers(0, 7)) == 0:
        headers.append(f"{draw(st.sampled_from((*IDENTITY_HEADERS, 'accept')))}: x")
    paths = (
        None,
        None,
        model.listing_path,
        f"{model.listing_path}?page=2",
        f"{model.prefix}?x=/v1/models",
        f"{model.prefix}/x%2Fy",
    )
    groups = draw(st.lists(st.sampled_from([*sorted(mentioned((of.program,))[0]), "strangers"]), max_size=4))
    asked = Asked(
        model=model.id,
        user=draw(st.sampled_from([None, *of.intent.users])),
        groups=tuple(groups),
        method=draw(st.sampled_from([None, *(method.name for method in of.program.platform.methods)])),
        headers=tuple(headers),
        path=draw(st.sampled_from(paths)),
    )
    return question(of.program, of.intent, asked)


def platform_of(of: Question) -> Platform:
    """Find the platform that a question is about."""
    return next(found for found in map(platform, CASES) if found.program is of.program)


def refused(case: str, asked: Asked) -> UnaskableError:
    """Ask what cannot be asked, and give the refusal."""
    of = platform(case)
    try:
        question(of.program, of.intent, asked)
    except UnaskableError as error:
        return error
    raise AssertionError(f"{asked} can be asked")
