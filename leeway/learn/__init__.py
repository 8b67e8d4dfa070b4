"""Learning from what happened, on the user's own machine."""
