"""What every function of this project does with an object: read it, clean its article, write what came of it."""
