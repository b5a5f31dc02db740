"""Words become facts: the offline reading of short Cameroonian service messages.

Pure: no web, no database, no clock, no randomness. The one door is :func:`mboa.understanding.understand.understand`.
"""
