"""The on-chain world: the registry contract, its artefact and its typed binding."""
