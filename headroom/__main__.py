"""``python -m headroom``: how the supervisor starts its children, whatever is on the path."""

from headroom.cli import main

if __name__ == "__main__":
    main()
