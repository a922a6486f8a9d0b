"""A chain replayed from its genesis with checks of its own; nothing of the endpoint that gives it is believed."""
