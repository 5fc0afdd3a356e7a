"""Settlement: the statements stand in `0006_settlement.sql`."""

from alembic import op

from onhand.store.database import Dialect
from onhand.store.schema import statements_of

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    connection = op.get_bind()
    dialect: Dialect = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
    for statement in statements_of("0006_settlement", dialect):
        connection.exec_driver_sql(statement)
