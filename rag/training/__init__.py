"""Fitting the embedder to an archive: an archive comes in, a model that finds more goes out."""
