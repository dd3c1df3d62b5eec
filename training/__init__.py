"""Labels become a model. So far: exporting one."""
