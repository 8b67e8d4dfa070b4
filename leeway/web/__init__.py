"""What is reached over HTTP: the native ingest, the API, and the pages."""
