"""A language model over HTTP, for messages that the offline understanding is unsure of; off unless a model is set."""
