"""What a learner runs: their copy of an exercise, its checks, hints, and their progress."""
