"""Work that is due: timers, schedules, automations, sealing."""
