"""The trustless gateway: blocks, CARs and files over HTTP, for whoever may see them; see README.md."""
