"""The reconciliation of fulfilled units: the statements stand in `0005_reconciliation.sql`."""

from alembic import op

from onhand.store.database import Dialect
from onhand.store.schema import statements_of

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    connection = op.get_bind()
    dialect: Dialect = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
    for statement in statements_of("0005_reconciliation", dialect):
        connection.exec_driver_sql(statement)
