"""What follows for this patient, now? Pure: same chart in, same answer out."""
