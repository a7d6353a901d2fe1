"""Words: text comes in; cleaned text, sentences, folded words and its language go out.

Nothing here knows a file or an archive.
"""
