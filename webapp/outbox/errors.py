"""What the outbox refuses, each a sentence for people."""


class OutboxError(Exception):
    """Base of what the outbox refuses."""


class UnknownTransactionError(OutboxError):
    """There is no transaction with this id."""

    def __init__(self, transaction_id: int) -> None:
        self.transaction_id = transaction_id
        super().__init__(f"There is no transaction {transaction_id}; see `troth transactions`.")


class NothingToGiveUpError(OutboxError):
    """A transaction is settled, mined, or was never sent."""

    def __init__(self, transaction_id: int, problem: str) -> None:
        self.transaction_id, self.problem = transaction_id, problem
        super().__init__(f"Transaction {transaction_id} cannot be given up: {problem}.")


class NotOwedAgainError(OutboxError):
    """A call was made, may yet be made, or is none that an operator decides on."""

    def __init__(self, transaction_id: int, problem: str) -> None:
        self.transaction_id, self.problem = transaction_id, problem
        super().__init__(f"Transaction {transaction_id} is not owed again: {problem}.")


class NoGapError(OutboxError):
    """No unused nonces hold a transaction up, or it is not for us to use them."""

    def __init__(self, transaction_id: int, problem: str) -> None:
        self.transaction_id, self.problem = transaction_id, problem
        super().__init__(f"Below transaction {transaction_id} nothing is closed: {problem}.")


class KeyTakenError(OutboxError):
    """Another call is owed under the same key already."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"Another call is owed under the key {key}; a call needs a key of its own."
        )


class NoSignerError(OutboxError):
    """No signer of the role is known on the chain."""

    def __init__(self, role: str, chain_ref: int) -> None:
        self.role, self.chain_ref = role, chain_ref
        super().__init__(
            f"No signer of the role {role} is known on chain row {chain_ref}; "
            "give one by the settings and restart the worker."
        )
