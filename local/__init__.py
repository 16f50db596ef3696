"""The deployed system on this machine: an emulated AWS on 127.0.0.1, and what a person does with it."""
