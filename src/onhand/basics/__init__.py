"""Pure values without I/O: GTINs, quantities, times, refusals."""
