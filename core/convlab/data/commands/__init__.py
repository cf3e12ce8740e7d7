"""What the ``convlab data`` commands do, as calls."""
