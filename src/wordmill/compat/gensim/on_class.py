"""Methods of the class alone: `model.load(path)` would leave the model as it is, and looks as if it did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["class_only"]

if TYPE_CHECKING:
    class_only = classmethod
else:

    class class_only(classmethod):  # noqa: N801 (a decorator)
        """A class method that an object does not have."""

        def __get__(self, instance, owner=None):
            """Return the method, bound to the class."""
            if instance is not None:
                name = f"{type(instance).__name__}.{self.__func__.__name__}"
                raise AttributeError(f"{self.__func__.__name__} makes a new object: write model = {name}(path)")
            return super().__get__(instance, owner)
