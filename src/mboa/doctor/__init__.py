"""``mboa doctor``: everything that a person would look at when something is wrong, looked at once."""
