"""Reading what people send: files of events and of the catalogue, bodies of requests; plain or compressed, bounded."""
