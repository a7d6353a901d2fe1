"""Finding: a query comes in, ranked passages and their sentences go out."""
