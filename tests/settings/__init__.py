"""One module for each shape of host project that the suite runs under."""
