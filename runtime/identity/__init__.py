"""Who a person is, where they sit and how they sign in."""
