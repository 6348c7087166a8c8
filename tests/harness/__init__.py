"""What tests use to bring up real engines and to be real phones: see each file's first lines."""
