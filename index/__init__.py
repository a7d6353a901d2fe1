"""The way of an article to the disk: files, folders and URLs come in, an archive is left.

``formats`` and ``sources`` read articles, ``text`` cleans and cuts their words, ``families`` finds
the copies among them, ``models`` makes vectors of their chunks, ``store`` holds it all, and
``build`` leads the way. Nothing here answers a question.
"""
