"""Work that is due at a time: a queue with leases and fences, and the schedules that fill it."""
