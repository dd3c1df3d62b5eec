"""PostgreSQL: connections, who they act as, and the migrations."""
