"""The parameters of an estimator, by scikit-learn's conventions."""

from __future__ import annotations

import inspect
from typing import Any, Self

from wordmill.config import knobs
from wordmill.errors import ParameterError
from wordmill.foreign import quoted
from wordmill.hints import HelpfulNames
from wordmill.other_names import unknown_parameter

__all__ = ["Parameters"]

_NAMED = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Parameters(HelpfulNames):
    """Keeps what its constructor names as attributes of the same names; a subclass may name more, or other defaults."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """Return the parameters by name, as they were given."""
        return {name: getattr(self, name) for name in self._defaults()}

    def set_params(self, **params: Any) -> Self:
        """Change parameters for the next `fit`, which checks them; an unknown name is a `ParameterError` here."""
        self._check_names(params)
        for name, value in params.items():
            setattr(self, name, value)
        return self

    @classmethod
    def _check_names(cls, params: dict[str, Any]) -> None:
        names = list(cls._defaults())
        for name, value in params.items():
            if name not in names:
                raise ParameterError(unknown_parameter(name, value, names))

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        """Return the parameters with their defaults, of the constructor and of those that it passes the rest to."""
        defaults: dict[str, Any] = {}
        for owner in cls.__mro__:
            if "__init__" not in vars(owner):
                continue
            parameters = [*inspect.signature(vars(owner)["__init__"]).parameters.values()][1:]
            named = {parameter.name: parameter.default for parameter in parameters if parameter.kind in _NAMED}
            defaults = named | defaults
            if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters) or owner is Parameters:
                break
        return defaults

    def _settings(self) -> dict[str, Any]:
        """Return the parameters that training knows; a subclass may have more, of its own."""
        params = self.get_params()
        return {name: params[name] for name, _ in knobs() if name in params}

    def __repr__(self) -> str:
        """Show the parameters that differ from the defaults."""
        defaults = self._defaults()
        changed = {name: value for name, value in self.get_params().items() if value is not defaults[name]}
        shown = [f"{name}={quoted(value)}" for name, value in changed.items() if value != defaults[name]]
        return f"{type(self).__name__}({', '.join(shown)})"
