"""What users pass as data, whoever reads it: files, documents, lists of keys, columns."""
