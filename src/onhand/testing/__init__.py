"""A local platform for the tests of integrations: a seeded sandbox in this process, fresh for each test.

With pytest the fixture `onhand_sandbox` is there as soon as the package is installed; without it, ::

    with local_sandbox() as sandbox:
        sandbox.vendor.inventory.set(gtin="00012947218283", ship_node="123456701", amount=5)
"""

from onhand.testing.local import LocalSandbox, NotSeeded, Role, local_sandbox

__all__ = ["LocalSandbox", "NotSeeded", "Role", "local_sandbox"]
