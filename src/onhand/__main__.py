"""`python -m onhand`."""

from onhand.cli import main

if __name__ == "__main__":
    main()
