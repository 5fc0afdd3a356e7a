"""The sandbox: published credentials and a data set that are the same on every machine (SB-01 to SB-04)."""
