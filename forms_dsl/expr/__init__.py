"""The expression language: text to typed tree, and the tree to its targets."""
