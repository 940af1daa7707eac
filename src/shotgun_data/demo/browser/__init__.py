"""A window on a site: sequences, shots, and all that belongs to a shot. An example of the public API in use."""
