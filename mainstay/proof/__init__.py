"""Can any chart at all make it go wrong? Conditions and limits as terms for a solver (z3). Pure."""
