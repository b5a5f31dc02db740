"""The admin web app: everything live, everything correctable, on a slow line and a cheap phone."""
