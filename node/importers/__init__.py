"""The importers: from what the library brings to requests for the registrar."""
