"""The cases of an app's tests, run over a database of their own through the same doors as real records."""
