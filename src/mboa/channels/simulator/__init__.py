"""WhatsApp without Meta: phones in the browser, on the double of the Cloud API."""
