"""Reports that a bank's reviewers ask for: each a query on what approvals kept of themselves, never a search of logs."""
