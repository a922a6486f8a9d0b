"""Backups: a home copied while it works, checked after writing, and put back without ever signing other history.

The order of copying, and why each part is covered by the others:

1. journal, chain and block index, by SQLite's backup, while no act is under way: the three agree with each other.
   Both other orders are wrong: a chain copied later holds transactions whose attempts the journal does not have, one
   copied earlier lacks what the journal calls confirmed.
2. proofs, anchor, identity, settings, keystores: a proof is written before the journal says confirmed, and is never
   changed, so every one that the copied journal names is there. Acts go on meanwhile.
3. the storage root, last, because it takes long: an object is durable before the journal calls it stored and is never
   taken away, so every one that the copied journal names is there. Objects that came later are not copied: their
   numbers are free in the copied journal. One that gained a version meanwhile is what a crash leaves as well.

Not in a backup: the key-recovery sheet (it belongs into a safe), foreign CARs (their source has them),
staging, lock and socket; and the watermark, which must stay outside of all that is put back.
"""
