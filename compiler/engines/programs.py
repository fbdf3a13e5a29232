"""Compiled programs kept by expression, within a bound on their text."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Program = TypeVar("Program")


class Programs(Generic[Program]):
    """The programs used last, as many as their expressions together stay within a number of characters.

    Compiled size follows the length of the text (celpy: 0.5 kB a character), so the text is what is bounded. The newest
    program is kept whatever its size, or a long expression would be compiled for every context.
    """

    def __init__(self, compiler: Callable[[str], Program], characters: int) -> None:
        self._compile = compiler
        self._room = characters
        self._held = 0
        self._programs: OrderedDict[str, Program] = OrderedDict()

    def __len__(self) -> int:
        return len(self._programs)

    def get(self, expression: str) -> Program:
        """Give the program of an expression, compiled now or before; what the compiler raises passes through."""
        program = self._programs.get(expression)
        if program is not None:
            self._programs.move_to_end(expression)
            return program
        program = self._compile(expression)
        self._programs[expression] = program
        self._held += len(expression)
        while self._held > self._room and len(self._programs) > 1:
            oldest, _ = self._programs.popitem(last=False)
            self._held -= len(oldest)
        return program
