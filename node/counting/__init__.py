"""Counting 计数: which knowledge units count as one 条 each, by a published rule; pure, no socket, file or database."""
