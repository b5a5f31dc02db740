"""Mboa: one WhatsApp message finds a repairer in Douala."""
