"""One ShotGrid site: a connection for each worker thread, each API call, and what its failures mean."""
