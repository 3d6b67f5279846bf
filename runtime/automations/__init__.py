"""What automations do: for the records of a schedule, after a write, and for what another system reports."""
