"""Reports of everything that a partner's ship nodes hold, as of one moment (DS-27 to DS-29)."""
