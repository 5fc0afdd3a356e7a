"""The monthly reconciliation of sellers' units: refreshes, the months that they close, and the file of a month (WF)."""
