"""Facts become decisions: requests, offers, who may be asked, and who first. Standard library only."""
