"""Tables that a migration fills from what was there: whose an address was, which files metadata name, what was paid."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from tests.support.migrating import differences, insert
from tests.test_migrations import empty, empty_url
from webapp.assets.models import MetadataFile, MintPayment
from webapp.extensions import db
from webapp.log.models import AuthorTenure

__all__ = ["empty", "empty_url"]
WALLET, FORMER, GONE = ("0x" + digit * 40 for digit in "123")
RAW = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"


def test_what_is_there_before_these_tables_is_in_them(empty: Flask) -> None:
    start = datetime(2026, 1, 2, tzinfo=UTC)
    end, who, dead, mint = start + timedelta(days=1), uuid4(), uuid4(), uuid4()
    digest, document = b"\5" * 32, f'{{"image":"ipfs://{RAW}/x","name":"n"}}'.encode()
    with empty.app_context():
        upgrade(revision="0026")
        with db.engine.begin() as connection:
            person = {"role": "member", "created_at": start}
            insert(connection, "accounts", id=who, **person)
            insert(connection, "accounts", id=dead, deleted_at=end, **person)
            for address, account, until in (
                (WALLET, who, None),
                (FORMER, who, end),
                (GONE, dead, end),
            ):
                row = {"account_id": account, "signs": True, "created_at": start}
                insert(connection, "authors", address=address, released_at=until, **row)
            insert(connection, "asset_metadata", digest=digest, document=document, created_at=start)
            chain = {"id": 1, "chain_id": 5, "genesis": b"\0" * 32, "first_block": 0}
            insert(connection, "chains", state="following", **chain)
            call = {"chain_ref": 1, "key": f"mint:{mint}", "signer": WALLET, "to": WALLET}
            more = {"data": b"", "gas": 1, "state": "queued", "created_at": start, "failures": 0}
            insert(connection, "transactions", id=7, **call, **more)
            terms = {"creator": WALLET, "receiver": WALLET, "royalty": 0, "digest": digest}
            times = {"created_at": start, "signed_at": end}
            ids = {"id": mint, "account_id": who, "chain_ref": 1, "transaction_id": 7}
            insert(connection, "mints", token=digest, by="permission", **ids, **terms, **times)
        upgrade()
        tenures = select(AuthorTenure.address, AuthorTenure.since, AuthorTenure.until)
        held = [tuple(one) for one in db.session.execute(tenures.order_by(AuthorTenure.address))]
        assert held == [(WALLET, start, None), (FORMER, start, end)]
        files = select(MetadataFile.digest, MetadataFile.cid)
        assert [tuple(one) for one in db.session.execute(files)] == [(digest, RAW)]
        paid = select(MintPayment.transaction_id, MintPayment.creator, MintPayment.signed_at)
        assert [tuple(one) for one in db.session.execute(paid)] == [(7, WALLET, end)]
        db.session.remove()
        downgrade(revision="0026")
        upgrade()
        assert differences() == []
