"""What the operations answer, as frozen values; one module an API. Names are the contract's, written as Python's."""
