"""The client's follow page: one request, told as its story."""
