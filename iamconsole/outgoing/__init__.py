"""Requests to addresses that somebody set on a page: where they may go (`addresses`), how they are sent (`post`)."""
