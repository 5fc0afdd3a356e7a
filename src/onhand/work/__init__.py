"""The worker: claims what is due, by leases, and does what the wiring gave it for each kind of work."""
