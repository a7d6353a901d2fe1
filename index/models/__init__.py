"""Models: text comes in, vectors and scores go out. Chunks are cut to what the embedder reads."""
