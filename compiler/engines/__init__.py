"""CEL engines behind one small interface, so that one expression can be asked of all of them."""
