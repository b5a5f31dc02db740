"""The demo: a small Douala with repairers whose phones robots answer."""
