"""`make bench`: the generated REST beside a hand-written twin of the same table, in one run, as ratios."""
