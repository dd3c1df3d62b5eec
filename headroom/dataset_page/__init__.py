"""What a dataset has: a table, and a page of its pictures with their labels drawn."""
