"""The reference backend: the chapter's layers, step by step, driven by the plan that the core exports.

Slow on purpose: it is the definition that the compiled backend is tested against.
"""

from wordmill.training.backends.reference.backend import ReferenceBackend
from wordmill.training.backends.reference.step import reference_step

__all__ = ["ReferenceBackend", "reference_step"]
