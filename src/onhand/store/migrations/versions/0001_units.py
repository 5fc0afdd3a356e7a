"""The ledger of units: its statements stand in `0001_units.sql`."""

from alembic import op

from onhand.store.database import Dialect
from onhand.store.schema import statements_of

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    connection = op.get_bind()
    dialect: Dialect = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
    for statement in statements_of("0001_units", dialect):
        connection.exec_driver_sql(statement)
