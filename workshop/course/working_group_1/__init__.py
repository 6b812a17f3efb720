"""Group 1: from raw payments to lifetime value."""
