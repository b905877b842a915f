"""One run of training: its state, its matrices, its task, and the loop."""
