"""R9: which asset versions broke the failed cases. Swapped back by halves until no half can go."""
