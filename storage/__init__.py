"""The durable world: payloads in an OCFL storage root, their blocks by CID, and the journal."""
