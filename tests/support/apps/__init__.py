"""Apps that the tests serve."""
