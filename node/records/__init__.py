"""The records that the library keeps: registration numbers, metadata, manifests, units, in their canonical bytes."""
