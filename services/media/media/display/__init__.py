"""Displays that ask for their pictures: who they are, and what each is to show when."""
