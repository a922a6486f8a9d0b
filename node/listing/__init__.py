"""Lists of resources as they go out: 登记清单 in Excel, CSV, JSON Lines and Dublin Core."""
