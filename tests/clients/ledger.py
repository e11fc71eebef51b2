"""What a published client was asked to do, call by call: passed, or what is still owed.

Runs inside the environments of those clients, so it uses the standard library only and knows
nothing of this project. A client is looked at through :class:`Watched`, which passes every call
on unchanged and writes down how it went; an iterator is read to its end. What a client can do at
all is found by introspection (:func:`methods_below`): a method that nobody called is owed too.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

NOT_REACHED = "not reached"


class OwedError(Exception):
    """A call failed: what builds on it cannot be tried."""


class Ledger:
    """The account of one run: calls by the name of their method."""

    def __init__(self) -> None:
        self.expected: dict[str, None] = {}
        self.passed: dict[str, int] = {}
        self.owed: dict[str, str] = {}
        self.last = ""

    def watch(self, target: object, name: str) -> Any:
        """Return ``target`` with every call written down, and expect all that it can do."""
        self.expected |= dict.fromkeys(methods_below(target, name))
        return Watched(self, target, name)

    def note(self, name: str, error: BaseException | None) -> None:
        """Write down how a call went; one failure outweighs every success."""
        self.last = name
        if error is None:
            self.passed[name] = self.passed.get(name, 0) + 1
        else:
            text = " ".join(str(error).split())[:300]
            self.owed.setdefault(name, f"{type(error).__name__}: {text}")

    def attempt(self, *steps: Callable[[], Awaitable[None] | None]) -> None:
        """Take steps one after the other; a step ends with the first call that fails."""
        with asyncio.Runner() as runner:
            for step in steps:
                try:
                    taken = step()
                    if inspect.isawaitable(taken):
                        runner.run(_awaited(taken))
                except OwedError:
                    pass
                except AssertionError as error:
                    self.owed.setdefault(self.last, f"answered, but not what was asked: {error}")
                except Exception as error:  # noqa: BLE001 - other people's programs raise anything
                    self.note(f"{self.last}, then {_named(step)}", error)

    def close(self) -> None:
        """Print the account as JSON, the last line of the program."""
        missed = [n for n in self.expected if n not in self.passed and n not in self.owed]
        self.owed |= dict.fromkeys(missed, NOT_REACHED)
        good = {name: count for name, count in self.passed.items() if name not in self.owed}
        sys.stdout.write(json.dumps({"passed": good, "owed": self.owed}) + "\n")


class Watched:
    """Someone else's object whose calls are written down."""

    def __init__(self, ledger: Ledger, target: object, name: str) -> None:
        self._ledger, self._target, self._name = ledger, target, name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._target, attribute)
        name = f"{self._name}.{attribute}"
        if inspect.ismethod(found) or inspect.isfunction(found):
            return lambda *given, **named: self._call(name, found, given, named)
        return Watched(self._ledger, found, name) if _is_theirs(type(found)) else found

    def __call__(self, *given: Any) -> Watched:
        inner: Any = self._target
        return Watched(self._ledger, inner(*given), f"{self._name}()")

    def _call(self, name: str, method: Any, given: Any, named: Any) -> Any:
        try:
            result = method(*given, **named)
        except Exception as error:
            self._ledger.note(name, error)
            raise OwedError(name) from error
        if hasattr(result, "__aiter__"):
            return self._later(name, _drained(result))
        if inspect.isawaitable(result):
            return self._later(name, result)
        if _is_scope(type(result)):
            return Watched(self._ledger, result, f"{name}()")
        self._ledger.note(name, None)
        return result

    async def _later(self, name: str, work: Awaitable[Any]) -> Any:
        try:
            result = await work
        except Exception as error:
            self._ledger.note(name, error)
            raise OwedError(name) from error
        self._ledger.note(name, None)
        return result


async def _drained(stream: Any) -> list[Any]:
    return [item async for item in stream]


async def _awaited(work: Awaitable[Any]) -> Any:
    return await work


def _named(step: Callable[..., object]) -> str:
    return getattr(step, "__qualname__", repr(step)).replace("<locals>.", "")


def methods_below(target: object, name: str) -> Iterator[str]:
    """Name every public method of an object, of its parts, and of the scopes it opens."""
    kind = type(target)
    if _is_resource(kind):
        yield from _methods_of(kind, name)
        return
    for attribute, part in sorted(vars(target).items()):
        if not attribute.startswith("_") and _is_theirs(type(part)):
            yield from methods_below(part, f"{name}.{attribute}")


def _methods_of(kind: type, name: str) -> Iterator[str]:
    for attribute, method in inspect.getmembers(kind, inspect.isfunction):
        scope = _scope_opened_by(method)
        if attribute == "__call__":
            yield from _methods_of(scope, f"{name}()") if scope else ()
        elif not attribute.startswith("_"):
            inner = f"{name}.{attribute}()"
            yield from _methods_of(scope, inner) if scope else [f"{name}.{attribute}"]


def _scope_opened_by(method: Any) -> type | None:
    told = str(getattr(method, "__annotations__", {}).get("return", ""))
    found = getattr(sys.modules[method.__module__], told, None) if told.isidentifier() else None
    return found if isinstance(found, type) and _is_scope(found) else None


def _is_theirs(kind: type) -> bool:
    return kind.__module__.partition(".")[0].startswith("timeback")


def _is_resource(kind: type) -> bool:
    return _is_theirs(kind) and re.search(r"(Resource|Service)$", kind.__name__) is not None


def _is_scope(kind: type) -> bool:
    return _is_theirs(kind) and kind.__name__.startswith("Scoped")
