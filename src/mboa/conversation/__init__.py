"""Who speaks, what he means by it now, and what is asked next. Pure: everything goes through the unit of work."""
