"""What tests share: a clock to turn by hand, child processes, and guards on every test."""
