"""Feeds: files of many declarations, taken at once and processed afterwards, row by row for itself and set by set."""
