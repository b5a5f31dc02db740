"""WhatsApp without Meta: a double of the Cloud API for the demo and the tests."""
