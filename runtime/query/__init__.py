"""The only place that runs statements over records."""
