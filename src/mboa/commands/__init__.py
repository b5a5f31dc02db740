"""The commands, one file for each noun; :mod:`mboa.cli` puts them together."""
