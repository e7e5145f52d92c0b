"""The patches of the Max package, as Python that writes them: one module a patch, the format in patcher.py."""
