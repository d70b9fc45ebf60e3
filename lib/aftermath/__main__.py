"""``python -m aftermath ...`` does what ``aftermath ...`` does."""

from aftermath.cli import main

if __name__ == "__main__":
    main()
