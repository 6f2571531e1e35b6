"""The photos of the house: which there are, what people think of them, and which is shown when."""
