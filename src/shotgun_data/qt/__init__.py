"""The Qt face: the two classes that existing apps use, over a session that knows no Qt."""
