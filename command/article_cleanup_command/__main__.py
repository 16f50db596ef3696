"""`python -m article_cleanup_command` is the command, too."""

from .main import main

if __name__ == "__main__":
    main()
