"""Formats: a stream of bytes comes in, the articles that it holds go out.

Beside the stream a reader is given its ``Place`` and the user's ``ReadOptions``. No network and no
folder is met here; what holds other files gives each to ``Place.read``.
"""
