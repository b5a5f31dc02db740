"""``python -m mboa``."""

from mboa.cli import main

main()
