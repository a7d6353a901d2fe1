"""The chat in the browser: an archive comes in, a page goes out."""
