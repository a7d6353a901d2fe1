"""Formats: a stream of bytes comes in, the articles that it holds go out.

No network and no folder is met here; what contains other files asks for the dispatcher's help.
"""
