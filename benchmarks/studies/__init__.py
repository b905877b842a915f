"""Studies: one module each, with what it measures beside its table (see `harness.py`)."""
