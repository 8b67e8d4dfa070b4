"""Articles, product facts, earlier solutions: the page to read and keep them, and the panel beside a conversation."""
