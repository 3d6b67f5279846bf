"""Live records, approvals, reports and jobs of published apps."""
