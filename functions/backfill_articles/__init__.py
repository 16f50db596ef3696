"""The S3 Batch Operations function: a back catalogue is cleaned as what arrives is, by the same code."""
