"""The product as its users see it: a real Chromium against the running demo, in Chinese and in Shanghai's time."""
