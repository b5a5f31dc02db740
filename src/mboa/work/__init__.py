"""The loops: listen (inbox), deadlines, deliver (outbox). The row is the queue; a wake-up only saves waiting."""
