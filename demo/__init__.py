"""The demo expo: invented firms and people, on the second of its three days when it is loaded.

Every domain adds its part in :data:`demo.load.PARTS`.
"""

from demo.load import Account, Loaded, load_demo

__all__ = ["Account", "Loaded", "load_demo"]
