"""The trail of acts that cannot be altered."""
