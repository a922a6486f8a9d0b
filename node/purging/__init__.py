"""Purging 销毁: payloads of withdrawn resources destroyed under a list that two people signed."""
