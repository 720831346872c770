"""The whole road with language models: real HTTP, the demo plant, servers that answer by script."""
