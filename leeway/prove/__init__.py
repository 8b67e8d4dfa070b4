"""What a policy is worth, shown before it goes live: proof, backtest, staffing."""
