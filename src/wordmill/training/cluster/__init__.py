"""Training on a Ray cluster: where the workers of `backends/cluster` are, and what becomes of those that are lost.

`session.py` finds a cluster, `worker.py` is what its machines run, `crew.py` hires workers and replaces lost ones,
`backend.py` trains rounds again that were cut short, `corpus.py` reads files where they lie.
"""
