"""What was promised, measured: every figure beside a floor that does the bare part of the same work."""
