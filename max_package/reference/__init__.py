"""What our objects understand, in plain Python; the reference pages of Max are written from it."""
