"""File formats of vectors: one module each, reading and writing side by side."""
