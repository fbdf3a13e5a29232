"""The string functions `split` and `join` for engines that bring none of their own."""

from __future__ import annotations


class StringCallError(TypeError):
    """A call of `split` or `join` for which the runtime has no overload."""


def split(arguments: tuple[object, ...]) -> list[str]:
    """Answer `text.split(separator)`; an empty separator gives the characters, as cel-go's does.

    Raises:
        StringCallError: anything but two strings; the form with a limit is outside the portable subset.
    """
    match arguments:
        case (str() as text, str() as separator):
            return str(text).split(str(separator)) if separator else list(str(text))
        case _:
            message = f"no such overload: split({_types(arguments)})"
            raise StringCallError(message)


def join(arguments: tuple[object, ...]) -> str:
    """Answer `list.join()` and `list.join(separator)`.

    Raises:
        StringCallError: the list holds anything but strings, or the arguments are of other types or number.
    """
    match arguments:
        case (list() as items,) | (list() as items, str()):
            if not all(isinstance(item, str) for item in items):
                message = f"no such overload: join(list) with an element other than a string, of {_types(tuple(items))}"
                raise StringCallError(message)
            separator = str(arguments[1]) if len(arguments) > 1 else ""
            return separator.join(str(item) for item in items)
        case _:
            message = f"no such overload: join({_types(arguments)})"
            raise StringCallError(message)


def _types(values: tuple[object, ...]) -> str:
    return ", ".join(type(value).__name__ for value in values)
