"""Requests for files: taken, built by a worker, kept for a while, and handed out by signed links that expire."""
