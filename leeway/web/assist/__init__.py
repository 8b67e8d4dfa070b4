"""What stands beside an agent while a conversation runs: guidance, the draft reader, what helps."""
