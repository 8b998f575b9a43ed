"""Names what our contracts revert with."""

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from chain.contracts import anchor_log, asset_registry, identity_registry
from chain.contracts.abi import Fragment
from chain.errors import ContractReverted

# What the compiler itself reverts with.
_STANDARD_ERRORS = (Fragment("Error(string)"), Fragment("Panic(uint256)"))
_ERROR_BY_SELECTOR = {
    error.selector: error
    for error in (
        *anchor_log.ERRORS,
        *identity_registry.ERRORS,
        *asset_registry.ERRORS,
        *_STANDARD_ERRORS,
    )
}


def explain(error: ContractReverted) -> ContractReverted:
    """Name a revert: the custom errors of our contracts, Error(string) and Panic(uint256).

    Returns the same error where its data is none of these.
    """
    known = _ERROR_BY_SELECTOR.get(error.data[:4])
    if known is None:
        return error
    try:
        arguments = decode(known.types, error.data[4:])
    except DecodingError:
        return error  # another contract's error with the same selector
    return ContractReverted(error.data, known.name, arguments)
