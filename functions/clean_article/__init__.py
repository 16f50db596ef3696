"""The function that cleans each article as it arrives in the input bucket."""
