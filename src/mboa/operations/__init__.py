"""What keeps it running and what tells how: logs, metrics, health."""
