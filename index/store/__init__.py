"""What lies on disk: encoded articles come in, and are read back by id, words, vector or day."""
