"""XML of other products: read safely with places, written plainly, and our own data inside of it."""
