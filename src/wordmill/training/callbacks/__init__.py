"""What watches a run, and may stop it; a callback a file."""
