"""What the data means, and how meaning becomes one SELECT."""
