"""Emitted Python files, loaded as modules."""

import importlib.util
import sys


def loaded(path, name="emitted"):
    """Return the module of a file under a name of its own; one loaded before it gives way."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
