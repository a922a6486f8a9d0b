"""The verifier that runs alone: what it needs beside our own sources, in Python without any package.

It serves a laptop or a decade where the pinned packages are not to be had. It is slower (a signature takes some
milliseconds), and makes no secret of anything: it only verifies.
"""
