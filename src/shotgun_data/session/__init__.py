"""What a request means: takes each to its one outcome, over the site, the media cache and the engine."""
