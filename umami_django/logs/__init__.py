"""Access logs of web servers as traffic: read, understood, selected, imported through the pipeline of collect."""
