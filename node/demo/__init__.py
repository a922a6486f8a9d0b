"""The demonstration collection: a made-up folder of scans, texts and a recording, the same bytes every time.

``node.demo.collection.generate`` writes it. Everything in it is invented and says so. Needs only the standard library.
"""
