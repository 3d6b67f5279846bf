"""Every screen of the product on the shipped data: one list for the pictures (`make screens`) and for what must hold of all of them."""
