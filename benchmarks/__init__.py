"""How well and how fast the cleanup does on corpora of scraped articles, beside other cleaners: `make benchmark`."""
