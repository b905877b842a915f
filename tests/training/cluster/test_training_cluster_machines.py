"""A cluster whose machines come and go."""

from __future__ import annotations

from typing import Any

import pytest
from cluster_runs import ON_TWO, AtRound, assert_same, trained_here

from wordmill import EncodedCorpus, Word2Vec
from wordmill.training import Run
from wordmill.training.cluster.crew import RayCrew


def test_a_machine_that_goes_is_replaced_by_one_that_comes(
    machines: Any, corpus: EncodedCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
    first, _ = machines.add_node(**options), machines.add_node(**options)
    get, goes = RayCrew.get, [False]

    def removing(self: RayCrew, tickets: list[Any], timeout: float | None = None) -> list[Any]:
        if goes[0]:  # while the workers train
            goes[0] = False
            machines.remove_node(first, allow_graceful=False)
        return get(self, tickets, timeout)

    def another_comes(run: Run) -> None:
        machines.add_node(**options)
        goes[0] = True

    monkeypatch.setattr(RayCrew, "get", removing)
    model = Word2Vec(**ON_TWO).fit(corpus, callbacks=[AtRound(2, another_comes)])
    assert not goes[0]
    assert_same(model, trained_here(corpus, 2))
