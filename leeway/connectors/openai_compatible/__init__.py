"""Any model behind an OpenAI-compatible address, local or not. Off until a house sets one up."""
