"""WhatsApp through Twilio: form webhooks in, one form POST per message out."""
