"""Questions pages and the API ask of the store. Each is one indexed look; none counts or sorts a whole table."""
