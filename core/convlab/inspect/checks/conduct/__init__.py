"""What a part does while it is checked, besides what it is for."""
