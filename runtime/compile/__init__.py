"""From a checked app to tables, SQL, screens and documents; pure."""
