"""``python -m ui.cli``: the command without its launcher."""

from ui.cli import main

main(prog_name="newsarchive")
