"""How many people each level needs: the house's own arrivals and handling times, simulated week after week."""
