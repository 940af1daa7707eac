"""When work runs, on which thread, and how its outcome comes back. Knows nothing of ShotGrid, HTTP or Qt."""
