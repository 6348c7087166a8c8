"""The lint's rules by subject: pure functions of a snapshot that yield findings."""
