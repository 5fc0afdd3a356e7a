"""What is asked of fulfilment centres: the statements stand in `0003_centres.sql`."""

from alembic import op

from onhand.store.database import Dialect
from onhand.store.schema import statements_of

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes."""
    connection = op.get_bind()
    dialect: Dialect = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
    for statement in statements_of("0003_centres", dialect):
        connection.exec_driver_sql(statement)
