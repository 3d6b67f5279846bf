"""Three-way merge of definitions by structure."""
