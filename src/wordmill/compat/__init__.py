"""wordmill under the names of other libraries."""
