"""From a pre-checked delivery to registered resources, their 登记清单 and their list."""
