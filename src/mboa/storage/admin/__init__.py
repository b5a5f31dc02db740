"""Everything the admin keeps and asks of the database, one file per noun."""
