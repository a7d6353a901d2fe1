"""The way of an article: read, clean, chunk, embed, store."""
