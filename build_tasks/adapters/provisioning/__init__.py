"""Where tools and images come from, and where what was made of them is kept."""
