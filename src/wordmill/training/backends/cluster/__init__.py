"""Training beyond one machine: replicas of the matrices that train in rounds, and meet after each.

`replica.py` and `combining.py` say what a worker does, `rounds.py` what a round is. Where the workers are is a crew's
matter: `local.py` holds them in this process, which is the definition; `ray/` on the machines of a Ray cluster.
"""

from __future__ import annotations

from wordmill.training.backends.cluster.combining import ByCurvature
from wordmill.training.backends.cluster.local import LocalCrew, LocalRounds
from wordmill.training.backends.cluster.rounds import Crew, RoundsBackend

__all__ = ["ByCurvature", "Crew", "LocalCrew", "LocalRounds", "RoundsBackend"]
