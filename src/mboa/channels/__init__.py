"""Words come in and go out: one folder per channel."""
