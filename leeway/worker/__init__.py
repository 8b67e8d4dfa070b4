"""What runs beside the web: the clocks, and the delivery of what is to be told."""
