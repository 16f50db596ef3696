"""The command `article-cleanup`: the cleanup at a terminal, on files and folders."""
